"""A date that is run late, or again, contacts nobody whom anything that is loaded protects."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.delinquency.book import Book, day
from tests.support.nightly_lender import Lender
from tests.support.protecting_facts import PROTECTING, a_hold

DUE = "11-17"
FILES, NEXT = "11-18", "11-19"

WITHHELD = """
    select distinct customer_id
    from contact_denial
    where
        business_date = cast($on as date)
        and queue = 'sms_reminder'
        and inputs like '%known by 2026-11-19'
    order by customer_id
"""


@pytest.fixture
def lender(warehouse: Warehouse, tmp_path: Path) -> Lender:
    made = Lender(Book(warehouse), tmp_path / "outbox")
    made.borrower(1, DUE)
    made.borrower(2, DUE)
    return made


def customers(lender: Lender, on: str = FILES) -> list[str]:
    select = (
        "select customer_id from task where business_date = cast($on as date) "
        "and queue = 'sms_reminder' and task_action = 'added' order by customer_id"
    )
    return [c for (c,) in lender.warehouse.fetch(select, {"on": day(on)})]


def withheld(lender: Lender) -> list[str]:
    return [c for (c,) in lender.warehouse.fetch(WITHHELD, {"on": day(FILES)})]


def test_whoever_is_protected_by_what_is_loaded_is_not_added(lender: Lender) -> None:
    # A pause is known as days past due; a loan of another debtor was known of before its task.
    protected = dict(enumerate(PROTECTING, start=10))
    for number in protected:
        lender.borrower(number, DUE)
    for number, fact in protected.items():
        fact(lender, number, NEXT)
    names = sorted(f"C{n}" for n in protected)
    lender.opened("11-17", FILES)
    assert customers(lender) == ["C1", "C2"]
    assert withheld(lender) == names
    lender.night(FILES)
    assert customers(lender) == ["C1", "C2"]
    assert withheld(lender) == names


def test_who_was_suppressed_is_not_contacted_in_another_currency(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    a_hold(lender, 1, NEXT)
    lender.suppress(FILES)
    # The restriction is taken back, and the date is delivered and run again.
    lender.warehouse.delete_partition("hold", day(NEXT))
    lender.told(
        "loan",
        FILES,
        loan_id="L1B",
        customer_id="C1",
        product="consumer",
        currency="USD",
        loan_status="active",
    )
    lender.book.due(DUE, loan_id="L1B", received=FILES)
    lender.night(FILES)
    assert customers(lender) == ["C1", "C2"]
    assert lender.recalls() == [("2026-11-18", "2026-11-18", "C1", "suppressed")]


def test_a_debtor_who_came_with_the_redelivery_is_not_contacted_against_a_hold(
    lender: Lender,
) -> None:
    lender.opened("11-17", FILES)
    lender.borrower(3, DUE)
    lender.borrower(4, DUE)
    a_hold(lender, 3, NEXT)
    lender.night(FILES)
    assert customers(lender) == ["C1", "C2", "C4"]
    assert withheld(lender) == ["C3"]


def test_the_day_that_is_told_is_the_one_on_which_the_fact_came(lender: Lender) -> None:
    lender.borrower(3, DUE)
    lender.borrower(4, DUE)
    lender.told("customer", NEXT, customer_id="C3", deceased_on=day(FILES))
    a_hold(lender, 4, NEXT)
    # Something else of somebody else comes later still.
    lender.told("customer", "11-21", customer_id="C5", customer_name="测试甲")
    lender.opened("11-17", FILES)
    assert customers(lender) == ["C1", "C2"]
    assert withheld(lender) == ["C3", "C4"]
