"""Marked personal values stand where a contract allows them, and nowhere else."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.files.conftest import DAY
from tests.support.marks import WORD, found_in, leaks


def test_no_mark_leaves_its_place(real_day: Path, numbers_of: dict[Path, set[bytes]]) -> None:
    assert list(leaks(real_day, numbers_of[real_day])) == []


def test_the_marks_are_where_they_may_be(
    real_day: Path, numbers_of: dict[Path, set[bytes]]
) -> None:
    numbers = numbers_of[real_day]
    assert len(numbers) > 300
    refused = b"".join(p.read_bytes() for p in (real_day / "quarantine").rglob("*.csv"))
    assert WORD.encode() in refused
    sent = b"".join(p.read_bytes() for p in (real_day / "outbox").rglob("*.csv"))
    assert found_in(sent, numbers)


def test_no_command_prints_one(
    real_day: Path, numbers_of: dict[Path, set[bytes]], told: list[str]
) -> None:
    assert found_in("".join(told).encode(), numbers_of[real_day]) == set()


def plant_leak(home: Path, form: str, number: str) -> Path:
    """Put a mark where it may not be; the file."""
    path = home / "airflow" / "logs" / "task.log"
    path.parent.mkdir(parents=True)
    if form == "plain":
        path.write_text(f"refused: {number}")
    elif form == "utf-16":
        path.write_text(f"refused: {number}", encoding="utf-16")
    elif form == "escaped":
        path.write_text(json.dumps({"exc_value": f"no customer {WORD}范春贞"}))
    elif form == "name of a file":
        path = path.with_name(f"{WORD}.log")
        path.touch()
    elif form == "database":
        path = home / "airflow" / "airflow.db"
        with sqlite3.connect(path) as database:
            database.execute("create table xcom (value)")
            database.execute("insert into xcom values (?)", [f"99{number}1"])
    elif form == "column of a task file":
        (path,) = (home / "outbox" / DAY.isoformat()).glob("sms_reminder/r1/*.csv")
        text = path.read_text(encoding="utf-8-sig").splitlines()
        text[-1] = f"{number},{text[-1].partition(',')[2]}"
        path.write_text("\n".join(text), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "form",
    ["plain", "utf-16", "escaped", "name of a file", "database", "column of a task file"],
)
def test_a_leak_is_found(
    form: str, real_day: Path, numbers_of: dict[Path, set[bytes]], home: Path
) -> None:
    shutil.copytree(real_day, home, ignore=shutil.ignore_patterns("airflow"))
    numbers = numbers_of[real_day]
    assert list(leaks(home, numbers)) == []
    path = plant_leak(home, form, next(n.decode() for n in numbers if len(n) == 11))
    (found,) = leaks(home, numbers)
    assert found.startswith(path.relative_to(home).as_posix())
