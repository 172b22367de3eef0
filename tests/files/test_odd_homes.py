"""A home with odd things in its name or in it: commands say what is odd."""

import os
from datetime import date
from pathlib import Path

import pytest

from postloan.business_day.summary import finished_dates, read_summary
from postloan.cli import main
from postloan.errors import PostloanError, WarehouseError
from postloan.warehouse import open_warehouse


def test_a_home_with_a_question_mark_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTLOAN_HOME", str(tmp_path / "h?z"))
    assert main(["day", "status"]) != 0
    assert "Name a folder without one." in capsys.readouterr().err
    assert not list(tmp_path.glob("h*"))


def test_a_pipe_in_place_of_the_warehouse_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.duckdb")
    with pytest.raises(WarehouseError, match="no ordinary file"):
        open_warehouse(f"duckdb:///{tmp_path}/w.duckdb")


def test_what_is_no_summary_is_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = home / "reports"
    reports.mkdir(parents=True)
    (reports / "abcd-ef-gh.json").write_text("{}")
    assert finished_dates(reports) == []
    (reports / "2026-11-20.json").write_text("[1]")
    with pytest.raises(PostloanError, match=r"is no summary\. Run 2026-11-20 again"):
        read_summary(reports, date(2026, 11, 20))
    assert main(["day", "summary"]) != 0
    assert "defect" not in capsys.readouterr().err
