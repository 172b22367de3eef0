"""The summary says what waits for a person now, and as of the close where it cannot know."""

from pathlib import Path

from postloan.cli.summary import lines_of
from postloan.settings import settings
from postloan.waiting import Waiting, look_at
from postloan.warehouse import open_warehouse

CLOSED = {
    "business_date": "2026-11-20",
    "revision": 1,
    "is_opening": False,
    "deliveries": [],
    "reason": None,
    "steps": {"start_legal_preparation": {"counts": {"cases_awaiting_approval": 3}, "note": None}},
    "stages": [],
    "moves": [],
    "positions": [],
    "gates": [],
    "denials": [],
    "published": [],
    "questions": 2,
}


def waiting_lines(now: Waiting | None) -> list[str]:
    lines = lines_of(CLOSED, settings(), now)
    start = next(n for n, line in enumerate(lines) if line.startswith("Decisions waiting"))
    return [line.strip() for line in lines[start:-1]]


def test_what_has_been_decided_since_the_close_waits_no_more() -> None:
    head, cases, actions = waiting_lines(Waiting(1, 1, 7, 0))
    assert head == "Decisions waiting"
    assert cases.startswith("1 legal cases (1 in the newest question)")
    assert actions.startswith("7 first actions of the opening: python -m postloan release ")
    assert waiting_lines(Waiting(0, 0, 0, 0))[1:] == ["none"]


def test_a_warehouse_that_cannot_be_asked_leaves_the_counts_of_the_close() -> None:
    head, cases, questions = waiting_lines(None)
    assert head == "Decisions waiting, as of the close of the date"
    assert cases.startswith("3 legal cases:")
    assert questions.startswith("2 questions")


def test_a_warehouse_without_a_closed_date_has_nothing_that_waits(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/warehouse.duckdb"
    open_warehouse(url).close()
    assert look_at(url) is None
