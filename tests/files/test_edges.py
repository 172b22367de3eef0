"""Full disks and dates that cannot be: every command says what to do, and none has a defect."""

from pathlib import Path

import pytest

from postloan.cli import main
from postloan.warehouse import open_warehouse
from tests.support.full_disk import full_disk

SAMPLE = ("feed", "sample", "--loans", "300", "--days", "1", "--until", "2026-11-20")


def said(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    """Exit code and what was told; a command that argparse refuses ends with 2."""
    try:
        code = main([*command])
    except SystemExit as ended:
        code = int(ended.code or 0)
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.mark.parametrize(
    "command", [SAMPLE, ("feed", "template", "loan"), ("loan", "stages", "--date")]
)
def test_a_full_disk_is_told_as_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    asked = (*command, "2026-11-20") if command[-1] == "--date" else command
    with full_disk(2_000):
        code, told = said(capsys, *asked)
    assert code == 1
    assert "full" in told
    assert "run it again" in told
    assert "defect" not in told


def test_a_sample_that_met_a_full_disk_is_written_again(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    with full_disk(2_000):
        assert said(capsys, *SAMPLE)[0] == 1
    assert not list(home.glob("landing/*/*/manifest.json"))
    assert said(capsys, *SAMPLE)[0] == 0
    assert list(home.glob("landing/core_banking/*/manifest.json"))


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "3000-01-01", "9999-12-31"])
def test_a_date_that_no_business_date_is_gets_advice(
    capsys: pytest.CaptureFixture[str], day: str
) -> None:
    for command in (
        "day open --date", "day run --date", "day close --date", "day summary --date",
        "day suppress --date", "gate release-opening --date", "restriction list --date",
        "loan stages --date", "loan stages --date 2026-11-20 --known-on", "loan versions L1 --date",
        "data show task --date", "data expire --dry-run --date", "feed sample --until",
    ):  # fmt: skip
        code, told = said(capsys, *command.split(), day)
        assert (code, "is mistyped" in told) == (2, True), command
        assert "before 1990-01-01 or after 2999-12-31" in told
        assert "defect" not in told


@pytest.mark.parametrize("day", ["1990-01-01", "2999-12-31"])
def test_the_first_and_the_last_date_can_be_asked_about(
    capsys: pytest.CaptureFixture[str], day: str
) -> None:
    open_warehouse().close()
    code, told = said(capsys, "loan", "stages", "--date", day)
    assert (code, told) == (0, f"{day}: 0 loans past due\n")


def test_a_sample_may_not_begin_before_the_first_date(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = said(capsys, "feed", "sample", "--until", "1990-01-10", "--days", "20")
    assert (code, "use 0 to 9: no business date is before 1990-01-01" in told) == (1, True)
    code, told = said(capsys, "feed", "sample", "--until", "2026-11-20", "--days", "999999999")
    assert (code, "use 0 to 13,472" in told) == (1, True)
