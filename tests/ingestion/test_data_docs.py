"""Every run of a delivery leaves a page on what was checked, without a value of the data."""

from pathlib import Path
from typing import Any

import pytest

from postloan.errors import DeliveryError
from postloan.ingestion.checks.data_docs import DeliveryDocs, page_path, write_docs
from postloan.settings import settings
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    OPENING_DAY,
    REPAYMENT,
    Lender,
)

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}


def page(revision: int = 1) -> str:
    path = page_path(settings().data_docs, "core_banking", OPENING_DAY, revision)
    return path.read_text(encoding="utf-8")


def test_the_page_tells_counts_checks_and_reasons(lender: Lender) -> None:
    lender.deliver(**BOOK, repayment=[REPAYMENT | {"amount": "12 yuan", "loan_id": "SECRET"}])
    told = page()
    assert "core_banking 2026-11-19, revision 1: loaded" in told
    assert "expect_column_values_to_not_be_null" in told
    assert '<td>amount</td><td>not_a_number</td><td class="number">1</td>' in told
    for value in ("12 yuan", "SECRET", CUSTOMER["customer_name"], "http"):
        assert value not in told


def test_a_refused_delivery_has_a_page_and_the_next_one_another(lender: Lender) -> None:
    lender.deliver(**BOOK)
    first = page()
    with pytest.raises(DeliveryError):
        lender.deliver(customer=[CUSTOMER])
    assert "refused as a whole" in page(2)
    assert "A book without loans is no book." in page(2)
    lender.deliver(**BOOK, repayment=[REPAYMENT])
    assert "revision 2: loaded" in page(2)
    assert page() == first


def test_the_same_delivery_again_changes_no_page(lender: Lender) -> None:
    lender.deliver(**BOOK, repayment=[REPAYMENT | {"amount": "x"}])
    before = page()
    lender.take_in()
    assert page() == before
    assert not page_path(settings().data_docs, "core_banking", NEXT_DAY, 1).exists()


def test_nothing_that_a_page_is_given_becomes_markup_of_it(lender: Lender, tmp_path: Path) -> None:
    script = "<script>alert('x')</script>"
    docs = DeliveryDocs(script, OPENING_DAY, 1, (), (), script, [("loan", script, "<b>", 1234)])
    told = write_docs(lender.warehouse, tmp_path, docs).read_text(encoding="utf-8")
    assert "<script" not in told
    assert told.count("&lt;script&gt;") == 4
    assert '<td>&lt;b&gt;</td><td class="number">1,234</td>' in told
