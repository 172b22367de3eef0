"""A real day of a small lender whose personal values are marked, run by its commands."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from postloan.settings import REPOSITORY
from tests.support.marks import WORD, append_row, plant

OPENING, DAY = date(2026, 11, 19), date(2026, 11, 20)

LAX = 0o000
"""The umask of somebody who has been careless all along."""


def run(home: Path, *module: str) -> str:
    """Run a module for a home, with the most open of all umasks."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTLOAN")}
    environment |= {
        "POSTLOAN_HOME": str(home),
        "PYTHONPATH": f"{REPOSITORY / 'plugins'}{os.pathsep}{REPOSITORY}",
    }
    ended = subprocess.run(
        [sys.executable, "-m", *module],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        umask=LAX,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture(scope="session")
def numbers_of(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, set[bytes]]:
    """Home -> the telephone and identity numbers that were planted in it."""
    return {}


@pytest.fixture(scope="session")
def told() -> list[str]:
    """What the commands of the real day printed."""
    return []


@pytest.fixture(scope="session")
def real_day(
    tmp_path_factory: pytest.TempPathFactory,
    numbers_of: dict[Path, set[bytes]],
    told: list[str],
) -> Path:
    """The opening and one business day; every personal value is marked, some rows are refused."""
    home = tmp_path_factory.mktemp("real") / "home"
    size = ("--loans", "300", "--days", "1", "--seed", "11")
    run(home, "postloan", "feed", "sample", *size, "--until", DAY.isoformat())
    numbers_of[home] = plant(home / "landing")
    delivery = home / "landing" / "core_banking" / DAY.isoformat()
    append_row(delivery / "repayment.csv", loan_id=f"{WORD}loan", amount=f"{WORD}amount")
    told.extend(run(home, "tests.support.whole_day", d.isoformat()) for d in (OPENING, DAY))
    on = ("--date", DAY.isoformat())
    commands = ("day summary", "data show task", "data show customer", "data show quarantine")
    told.extend(run(home, "postloan", *command.split(), *on) for command in commands)
    return home
