"""Killed at any moment and run again: the same tables, the same files, nothing left locked."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.landing.sample import write_sample
from postloan.settings import REPOSITORY, settings
from postloan.warehouse import open_warehouse
from tests.support.whole_day import files, run_whole_day, tables

LAST = date(2026, 11, 20)
OPENING = LAST - timedelta(days=1)
KILLS = 5

Use = Callable[[Path], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Make a folder the home of the installation."""
    return lambda home: monkeypatch.setenv("POSTLOAN_HOME", str(home))


def start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.whole_day", LAST.isoformat()],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def state() -> tuple[dict[str, str], dict[str, str]]:
    with open_warehouse() as warehouse:
        return tables(warehouse), files(settings().outbox)


def test_a_killed_day_ends_like_an_undisturbed_one(tmp_path: Path, use: Use) -> None:
    opened, calm, killed = tmp_path / "opened", tmp_path / "calm", tmp_path / "killed"
    use(opened)
    write_sample(settings().landing, loans=300, days=1, seed=3, last_business_date=LAST)
    with open_warehouse() as warehouse:
        run_whole_day(warehouse, OPENING)
    for home in (calm, killed):
        shutil.copytree(opened, home)

    use(calm)
    begun = time.monotonic()
    assert start().wait(timeout=300) == 0
    seconds = time.monotonic() - begun
    expected = state()
    assert any(name.endswith("manifest.json") for name in expected[1])

    use(killed)
    for kill in range(1, KILLS + 1):
        process = start()
        time.sleep(seconds * kill / (KILLS + 1))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    assert start().wait(timeout=300) == 0
    assert state() == expected
