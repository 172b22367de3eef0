"""The modes of what is ours, and homes that cannot be one; a real day is in `test_real_day`."""

import grp
import os
import shutil
from pathlib import Path

import pytest

from postloan.cli import main
from postloan.errors import PostloanError
from postloan.files import modes
from postloan.files.modes import check_home, close_doors, open_doors
from postloan.settings import settings
from tests.support.swapping import swapped_at


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
