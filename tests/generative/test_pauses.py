"""Paused days against a calendar ticked off day by day, on invented pauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.delinquency.past_due import compute_delinquency
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse, open_warehouse

START, TODAY = date(2026, 1, 1), date(2026, 8, 20)


@dataclass(frozen=True)
class Pause:
    """Days before today; an end at or before the start is a pause that was taken back."""

    starts: int
    ends: int | None


@dataclass(frozen=True)
class Loan:
    due: int
    pauses: tuple[Pause, ...]


def before_today(days: int) -> date:
    return TODAY - timedelta(days=days)


def expected(loan: Loan) -> tuple[int, int, bool]:
    """Days past due, paused days, and whether today is paused: one day after the other."""
    paused = {
        day
        for pause in loan.pauses
        for day in range(-40, 121)
        if day <= pause.starts and (pause.ends is None or day > pause.ends)
    }
    owed = range(1, loan.due + 1)  # from the due date to yesterday, in days before today
    free = [day for day in owed if day not in paused]
    return len(free), loan.due - len(free), 0 in paused


pause = st.integers(-3, 90).flatmap(
    lambda starts: st.builds(Pause, st.just(starts), st.one_of(st.none(), st.integers(-30, starts)))
)
loan = st.builds(Loan, st.integers(1, 70), st.lists(pause, max_size=6).map(tuple))


def write(warehouse: Warehouse, loans: list[Loan]) -> None:
    received = {"received_on": START, "line_no": 2}
    ids = [f"L{n}" for n in range(len(loans))]
    warehouse.write_rows(
        "loan",
        START,
        (
            {
                "loan_id": i,
                "customer_id": i,
                "product": "consumer",
                "currency": "CNY",
                "loan_status": "active",
                **received,
            }
            for i in ids
        ),
    )
    warehouse.write_rows(
        "instalment",
        START,
        (
            {
                "loan_id": i,
                "instalment_no": 1,
                "due_on": before_today(told.due),
                "amount_due": Decimal("100.00"),
                **received,
            }
            for i, told in zip(ids, loans, strict=True)
        ),
    )
    warehouse.write_rows(
        "pause",
        START,
        (
            {
                "pause_id": f"{i}-{n}",
                "loan_id": i,
                "starts_on": before_today(p.starts),
                "ends_on": None if p.ends is None else before_today(p.ends),
                "pause_reason": "moratorium",
                **received,
            }
            for i, told in zip(ids, loans, strict=True)
            for n, p in enumerate(told.pauses)
        ),
    )


@pytest.fixture(scope="module")
def duckdb_warehouse() -> Iterator[Warehouse]:
    with open_warehouse("duckdb:///:memory:?memory_limit=1GB&threads=2") as warehouse:
        publish_rules(warehouse, TODAY)
        yield warehouse


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(loans=st.lists(loan, min_size=1, max_size=30))
def test_paused_days_are_the_union_of_the_pauses_within_the_days_past_due(
    duckdb_warehouse: Warehouse, loans: list[Loan]
) -> None:
    with duckdb_warehouse.transaction():
        write(duckdb_warehouse, loans)
        compute_delinquency(duckdb_warehouse, TODAY, TODAY)
        found = {
            loan_id: (days, paused, is_paused)
            for loan_id, days, paused, is_paused in duckdb_warehouse.fetch(
                "select loan_id, days_past_due, paused_days, is_paused "
                "from current_loan_delinquency"
            )
        }
    assert found == {f"L{n}": expected(told) for n, told in enumerate(loans)}
