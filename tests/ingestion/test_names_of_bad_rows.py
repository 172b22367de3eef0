"""Whom refused rows hold is kept within bounds, and nobody is let go for it."""

from typing import Any

import pytest

from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, Lender, csv_bytes

NUMBER = "13800000000"
BOOK: dict[str, Any] = {"loan": [LOAN], "instalment": [INSTALMENT]}


def having_the_number(count: int) -> list[dict[str, str]]:
    return [CUSTOMER | {"customer_id": f"K{n}", "phone": NUMBER} for n in range(count)]


def telling_the_number(count: int) -> list[dict[str, str]]:
    row = CUSTOMER | {"phone": NUMBER, "birth_on": "never"}
    return [row | {"customer_id": f"X{n}"} for n in range(count)]


def bearers(lender: Lender) -> list[tuple[int, int]]:
    """Line, and how many customers it holds for the number in it."""
    return lender.warehouse.fetch(
        "select line_no, count(*) as n from refused_name where subject = 'bearer' "
        "group by line_no order by line_no"
    )


def named(lender: Lender) -> list[str]:
    return lender.ids("refused_name", "spelling")


@pytest.mark.parametrize("rows", [1, 60])
def test_a_number_of_many_customers_is_held_by_one_row(lender: Lender, rows: int) -> None:
    people = having_the_number(30)
    lender.deliver(customer=[CUSTOMER, *people], **BOOK)
    lender.deliver(NEXT_DAY, customer=telling_the_number(rows))
    assert bearers(lender) == [(2, 30)]
    assert {row["customer_id"] for row in people} <= set(named(lender))


def test_a_number_of_few_customers_is_held_by_every_row(lender: Lender) -> None:
    lender.deliver(customer=[CUSTOMER, *having_the_number(10)], **BOOK)
    lender.deliver(NEXT_DAY, customer=telling_the_number(4))
    assert bearers(lender) == [(2, 10), (3, 10), (4, 10), (5, 10)]


def test_the_row_of_a_customer_who_has_the_number_holds_no_other(lender: Lender) -> None:
    people = having_the_number(30)
    lender.deliver(customer=[CUSTOMER, *people], **BOOK)
    bad = [people[7] | {"birth_on": "never"}, *telling_the_number(2)]
    lender.deliver(NEXT_DAY, customer=bad)
    assert bearers(lender) == [(3, 30)]


@pytest.mark.parametrize(("fields", "held"), [(2, ["C1"]), (400, [])])
def test_a_record_of_very_many_fields_names_nobody(
    lender: Lender, fields: int, held: list[str]
) -> None:
    lender.deliver(customer=[CUSTOMER], **BOOK)
    good = csv_bytes("customer", [CUSTOMER]).rstrip(b"\n")
    more = "".join(f",a{n}" for n in range(fields)).encode()
    lender.deliver(NEXT_DAY, raw={"customer": good + more + b"\n"})
    assert lender.refused("customer", NEXT_DAY) == [(2, None, "wrong_column_count")]
    assert named(lender) == held
    # Kept all the same: a row that names nobody shuts the gate.
    assert lender.warehouse.count("refused_restriction") == 1
