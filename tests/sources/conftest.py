"""A REST service in a process of its own, and a lender whose sources are fetched."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from postloan.settings import REPOSITORY
from postloan.warehouse import Warehouse
from tests.support.deliveries import Lender


@dataclass
class Service:
    """A running service and what it was asked."""

    url: str
    log: Path

    @property
    def asked(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()


Start = Callable[[dict[str, Any]], Service]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def start(scenario: dict[str, Any]) -> Service:
        file = tmp_path / f"scenario-{len(running)}.json"
        log = tmp_path / f"asked-{len(running)}.log"
        file.write_text(json.dumps(scenario), encoding="utf-8")
        script = REPOSITORY / "tests" / "support" / "http_source.py"
        process = subprocess.Popen(
            [sys.executable, str(script), str(file), str(log)], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout
        return Service(f"http://127.0.0.1:{process.stdout.readline().strip()}", log)

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender that has not delivered anything yet."""
    return Lender(home, warehouse)
