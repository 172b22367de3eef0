"""Feeds that nothing reads yet: what is right is loaded, what is not waits with its reason."""

from datetime import date
from typing import Any

import pytest

from postloan.business_day.ledger import read_book
from postloan.cli.day.summary import show_summary
from postloan.contracts import catalogue
from postloan.settings import settings
from tests.support.debtors import Debtors
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    ROOMS_TO_COME,
    Lender,
)
from tests.support.room_rows import BAD, CONTRADICTING, GOOD, Row

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}


def under_its_own_key(feed: str, number: int, changes: Row) -> Row:
    """A good row with changes, under another key than the others."""
    first, *others = catalogue().feeds[feed].table.key
    own = {} if changes.keys() & {first, *others} else {first: f"{GOOD[feed][first]}-{number}"}
    if feed == "loan_terms":
        own = {"effective_on": date(2026, 2, number + 1).isoformat()}
    return {**GOOD[feed], **own, **changes}


def lines(rows: list[Row]) -> list[int]:
    """The line on which each row of a file begins; a note may be of several."""
    broken = ["".join(row.values()).count("\n") for row in rows]
    return [2 + n + sum(broken[:n]) for n in range(len(rows))]


def rows_told(files: dict[str, list[Row]]) -> dict[str, int]:
    return {feed: len(rows) for feed, rows in files.items()}


def test_every_such_feed_is_optional_and_tried_here() -> None:
    assert GOOD.keys() == BAD.keys() == CONTRADICTING.keys() == ROOMS_TO_COME
    assert not [f for f in ROOMS_TO_COME if catalogue().feeds[f].is_required]
    checks = {f: len(catalogue().feeds[f].table.checks) for f in ROOMS_TO_COME}
    assert {f: len(told) for f, told in CONTRADICTING.items()} == checks


@pytest.fixture(params=["core_banking", "feedback"])
def source(request: pytest.FixtureRequest) -> str:
    """A source that sends some of them."""
    return str(request.param)


@pytest.fixture
def feeds(source: str) -> list[str]:
    """Those that the source sends."""
    return [feed for feed in GOOD if catalogue().feeds[feed].source == source]


def test_a_good_row_is_loaded_and_each_bad_one_waits_with_its_reason(
    source: str, feeds: list[str], lender: Lender
) -> None:
    lender.deliver(**BOOK)
    files = {}
    for feed in feeds:
        bad = [under_its_own_key(feed, n, changes) for n, (changes, _, _) in enumerate(BAD[feed])]
        files[feed] = [GOOD[feed], *bad, GOOD[feed]]
    result = lender.deliver(NEXT_DAY, source, opening=False, rows_told=rows_told(files), **files)
    counts = {c.feed: (c.rows_in, c.rows_loaded, c.rows_quarantined) for c in result.feeds}
    for feed, rows in files.items():
        assert counts[feed] == (len(rows), 1, len(rows) - 1)
        assert lender.warehouse.fetch(f"select line_no, received_on from {feed}") == [(2, NEXT_DAY)]
        key = catalogue().feeds[feed].table.key[-1]
        reasons = [*((c, r) for _, c, r in BAD[feed]), (key, "duplicate_key")]
        assert lender.warehouse.fetch(
            "select file_name, line_no, column_name, reason from quarantine "
            "where feed = $feed order by line_no",
            {"feed": feed},
        ) == [
            (f"{feed}.csv", line, column, reason)
            for line, (column, reason) in zip(lines(rows)[1:], reasons, strict=True)
        ]


def test_what_contradicts_itself_is_loaded_with_a_warning(
    source: str, feeds: list[str], lender: Lender
) -> None:
    lender.deliver(**BOOK)
    files = {
        feed: [
            GOOD[feed],
            *(under_its_own_key(feed, n, row) for n, (row, _) in enumerate(CONTRADICTING[feed])),
        ]
        for feed in feeds
    }
    result = lender.deliver(NEXT_DAY, source, opening=False, rows_told=rows_told(files), **files)
    assert result.rows_quarantined == 0
    for feed in feeds:
        warned = " ".join(str(w) for w in result.warnings if feed in str(w))
        for _, words in CONTRADICTING[feed]:
            assert words in warned, feed


def test_a_lender_who_sends_none_of_them_notices_nothing(
    lender: Lender, capsys: pytest.CaptureFixture[str]
) -> None:
    debtors = Debtors(lender)
    debtors.open((1, 2))
    lender.send(NEXT_DAY)
    lender.send(NEXT_DAY, "feedback", complaint=[])
    debtors.run()
    assert debtors.contacted() == {"C1", "C2"}
    assert debtors.shut() == set()
    day = read_book(lender.warehouse)[NEXT_DAY]
    show_summary(settings(), NEXT_DAY)
    told = f"{day.reason} {capsys.readouterr().out}"
    assert "Gates before contact" in told
    assert not [feed for feed in ROOMS_TO_COME if feed in told]
    # What may restrict is watched, as everything of that kind that a lender may not have.
    gates = "select distinct feed, outcome from gate_check"
    named = [row for row in lender.warehouse.fetch(gates) if row[0] in ROOMS_TO_COME]
    assert named == [("customer_preference", "not_applicable")]
    assert not [feed for feed in ROOMS_TO_COME if lender.warehouse.count(feed)]
