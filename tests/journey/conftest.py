"""A real Airflow per module, used the way a person uses it: from the command line."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.environment import password, port_file, write_private
from postloan.settings import REPOSITORY, Settings, settings
from tests.support.marks import WORD, append_row, plant
from tests.support.whole_day import files

START_SECONDS = 300


@dataclass(frozen=True)
class Installation:
    """A state folder with a sample lender, and the commands that work on it.

    Attributes:
        home: the state folder.
        warehouse: URL of its warehouse; empty for the embedded one.
        more: further variables of its environment.
        marks: telephone and identity numbers in its deliveries, to be looked for elsewhere.
    """

    home: Path
    warehouse: str = ""
    more: dict[str, str] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)

    @property
    def variables(self) -> dict[str, str]:
        """What the environment says about it."""
        return {"POSTLOAN_HOME": str(self.home), "POSTLOAN_WAREHOUSE": self.warehouse, **self.more}

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of its commands; nothing of the test's own gets in."""
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "POSTLOAN"))
        }
        return {**inherited, **self.variables, "PYTHONPATH": str(REPOSITORY / "plugins")}

    def command(self, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run `python -m postloan …` for this installation."""
        return subprocess.run(
            [sys.executable, "-m", "postloan", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "postloan", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def succeed(self, *arguments: str, seconds: float = 300) -> str:
        """Run a command that must succeed; what it printed."""
        ended = self.command(*arguments, seconds=seconds)
        assert ended.returncode == 0, f"{arguments}:\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def published(self) -> dict[str, str]:
        """Path -> SHA-256 of every file in the outbox."""
        return files(self.home / "outbox")

    def settings(self) -> Settings:
        """Its settings, whatever the environment of the test says."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.variables.items():
                patch.setenv(name, value)
            return settings()

    def api(self) -> AirflowApi:
        """Its Airflow."""
        return AirflowApi.of(self.settings())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(made: Installation) -> Iterator[Installation]:
    """Start its Airflow; stop it and remove its folder afterwards."""
    try:
        # Another journey may begin in the same moment, and find the same port free.
        write_private(port_file(made.settings()), f"{free_port()}\n")
        started = made.command("up", seconds=START_SECONDS)
        assert started.returncode == 0, started.stderr
        assert password(made.settings()) not in started.stdout
        yield made
    finally:
        made.command("down")
        shutil.rmtree(made.home, ignore_errors=True)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose Airflow runs, and whose book is not open yet."""
    home = tmp_path_factory.mktemp("installation")
    lineage = {"type": "file", "log_file_path": str(home / "lineage.jsonl"), "append": True}
    made = Installation(home, more={"AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(lineage)})
    made.succeed("feed", "sample", "--loans", "300", "--days", "3", "--until", "2026-11-21")
    made.marks.update(plant(home / "landing"))
    refused = home / "landing" / "core_banking" / "2026-11-21" / "repayment.csv"
    append_row(refused, loan_id=f"{WORD}loan", amount=f"{WORD}amount")
    with running(made):
        yield made
