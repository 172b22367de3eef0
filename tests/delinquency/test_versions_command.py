"""`loan versions` and `loan stages --known-on` answer a person about the two times."""

from pathlib import Path

import pytest

from postloan.cli import main
from postloan.warehouse import open_warehouse
from tests.delinquency.book import Book


@pytest.fixture
def told_late(home: Path) -> Path:
    """An installation that learned on 04-19 that L1 had paid on 04-17; its warehouse is shut."""
    with open_warehouse() as warehouse:
        book = Book(warehouse)
        book.loan()
        book.due("04-15")
        book.nights("04-15", "04-18")
        book.paid("04-17", "100.00", instalment=1, due_on="04-15", received="04-19")
        book.night("04-19")
    return home


@pytest.mark.usefixtures("told_late")
def test_every_version_says_between_which_dates_and_what_changed_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["loan", "versions", "L1", "--date", "2026-04-17"]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "L1 on 2026-04-17: 2 versions"
    assert first.startswith("  known from 2026-04-17 before 2026-04-19")
    assert "reminder, 2 days past due, 100.00 owed" in first
    assert second.startswith("  known from 2026-04-19 until now")
    assert "received that day: repayment" in second

    assert main(["loan", "versions", "L1", "--date", "2026-04-18"]) == 0
    head, _, ending = capsys.readouterr().out.splitlines()
    assert head == "L1 on 2026-04-18: 1 version"
    assert ending.startswith("  known from 2026-04-19 until now")
    assert "not past due" in ending


@pytest.mark.usefixtures("told_late")
def test_a_loan_that_was_never_past_due_is_said_not_to_have_been(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["loan", "versions", "L404", "--date", "2026-04-17"]) == 0
    assert "not past due" in capsys.readouterr().out


@pytest.mark.usefixtures("told_late")
def test_stages_are_shown_as_they_were_known_then(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loan", "stages", "--date", "2026-04-17", "--known-on", "2026-04-18"]) == 0
    assert "reminder" in capsys.readouterr().out
    assert main(["loan", "stages", "--date", "2026-04-17", "--known-on", "2026-04-19"]) == 0
    assert "reminder" not in capsys.readouterr().out
