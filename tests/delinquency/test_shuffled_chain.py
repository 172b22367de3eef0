"""Every step of a date, from file to task file: any order of the deliveries ends where the clean
history ends, and nothing stands that it would not have asked for.

Five days of it run with every test run; `POSTLOAN_LONG_TESTS=1` takes a month.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from postloan.business_day.ledger import close_day, next_due, open_day, stale_dates, status
from postloan.ingestion.deliver import ingest
from postloan.landing.sample import write_sample
from postloan.settings import Settings, settings
from postloan.steps import run_steps
from postloan.warehouse import Warehouse
from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.migration import bring_up_to_date
from tests.support.believing import STATES, Beliefs, believed_now, believed_on, superseded_rows
from tests.support.long_tests import IS_LONG
from tests.support.moved_deliveries import SOURCE, Landing
from tests.support.whole_day import files

# The first of a month is among the days, when scores are due.
LAST = date(2026, 12, 3)
DAYS = 30 if IS_LONG else 5
LOANS = 300
OPENING = LAST - timedelta(days=DAYS)
# Nobody is contacted from the date on that feedback leaves out: it is the last but one.
MISSED, LATE = OPENING + timedelta(days=3), LAST - timedelta(days=1)

Delivery = tuple[date, str]
"""Date and source."""

Order = Callable[[list[Delivery]], list[Delivery]]

UNTOUCHED = ("student_status", "student_alert", "multi_lender_state", "multi_lender_alert")
"""Made of what no test moves: every row is as in the clean history, on every date."""

WRONG_CONTACTS = """
    select sent.business_date, sent.queue, sent.task_id
    from task as sent
    inner join task_loan on sent.task_id = task_loan.task_id
    left join current_loan_stage as known
        on
            task_loan.loan_id = known.loan_id
            and sent.business_date = known.business_date
    where
        sent.task_action = 'added'
        and sent.window_start is not null
        and sent.task_id not in (select task_id from task where task_action = 'recalled')
        and (known.loan_id is null or known.overdue_amount < task_loan.overdue_amount)
"""
"""Contacts that stand although the loan is known now to have owed less than was asked for."""

PAID_BY_THEN = "select customer_id from contact_denial where check_name = 'still_owed'"
"""Contacts that were refused, as a payment was known of when the date was run."""


@dataclass
class Installation:
    """A lender that takes deliveries in as they come, and runs every step of what becomes due."""

    warehouse: Warehouse
    home: Settings
    held: dict[date, Beliefs] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)

    def arrive(self, delivery: Delivery) -> None:
        """Take in one delivery, ask the gate for its date, and follow the dates that are woken."""
        due: date | None
        due, source = delivery
        home = self.home
        ingest(self.warehouse, source, due, home.landing, home.scratch, home.quarantine)
        while due:
            gate = open_day(self.warehouse, due, after_cut_off=True)
            if gate.day is None:
                return
            for _ in run_steps(self.warehouse, gate.day):
                pass
            close_day(self.warehouse, gate.day)
            self._look_at_outbox()
            if not stale_dates(self.warehouse):
                newest = status(self.warehouse)[-1].business_date
                self.held[newest] = believed_now(self.warehouse)
            due = next_due(self.warehouse, due)

    def _look_at_outbox(self) -> None:
        found = files(self.home.outbox)
        assert found.items() >= self.published.items(), "a published file was changed"
        self.published = found

    def rows(self, query: str) -> list[str]:
        """The rows of a query as text, in order."""
        return sorted(map(repr, self.warehouse.fetch(query, {"business_date": LAST})))

    def decided(self) -> dict[str, list[str]]:
        """What has been decided on the facts as they stand at the end."""
        queries = {name: f"select * from {name}" for name in UNTOUCHED} | {
            # Decisions of their day: only those of the last one rest on all facts.
            "customer_risk": (f"select * from customer_risk where business_date = date '{LAST}'"),
            "cases": "select loan_id from legal_case_state where case_state = 'awaiting_approval'",
        }
        return {name: self.rows(query) for name, query in queries.items()}


def deliveries(home: Settings) -> list[Delivery]:
    """What was sent, by date; core banking last of its date, for it completes a date."""
    found = (path.parts[-3:-1] for path in home.landing.glob("*/*/manifest.json"))
    sent = [(date.fromisoformat(day), source) for source, day in found]
    return sorted(sent, key=lambda d: (d[0], d[1] == SOURCE, d[1]))


def as_missed_and_late(sent: list[Delivery]) -> list[Delivery]:
    """A core delivery is missed while the next dates wait; feedback comes when all are closed."""
    missed, late = (MISSED, SOURCE), (LATE, "feedback")
    order = [d for d in sent if d not in (missed, late)]
    order.insert(order.index((MISSED + timedelta(days=1), SOURCE)) + 1, missed)
    return [*order, late]


def as_chance_has_it(sent: list[Delivery]) -> list[Delivery]:
    """In no order at all."""
    return random.Random(0).sample(sent, len(sent))  # noqa: S311 (shuffles a test)


@contextmanager
def installation(home: Path) -> Iterator[Installation]:
    """The installation in a folder; it is shut afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(home))
        # So few rows are done before several threads have shared them out.
        with DuckDBWarehouse(str(home / "warehouse.duckdb"), threads=1) as warehouse:
            bring_up_to_date(warehouse)
            yield Installation(warehouse, settings())


def arrived(started: Path, home: Path, order: Order, *, late: bool) -> Iterator[Installation]:
    """Another history that begins with the same opening."""
    shutil.copytree(started, home)
    with installation(home) as made:
        if late:
            landing = Landing(made.home.landing, OPENING, LAST)
            taken_back = {r["reverses_id"] for day in landing.days for r in landing.repayments(day)}
            assert landing.delay_some(but=taken_back) > 5
        for delivery in order([d for d in deliveries(made.home) if d[0] != OPENING]):
            made.arrive(delivery)
        yield made


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lender whose book has been opened; one payment will be reversed."""
    home = tmp_path_factory.mktemp("started")
    with installation(home) as made:
        landing = made.home.landing
        write_sample(
            landing, loans=LOANS, days=DAYS, seed=3, last_business_date=LAST,
            dirty_share=Fraction(0),
        )  # fmt: skip
        sent = Landing(landing, OPENING, LAST)
        sent.leave_out("loan_position")
        assert sent.reverse_some()
        for delivery in deliveries(made.home):
            if delivery[0] == OPENING:
                made.arrive(delivery)
    return home


@pytest.fixture(scope="module")
def clean(started: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Everything on its day."""
    yield from arrived(started, tmp_path_factory.mktemp("clean") / "home", list, late=False)


@pytest.fixture(params=[as_missed_and_late, as_chance_has_it])
def messy(started: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """The same payments, some told days late, in deliveries of another order."""
    yield from arrived(started, tmp_path / "messy", request.param, late=True)


def test_any_order_ends_where_the_clean_history_ends(
    clean: Installation, messy: Installation
) -> None:
    revisions = [r.revision for r in status(messy.warehouse)]
    assert max(revisions) > 1, "a history without a second run proves nothing"
    assert [r.state for r in status(messy.warehouse)] == ["closed"] * (DAYS + 1)
    assert believed_now(messy.warehouse) == believed_now(clean.warehouse)
    assert messy.decided() == clean.decided()

    # What was known in between can still be asked for.
    superseded = {n: superseded_rows(messy.warehouse, n) for n in STATES}
    assert all(superseded.values()), superseded
    for known_on, held in messy.held.items():
        assert believed_on(messy.warehouse, known_on) == held, known_on

    # What was wrong has been recalled, or never went out where the money had come in by then.
    assert messy.warehouse.count("task_recall") + len(messy.rows(PAID_BY_THEN)) > 0
    assert messy.rows(WRONG_CONTACTS) == clean.rows(WRONG_CONTACTS) == []
