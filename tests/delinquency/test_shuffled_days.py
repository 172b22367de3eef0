"""Deliveries in any order, late, corrected and reversed, end where the clean history ends.

Eight days of it run with every test run; `POSTLOAN_LONG_TESTS=1` takes a month.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from postloan.business_day.ledger import close_day, next_due, open_day, stale_dates
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.ingestion.deliver import ingest
from postloan.landing.sample import write_sample
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.believing import STATES, Beliefs, believed_now, believed_on, superseded_rows
from tests.support.long_tests import IS_LONG
from tests.support.moved_deliveries import SOURCE, Landing

LAST = date(2026, 11, 20)
DAYS, LOANS = (30, 150) if IS_LONG else (8, 300)
OPENING = LAST - timedelta(days=DAYS)


@dataclass
class Run:
    """A warehouse that takes deliveries in as they come and runs what has become due."""

    warehouse: Warehouse
    landing: Landing
    home: Path
    held: dict[date, Beliefs] = field(default_factory=dict)

    def arrive(self, day: date) -> None:
        """Take in one delivery, ask the gate for its date, and follow the dates that are woken."""
        ingest(
            self.warehouse, SOURCE, day, self.landing.folder,
            self.home / "scratch", self.home / "quarantine",
        )  # fmt: skip
        due: date | None = day
        while due:
            gate = open_day(self.warehouse, due, after_cut_off=True)
            if gate.day is None:
                return
            stage_overdue_loans(self.warehouse, gate.day)
            close_day(self.warehouse, gate.day)
            if not stale_dates(self.warehouse):
                self.held[self._newest()] = believed_now(self.warehouse)
            due = next_due(self.warehouse, due)

    def _newest(self) -> date:
        newest: date = self.warehouse.scalar("select max(business_date) as day from business_day")
        return newest


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[Run]:
    """Everything on its day."""
    landing = Landing(tmp_path / "clean_landing", OPENING, LAST)
    write_sample(
        landing.folder, loans=LOANS, days=DAYS, seed=3, last_business_date=LAST,
        dirty_share=Fraction(0),
    )  # fmt: skip
    with open_warehouse("duckdb:///:memory:") as warehouse:
        yield Run(warehouse, landing, tmp_path / "clean")


def test_any_order_ends_where_the_clean_history_ends(clean: Run, tmp_path: Path) -> None:
    reversed_ = clean.landing.reverse_some()
    shutil.copytree(clean.landing.folder, tmp_path / "landing")
    messy_landing = Landing(tmp_path / "landing", OPENING, LAST)
    assert messy_landing.delay_some(but=reversed_) > 8

    clean.arrive(OPENING)
    for day in clean.landing.days:
        clean.arrive(day)

    with open_warehouse("duckdb:///:memory:") as warehouse:
        messy = Run(warehouse, messy_landing, tmp_path / "messy")
        # One feed comes with half its rows at first, and whole when all others are closed.
        halved = messy_landing.days[DAYS * 2 // 3]
        whole = messy_landing.repayments(halved)
        messy_landing.send(halved, whole[: len(whole) // 2])
        messy.arrive(OPENING)
        order = messy_landing.days
        messy_landing.chance.shuffle(order)
        for day in order:
            messy.arrive(day)
        messy_landing.send(halved, whole)
        messy.arrive(halved)

        assert believed_now(warehouse) == believed_now(clean.warehouse)
        assert believed_now(warehouse)["stage_event"], "days in which nothing happens prove nothing"
        superseded = {n: superseded_rows(warehouse, n) for n in STATES}
        assert all(superseded.values()), superseded
        assert sorted(messy.held) == [OPENING, *messy_landing.days]
        for known_on, held in messy.held.items():
            assert believed_on(warehouse, known_on) == held, known_on
