"""A REST service in a process of its own, and a lender whose sources are fetched."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from postloan.settings import REPOSITORY
from postloan.warehouse import Warehouse
from tests.support.deliveries import OPENING_DAY, Lender
from tests.support.rule_files import RuleFiles


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


@dataclass
class Installation:
    """A lender who fetches, with connections and sources of the test."""

    home: Path
    include: Path
    person: Path
    connections: dict[str, str] = field(default_factory=dict)

    def source(self, name: str, text: str) -> None:
        """Say how a source delivers."""
        (self.include / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def connection(self, name: str, **terms: Any) -> None:
        """Add an Airflow connection."""
        self.connections[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(terms)

    def trusts(self, host: str, key: str) -> None:
        """Write down the key of a host."""
        folder = self.person / ".ssh"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "known_hosts").write_text(f"{host} {key}\n", encoding="ascii")

    @property
    def environment(self) -> dict[str, str]:
        """All that a process of the installation may know."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY / "plugins"),
            "HOME": str(self.person),
            "AIRFLOW_HOME": str(self.person / "airflow"),
            "POSTLOAN_HOME": str(self.home),
            "POSTLOAN_INCLUDE": str(self.include),
            **self.connections,
        }

    def fetch(self, source: str) -> "subprocess.CompletedProcess[str]":
        """Fetch the delivery of the opening day; what was said on the way."""
        return subprocess.run(
            fetching(source), env=self.environment, capture_output=True, text=True, timeout=180,
            check=False,
        )  # fmt: skip

    def memory_of_fetch(self, source: str) -> int:
        """Fetch the delivery of the opening day; the most bytes of memory held on the way."""
        said = subprocess.run(
            [sys.executable, "-c", MEASURED, *fetching(source)], env=self.environment,
            stdout=subprocess.PIPE, text=True, timeout=180, check=True,
        )  # fmt: skip
        return int(said.stdout) * 1024


MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command as the child of a small process: a child starts with the memory of its parent."""


def fetching(source: str) -> list[str]:
    """The command that fetches the delivery of the opening day."""
    day = OPENING_DAY.isoformat()
    return [sys.executable, "-m", "postloan", "feed", "fetch", "--source", source, "--date", day]


@pytest.fixture
def installed(home: Path, rule_files: RuleFiles, tmp_path: Path) -> Installation:
    return Installation(home, rule_files.folder, tmp_path / "person")
