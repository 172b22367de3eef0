"""A real Airflow per module, used the way a person uses it: from the command line."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from postloan.embedded.api import AirflowApi
from postloan.embedded.environment import password, port_file, write_private
from postloan.settings import REPOSITORY, Settings, settings
from tests.support.whole_day import files

START_SECONDS = 300


@dataclass(frozen=True)
class Installation:
    """A state folder with a sample lender, and the commands that work on it.

    Attributes:
        home: the state folder.
        warehouse: URL of its warehouse; empty for the embedded one.
    """

    home: Path
    warehouse: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What the environment says about it."""
        return {"POSTLOAN_HOME": str(self.home), "POSTLOAN_WAREHOUSE": self.warehouse}

    def command(self, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run `python -m postloan …` for this installation."""
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "POSTLOAN"))
        }
        environment |= {**self.variables, "PYTHONPATH": str(REPOSITORY / "plugins")}
        return subprocess.run(
            [sys.executable, "-m", "postloan", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
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
    made = Installation(tmp_path_factory.mktemp("installation"))
    made.succeed("sample", "--loans", "300", "--days", "3", "--until", "2026-11-21")
    with running(made):
        yield made
