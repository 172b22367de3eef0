"""Deliveries taken in in any order end in the facts of date order."""

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from postloan.contracts import catalogue
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.models import Parameters
from postloan.warehouse.statement import Statement
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, REPAYMENT, Lender
from tests.support.later_contracts import Contracts

DAYS = (OPENING_DAY, date(2026, 11, 20), date(2026, 11, 21))
ORDERS = list(permutations(DAYS))
FEEDS = ("customer", "loan", "instalment", "repayment", "quarantine")

DELIVERIES: dict[date, dict[str, Any]] = {
    DAYS[0]: {
        "customer": [CUSTOMER],
        "loan": [LOAN],
        "instalment": [INSTALMENT],
        "repayment": [REPAYMENT, REPAYMENT | {"repayment_id": "R0", "loan_id": "L404"}],
    },
    DAYS[1]: {
        "loan": [LOAN | {"loan_id": "L2"}],
        "instalment": [
            INSTALMENT | {"loan_id": "L2"},
            # The terms of the first loan change as well.
            INSTALMENT | {"due_on": "2026-10-09"},
        ],
        "repayment": [
            REPAYMENT | {"repayment_id": "R2"},
            REPAYMENT | {"repayment_id": "X1", "reverses_id": "R1"},
        ],
    },
    DAYS[2]: {
        "repayment": [
            REPAYMENT | {"repayment_id": "R3", "loan_id": "L2"},
            # Named twice: only the first of them may be loaded, and only when its loan is known.
            REPAYMENT | {"repayment_id": "R4", "loan_id": "L2", "amount": "7.00"},
            REPAYMENT | {"repayment_id": "R4", "amount": "8.00"},
            REPAYMENT | {"repayment_id": "R5"},
            REPAYMENT | {"repayment_id": "X2", "reverses_id": "R2"},
            # The reversal of the day before came first.
            REPAYMENT | {"repayment_id": "X3", "reverses_id": "R1"},
        ],
    },
}


def ended(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of facts and quarantine."""
    return {
        name: sorted(
            warehouse.fetch(
                f"select {', '.join(catalogue().tables[name].column_names)} from {name}"
            ),
            key=repr,
        )
        for name in FEEDS
    }


@pytest.fixture(scope="module")
def in_date_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What date order ends in."""
    home = tmp_path_factory.mktemp("in-order")
    with open_warehouse("duckdb:///:memory:") as warehouse:
        lender = Lender(home, warehouse)
        for day in DAYS:
            lender.deliver(day, **DELIVERIES[day])
        return ended(warehouse)


def test_the_history_is_worth_the_test(in_date_order: dict[str, list[tuple[Any, ...]]]) -> None:
    assert len(in_date_order["repayment"]) == 7
    reasons = sorted(row[6] for row in in_date_order["quarantine"])
    assert reasons == ["already_reversed", "duplicate_key", "orphan"]


@pytest.mark.parametrize("order", ORDERS[1:], ids=lambda o: "-".join(str(d.day) for d in o))
def test_every_order_ends_the_same(
    lender: Lender, order: tuple[date, ...], in_date_order: dict[str, list[tuple[Any, ...]]]
) -> None:
    for day in order:
        lender.deliver(day, **DELIVERIES[day])
    found = ended(lender.warehouse)
    for name in FEEDS:
        assert found[name] == in_date_order[name], name


def test_rows_are_released_when_what_they_name_arrives_late(lender: Lender) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    lender.deliver(DAYS[2], repayment=[REPAYMENT | {"repayment_id": "R3", "loan_id": "L2"}])
    assert lender.refused("repayment", DAYS[2]) == [(2, "loan_id", "orphan")]
    lender.deliver(DAYS[1], loan=[LOAN | {"loan_id": "L2"}])
    assert lender.refused("repayment", DAYS[2]) == []
    assert lender.warehouse.fetch(
        "select line_no, requeue_no, released_by from quarantine_release"
    ) == [(2, 0, "")]
    ledger = "select rows_loaded, rows_quarantined, revision from delivery "
    ledger += "where feed = 'repayment' and business_date = cast($day as date)"
    assert lender.warehouse.fetch(ledger, {"day": DAYS[2]}) == [(1, 0, 2)]


def test_only_the_later_dates_that_it_changes_are_taken_in_again(lender: Lender) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    waits = REPAYMENT | {"loan_id": "L2"}
    for day, rows in (
        (21, [waits | {"repayment_id": "R3"}]),
        (22, [REPAYMENT | {"repayment_id": "R4"}]),
        # One of its rows goes on waiting.
        (23, [waits | {"repayment_id": "R5"}, waits | {"repayment_id": "R6", "loan_id": "L3"}]),
        (24, [waits | {"repayment_id": "R7", "loan_id": "L3"}]),
    ):
        lender.deliver(date(2026, 11, day), repayment=rows)
    lender.deliver(DAYS[1], loan=[LOAN | {"loan_id": "L2"}])
    ledger = (
        "select extract(day from business_date) as day, rows_loaded, rows_quarantined, revision "
        "from delivery where feed = 'repayment' and business_date > cast($day as date) order by 1"
    )
    found = [tuple(map(int, row)) for row in lender.warehouse.fetch(ledger, {"day": DAYS[1]})]
    assert found == [(21, 1, 0, 2), (22, 1, 0, 1), (23, 1, 1, 2), (24, 0, 1, 1)]


def test_a_row_that_waits_may_hold_a_line_end(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = Contracts(tmp_path / "include")
    several = [{"property": "severalLines", "value": True}]
    contracts.set("loan", "contract_id", customProperties=several, logicalTypeOptions={})
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    loan = LOAN | {"loan_id": "L9", "customer_id": "C9", "contract_id": "first\nsecond"}
    lender.deliver(DAYS[2], loan=[loan], rows_told={"loan": 1})
    assert lender.refused("loan", DAYS[2]) == [(2, "customer_id", "orphan")]
    lender.deliver(DAYS[1], customer=[CUSTOMER | {"customer_id": "C9"}])
    assert lender.refused("loan", DAYS[2]) == []
    assert "first\nsecond" in lender.ids("loan", "contract_id")


def test_a_later_delivery_that_is_gone_is_told(lender: Lender) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    folder: Path = lender.send(DAYS[2], repayment=[REPAYMENT | {"loan_id": "L2"}])
    lender.take_in(DAYS[2])
    folder.rename(lender.home / "archived")
    result = lender.deliver(DAYS[1], loan=[LOAN | {"loan_id": "L2"}])
    (told,) = [w for w in result.warnings if "2026-11-21" in w]
    assert "judged" in told
    assert lender.refused("repayment", DAYS[2]) == [(2, "loan_id", "orphan")]
    (lender.home / "archived").rename(folder)
    # Any run of the date that came late mends it.
    assert not lender.take_in(DAYS[1]).warnings
    assert lender.refused("repayment", DAYS[2]) == []


def test_a_row_may_wait_for_any_source(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = Contracts(tmp_path / "include")
    named = [{"type": "foreignKey", "to": "enrolment.customer_id"}]
    contracts.set("complaint", "customer_id", relationships=named)
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    lender.deliver(DAYS[0], "student_registry", enrolment=[])
    complaint = {
        "complaint_id": "B1", "customer_id": "C1", "received_at": "2026-11-21 09:00:00",
        "complaint_kind": "conduct", "complaint_state": "received",
    }  # fmt: skip
    lender.deliver(DAYS[2], "feedback", complaint=[complaint])
    assert lender.refused("complaint", DAYS[2]) == [(2, "customer_id", "orphan")]
    student = {
        "customer_id": "C1", "institution_id": "U1", "effective_on": "2026-09-01",
        "code_system": "cn", "status_code": "01",
    }  # fmt: skip
    lender.deliver(DAYS[1], "student_registry", enrolment=[student])
    assert lender.refused("enrolment", DAYS[1]) == []
    assert lender.refused("complaint", DAYS[2]) == []


def test_a_row_may_wait_whatever_the_columns_of_its_feed_are_called(lender: Lender) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    said = {
        "reason_id": "X1", "customer_id": "C1", "loan_id": "L2", "stated_on": "2026-11-21",
        "reason": "forgot", "channel": "phone", "collector_id": "A7",
    }  # fmt: skip
    lender.deliver(DAYS[2], "feedback", overdue_reason=[said])
    assert lender.refused("overdue_reason", DAYS[2]) == [(2, "loan_id", "orphan")]
    lender.deliver(DAYS[1], loan=[LOAN | {"loan_id": "L2"}])
    assert lender.refused("overdue_reason", DAYS[2]) == []
    assert lender.ids("overdue_reason", "collector_id") == ["A7"]


def test_a_row_that_waits_may_be_older_than_a_column_of_its_feed(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    lender.deliver(DAYS[2], repayment=[REPAYMENT | {"repayment_id": "R3", "loan_id": "L2"}])
    # Raw text as an earlier contract, with two columns less, left it.
    shorter = "update quarantine set raw_text = regexp_replace(raw_text, ',[^,]*,[^,]*$', '')"
    lender.warehouse.run(Statement.parsed(shorter), {})
    lender.deliver(DAYS[1], loan=[LOAN | {"loan_id": "L2"}])
    assert lender.refused("repayment", DAYS[2]) == []


def test_where_nobody_names_a_source_nothing_else_is_looked_at(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.deliver(DAYS[0], **{**DELIVERIES[DAYS[0]], "repayment": [REPAYMENT]})
    warehouse = lender.warehouse
    read: set[str] = set()

    def reading(statement: Statement, parameters: Parameters) -> Any:
        read.update(table.name for table in statement.tree.find_all(exp.Table))
        return stream_rows(statement, parameters)

    stream_rows = warehouse.stream_rows
    monkeypatch.setattr(warehouse, "stream_rows", reading)
    lender.deliver(DAYS[0], "student_registry", enrolment=[])
    assert "staged_enrolment" in read
    assert read.isdisjoint(feed.name for feed in catalogue().feeds_of("core_banking"))


def test_rows_that_were_judged_too_early_are_released_by_whoever_comes_next(
    lender: Lender,
) -> None:
    lender.deliver(DAYS[0], **DELIVERIES[DAYS[0]])
    lender.deliver(DAYS[1], repayment=[REPAYMENT | {"repayment_id": "R3", "loan_id": "L2"}])
    assert lender.refused("repayment", DAYS[1]) == [(2, "loan_id", "orphan")]
    # As if the loan had been committed while the payment was being judged.
    row = {**LOAN, "loan_id": "L2", "received_on": DAYS[0], "line_no": 3}
    lender.warehouse.append_rows("loan", [row])
    lender.deliver(DAYS[1], "student_registry", enrolment=[])
    assert lender.refused("repayment", DAYS[1]) == []
