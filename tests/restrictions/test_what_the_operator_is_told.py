"""Somebody at a terminal is told what was looked at, what was not, why, and what to do next."""

from datetime import timedelta
from pathlib import Path

import pytest

from postloan.errors import DeliveryError
from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender
from tests.support.release_desk import Desk

AFTER = NEXT_DAY + timedelta(days=1)
HEARD = {"complaint": (), "consent_change": ()}


@pytest.fixture
def desk(
    home: Path, capsys: pytest.CaptureFixture[str], warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:  # fmt: skip
    """Three debtors whose book is open, and teams who report every day."""
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        lender.send(OPENING_DAY, "feedback", **HEARD)
        Debtors(lender).open((1, 2, 3))
        lender.send(NEXT_DAY)
    return Desk(capsys)


def run(home: Path) -> None:
    with open_warehouse() as warehouse:
        Debtors(Lender(home, warehouse)).run()


def refuse(home: Path, day: str, source: str = "feedback") -> None:
    """A delivery comes for a date, truncated, and is refused as a whole."""
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        on = OPENING_DAY.fromisoformat(day)
        lender.send(on, source)
        feed = "complaint" if source == "feedback" else "hold"
        path = lender.folder(on, source) / f"{feed}.csv"
        path.write_bytes(path.read_bytes()[:-3])
        with pytest.raises(DeliveryError):
            lender.take_in(on, source)


def heard(home: Path, day: str) -> None:
    with open_warehouse() as warehouse:
        Lender(home, warehouse).deliver(OPENING_DAY.fromisoformat(day), "feedback", **HEARD)


# The gate ---------------------------------------------------------------------------------------


def test_a_gate_that_is_shut_names_source_and_date_where_it_is_told(desk: Desk, home: Path) -> None:
    refuse(home, "2026-11-21")
    run(home)
    _, told = desk.says("summary", "--date", "2026-11-20")
    (silent,) = [line for line in told.splitlines() if "SHUT (source_heard)" in line]
    assert "(feedback, last heard for 2026-11-19)" in silent
    # One line for the source, whatever the number of its feeds.
    assert "complaint, consent_change, contact_outcome" in silent
    (refused,) = [line for line in told.splitlines() if "SHUT (delivery_refused)" in line]
    assert "(feedback 2026-11-21)" in refused
    _, told = desk.says(
        "release-gate", "2026-11-20", "--check", "delivery_refused", "--reason", "on paper"
    )
    assert len([line for line in told.splitlines() if "released delivery_refused" in line]) == 1
    assert "(feedback 2026-11-21)" in told


def test_a_row_that_names_nobody_is_told_with_source_and_date(desk: Desk, home: Path) -> None:
    with open_warehouse() as warehouse:
        row = {"complaint_id": "K1", "customer_id": "C99", "channel": "wechat"}
        Lender(home, warehouse).send(NEXT_DAY, "feedback", **{**HEARD, "complaint": [row]})
    run(home)
    _, told = desk.says("summary")
    (line,) = [line for line in told.splitlines() if "SHUT (nameless_rows)" in line]
    assert "complaint 1 [≤ 0] (feedback 2026-11-20)" in line
