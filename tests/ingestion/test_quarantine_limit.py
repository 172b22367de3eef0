"""Too much refused: the delivery is refused as a whole, and people can see the rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.errors import ContractError, DeliveryError
from postloan.ingestion.checks.limits import limit_of
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, REPAYMENT, Lender
from tests.support.rule_files import RuleFiles

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}


def payments(good: int, bad: int, amount: str = "1.00") -> list[dict[str, str]]:
    """Repayments of which the last ones are of a loan that nobody knows."""
    loans = ["L1"] * good + ["L404"] * bad
    return [
        REPAYMENT | {"repayment_id": f"R{n}", "loan_id": loan, "amount": amount}
        for n, loan in enumerate(loans)
    ]


def refused_files(lender: Lender) -> list[Path]:
    return sorted((lender.quarantine / "core_banking" / str(NEXT_DAY) / "refused").glob("*.csv"))


def test_every_contract_has_a_limit() -> None:
    limits = {name: limit_of(feed) for name, feed in catalogue().feeds.items()}
    assert limits["repayment"].amount_column == "amount"
    assert limits["customer"].share == Decimal("0.05")


@pytest.mark.parametrize(
    ("term", "told"),
    [
        ("{share: '0'}", "quarantineLimit.share"),
        ("{rows: many}", "quarantineLimit.rows"),
        ("{percent: 3}", "quarantineLimit.percent"),
        ("{amount: '5.00'}", "amount and amountColumn together"),
        ("{amount: '5.00', amountColumn: paid_on}", "use one of amount"),
        ("lots", "is a mapping"),
    ],
)
def test_a_limit_that_is_none_is_told(rule_files: RuleFiles, term: str, told: str) -> None:
    repayment = rule_files.folder / "contracts" / "core_banking" / "repayment.yaml"
    lines = repayment.read_text(encoding="utf-8").splitlines()
    lines = [
        f"  - {{property: quarantineLimit, value: {term}}}" if "quarantineLimit" in line else line
        for line in lines
    ]
    repayment.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ContractError, match=told) as error:
        limit_of(catalogue().feeds["repayment"])
    assert "repayment.yaml" in str(error.value)


def test_as_many_rows_as_the_limit_allows_are_quarantined(lender: Lender) -> None:
    lender.deliver(**BOOK)
    result = lender.deliver(NEXT_DAY, repayment=payments(50, 100))
    assert (result.rows_loaded, result.rows_quarantined) == (50, 100)


def test_rows_that_come_before_the_book_wait_for_it_however_many(lender: Lender) -> None:
    result = lender.deliver(NEXT_DAY, repayment=payments(150, 0))
    assert (result.rows_loaded, result.rows_quarantined) == (0, 150)
    lender.deliver(**BOOK)
    assert lender.warehouse.count("repayment") == 150
    assert lender.refused("repayment", NEXT_DAY) == []


def test_rows_at_fault_count_before_the_book_is_there(lender: Lender) -> None:
    with pytest.raises(DeliveryError, match="120 of 120 rows are refused"):
        lender.deliver(NEXT_DAY, repayment=payments(120, 0, amount="-1.00"))


def test_one_row_more_stops_the_delivery(lender: Lender) -> None:
    lender.deliver(**BOOK)
    with pytest.raises(DeliveryError) as error:
        lender.deliver(NEXT_DAY, repayment=payments(50, 101), customer=[CUSTOMER])
    told = str(error.value)
    assert "core_banking repayment: 101 of 151 rows are refused" in told
    assert "orphan in loan_id (101 rows, the first in line 52)" in told
    assert "feed requeue" in told
    assert "L404" not in told
    assert (
        lender.warehouse.scalar(
            "select count(*) as n from delivery where business_date = cast($day as date)",
            {"day": NEXT_DAY},
        )
        == 0
    )
    assert lender.refused("repayment", NEXT_DAY) == []
    (path,) = refused_files(lender)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 102
    entry = {
        "repayment": (151, 50, 101, Decimal("101.00"), True),
        "customer": (1, 1, 0, None, False),
    }
    written = lender.warehouse.fetch(
        "select feed, rows_in, rows_loadable, rows_refused, amount_refused, is_over_limit "
        "from refused_delivery where feed in ('repayment', 'customer')"
    )
    assert {feed: tuple(rest) for feed, *rest in written} == entry


def test_many_rows_of_a_large_file_are_quarantined(lender: Lender) -> None:
    lender.deliver(**BOOK)
    result = lender.deliver(NEXT_DAY, repayment=payments(10_099, 101, "0.01"))
    assert result.rows_quarantined == 101


def test_few_rows_that_hold_too_much_stop_the_delivery(lender: Lender) -> None:
    lender.deliver(**BOOK)
    unreadable = REPAYMENT | {"repayment_id": "R9", "amount": "unreadable"}
    rows = [*payments(0, 2, "50000.00"), unreadable]
    assert lender.deliver(NEXT_DAY, repayment=rows).rows_quarantined == 3
    rows[0]["amount"] = "-50000.01"
    with pytest.raises(DeliveryError, match=r"3 refused rows hold 100,000\.01 in amount"):
        lender.deliver(NEXT_DAY, repayment=rows)
    # The delivery before stays as it was.
    assert len(lender.refused("repayment", NEXT_DAY)) == 3


def test_a_corrected_delivery_takes_the_refused_files_away(lender: Lender) -> None:
    lender.deliver(**BOOK)
    for _ in range(2):
        with pytest.raises(DeliveryError):
            lender.deliver(NEXT_DAY, repayment=payments(0, 101))
    assert refused_files(lender)
    attempts = "select count(distinct delivery_fingerprint) as n from refused_delivery"
    assert lender.warehouse.scalar(attempts) == 1
    lender.deliver(NEXT_DAY, repayment=payments(101, 0))
    assert not refused_files(lender)
    assert lender.warehouse.scalar(attempts) == 1
