"""After a real day: who on this machine may read what, and where marked personal values stand.

Both are asked of one day, which takes a while to make.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.cli import main
from postloan.files.modes import admit_receiver, close_doors, open_doors, places
from postloan.settings import REPOSITORY, Settings, settings
from tests.files.conftest import DAY
from tests.files.test_modes import everything
from tests.support.marks import WORD, found_in, leaks

NOBODY = 65534
COLLECTORS = 61234
"""A group without a name; a machine that knows groups by number only is a container."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")


# Where marked values stand ------------------------------------------------------------------------


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


# Who may read what ------------------------------------------------------------------------------


def read_as(path: Path, *groups: int) -> bool:
    """Whether another user of the machine, member of these groups, can read or list a path."""
    more = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", more]
    command = ["ls" if path.is_dir() else "cat", str(path)]
    return subprocess.run([*user, *command], capture_output=True, check=False).returncode == 0


@pytest.fixture
def day(real_day: Path, home: Path) -> Iterator[Path]:
    """A copy of a real day whose way from the root of the file system is open to others."""
    shutil.copytree(real_day, home, symlinks=True)
    opened = [p for p in home.parents if p.stat().st_uid == os.geteuid() and len(p.parts) > 2]
    before = {path: path.stat().st_mode for path in opened}
    for path in opened:
        path.chmod(path.stat().st_mode | 0o011)
    yield home
    for path, mode in before.items():
        path.chmod(mode)


def test_a_real_day_leaves_nothing_open_whatever_the_umask(real_day: Path) -> None:
    assert {p.name for p in places(settings_of(real_day))} > {"landing", "outbox", "reports"}
    assert [str(p) for p in everything(real_day) if p.stat().st_mode & 0o077] == []


def settings_of(folder: Path) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(folder))
        return settings()


@as_root
def test_another_user_can_read_nothing(day: Path) -> None:
    assert sum(path.is_file() for path in everything(day)) > 30
    # Even where somebody has opened the way, what lies at its end is closed.
    for folder in everything(day):
        if folder.is_dir():
            folder.chmod(0o711)
    assert [str(p) for p in everything(day) if p.is_file() and read_as(p)] == []


@as_root
def test_a_receiver_reads_its_queue_and_nothing_else(
    day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_RECEIVER_GROUPS", f"sms_reminder={COLLECTORS}")
    assert list(open_doors(settings()))
    close_doors(settings())
    assert list(open_doors(settings())) == []
    mine = day / "outbox" / DAY.isoformat() / "sms_reminder"
    readable = [path for path in everything(day) if read_as(path, COLLECTORS)]
    assert readable == everything(mine)
    assert any(path.suffix == ".csv" for path in readable)
    assert [path for path in everything(day) if read_as(path)] == []


@as_root
def test_a_new_revision_is_open_from_its_first_moment(
    day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_RECEIVER_GROUPS", f"sms_reminder={COLLECTORS}")
    queue = day / "outbox" / DAY.isoformat() / "sms_reminder"
    unfinished = queue / ".r9.unfinished"
    shutil.copytree(queue / "r1", unfinished)
    admit_receiver(settings(), "sms_reminder", unfinished)
    unfinished.rename(queue / "r9")
    assert read_as(queue / "r9" / "manifest.json", COLLECTORS)
    # Half a revision is nobody's.
    shutil.copytree(queue / "r9", unfinished)
    close_doors(settings())
    assert not read_as(unfinished, COLLECTORS)
    # A queue that is no longer given away is closed again.
    monkeypatch.delenv("POSTLOAN_RECEIVER_GROUPS")
    close_doors(settings())
    assert not read_as(queue / "r9" / "manifest.json", COLLECTORS)


def test_doctor_names_what_is_open_and_up_closes_it(
    day: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = day / "warehouse.duckdb"
    warehouse.chmod(0o644)
    (day / "landing").chmod(0o755)
    main(["admin", "doctor"])
    told = capsys.readouterr().out
    assert f"chmod 0600 {warehouse}" in told
    assert f"{day / 'landing'} (0755)" in told
    assert warehouse.stat().st_mode & 0o777 == 0o644
    assert close_doors(settings()) == 2
    assert warehouse.stat().st_mode & 0o777 == 0o600
    main(["admin", "doctor"])
    assert "open to its owner alone" in capsys.readouterr().out


def test_links_and_second_names_are_not_followed(day: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_text("not ours")
    foreign.chmod(0o644)
    (day / "landing" / "link").symlink_to(foreign)
    os.link(foreign, day / "landing" / "second_name")
    close_doors(settings())
    assert foreign.stat().st_mode & 0o777 == 0o644
    assert [door.is_ours for door in open_doors(settings())] == [False]


@as_root
@pytest.mark.parametrize(
    "command", ["up", "demo", "day run --date 2026-11-20", "day status", "down", "feed sample"]
)
def test_a_home_of_somebody_else_is_told(command: str, day: Path) -> None:
    environment = {
        **os.environ, "PYTHONPATH": str(REPOSITORY / "plugins"), "PYTHONDONTWRITEBYTECODE": "1"
    }  # fmt: skip
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    ended = subprocess.run(
        [*user, sys.executable, "-m", "postloan", *command.split()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    # What to do, and not only what the system says.
    assert re.search(r"[Tt]his user", ended.stderr)
    assert str(day) in ended.stderr
