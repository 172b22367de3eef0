"""Who on this machine may read what: tried as another user, after a real day."""

import grp
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.cli import main
from postloan.errors import PostloanError
from postloan.files import modes
from postloan.files.modes import admit_receiver, check_home, close_doors, open_doors, places
from postloan.settings import REPOSITORY, Settings, settings
from tests.files.conftest import DAY
from tests.support.swapping import swapped_at

NOBODY = 65534
COLLECTORS = 61234
"""A group without a name; a machine that knows groups by number only is a container."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")


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


def everything(folder: Path) -> list[Path]:
    return [folder, *sorted(p for p in folder.rglob("*") if not p.is_symlink())]


@pytest.mark.parametrize("depth", [1, 2], ids=["source", "date"])
def test_a_folder_swapped_for_a_link_takes_no_other_doors_along(
    home: Path, tmp_path: Path, depth: int
) -> None:
    elsewhere, landing = tmp_path / "elsewhere", home / "landing"
    for folder in (elsewhere, elsewhere / "2026-11-19"):
        folder.mkdir(mode=0o755)
        (folder / "loan.csv").touch(0o644)
    before, step, taken = modes_of(elsewhere), 0, [1]
    while step <= taken[0]:
        step += 1
        shutil.rmtree(landing, ignore_errors=True)
        dated = landing / "core_banking" / "2026-11-19"
        dated.mkdir(parents=True)
        (dated / "loan.csv").touch()
        for path in everything(landing):
            path.chmod(0o755)
        with swapped_at(step, (dated.parent, dated)[depth - 1], elsewhere, landing) as taken:
            close_doors(settings())
        assert modes_of(elsewhere) == before, f"step {step}"
    assert step > 3
    assert not list(open_doors(settings()))


def modes_of(folder: Path) -> list[int]:
    return [path.stat().st_mode for path in everything(folder)]


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


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("sms_reminder=no_such_group", "groupadd no_such_group"),
        ("nobody=root", "There are call_list"),
        ("sms_reminder", "write queue=group"),
        ("=root", "write queue=group"),
    ],
)
def test_a_receiver_that_there_is_not_is_told(
    given: str, words: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_RECEIVER_GROUPS", given)
    with pytest.raises(PostloanError, match=words):
        close_doors(settings())


def test_groups_go_by_name_or_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = grp.getgrgid(os.getgid())
    monkeypatch.setenv("POSTLOAN_RECEIVER_GROUPS", f"call_list={known.gr_name}, sms_reminder=77")
    assert modes.receivers(settings()) == {"call_list": known.gr_gid, "sms_reminder": 77}


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


# A home that cannot be one -----------------------------------------------------------------------


def test_a_folder_that_others_use_is_refused(home: Path) -> None:
    home.mkdir(mode=0o700)
    home.chmod(0o1777)
    (home / "somebody.txt").touch()
    with pytest.raises(PostloanError, match="a folder of its own"):
        check_home(settings())
    assert home.stat().st_mode & 0o777 == 0o777


@pytest.mark.parametrize("folder", ["/", "/var", "/tmp"])  # noqa: S108 (refused)
def test_a_folder_of_the_system_is_refused(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTLOAN_HOME", folder)
    with pytest.raises(PostloanError, match=r"a folder of its own|cannot be"):
        check_home(settings())


def test_an_open_home_of_our_own_is_closed(home: Path) -> None:
    (home / "landing").mkdir(parents=True)
    home.chmod(0o1777)
    close_doors(settings())
    assert home.stat().st_mode & 0o7777 == 0o700


@pytest.mark.parametrize(
    "command", [["up"], ["demo"], ["day", "run", "--date", "2026-11-20"], ["day", "status"]]
)
def test_a_home_that_is_a_file_is_told(
    command: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("")
    assert main(command) == 1
    told = capsys.readouterr().err
    assert str(home) in told
    assert "POSTLOAN_HOME" in told or "Move it away" in told
    assert "Traceback" not in told


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
