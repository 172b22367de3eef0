"""Quarantined rows are put through staging again after a fix, and it is known who released them."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.business_day.ledger import close_day, open_day
from postloan.errors import DeliveryError
from postloan.ingestion.reprocess import ReprocessRequest, Requeued, requeue
from postloan.settings import settings
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    OPENING_DAY,
    REPAYMENT,
    Lender,
    csv_bytes,
)
from tests.support.rule_files import copy_include

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}
PAYMENTS = [
    REPAYMENT,
    REPAYMENT | {"repayment_id": "R2", "amount": "12,5", "loan_id": "L1"},
    REPAYMENT | {"repayment_id": "R3", "loan_id": "L2"},
    REPAYMENT | {"repayment_id": "R4", "paid_on": "2026-02-31"},
]
COLUMNS = csv_bytes("repayment", []).decode().strip().split(",")


@pytest.fixture
def dirty(lender: Lender) -> Lender:
    """A lender whose second day holds a wrong amount, an unknown loan and a wrong date."""
    lender.deliver(**BOOK)
    lender.deliver(NEXT_DAY, repayment=PAYMENTS)
    return lender


def ask(lender: Lender, corrected: Path | None = None, **kwargs: Any) -> tuple[Requeued, ...]:
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Li Wei", corrected=corrected, **kwargs)
    return requeue(lender.warehouse, settings(), wanted)[0]


def fixed(lender: Lender, *rows: dict[str, str]) -> Path:
    """A file with corrected rows, its columns in an order of their own."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*reversed(COLUMNS), "line_no"], restval="")
    writer.writeheader()
    writer.writerows(rows)
    path = lender.home / "fixed.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def facts(lender: Lender) -> list[tuple[Any, ...]]:
    return lender.warehouse.fetch(
        "select repayment_id, line_no, received_on, amount from repayment order by line_no"
    )


def releases(lender: Lender) -> list[tuple[Any, ...]]:
    return lender.warehouse.fetch(
        "select line_no, requeue_no, released_by, reason, file_sha256 <> '' as is_corrected "
        "from quarantine_release order by line_no, requeue_no"
    )


def counts(lender: Lender) -> tuple[int, int, int]:
    ((rows_in, loaded, held),) = lender.warehouse.fetch(
        "select rows_in, rows_loaded, rows_quarantined from delivery "
        "where feed = 'repayment' and business_date = cast($day as date)",
        {"day": NEXT_DAY},
    )
    assert held == len(lender.refused("repayment", NEXT_DAY))
    return rows_in, loaded, held


def test_corrected_rows_become_facts_of_their_date_and_line(dirty: Lender) -> None:
    path = fixed(dirty, PAYMENTS[1] | {"amount": "12.50", "line_no": "3"})
    (done,) = ask(dirty, path, feed="repayment", reason="comma in the amount")
    assert (done.held, done.corrected, done.released) == (3, 1, 1)
    assert [(i, n, d, str(a)) for i, n, d, a in facts(dirty)] == [
        ("R1", 2, NEXT_DAY, "100.00"),
        ("R2", 3, NEXT_DAY, "12.50"),
    ]
    assert counts(dirty) == (4, 2, 2)
    assert releases(dirty) == [(3, 1, "Li Wei", "comma in the amount", True)]


def test_a_correction_outlives_that_the_delivery_is_taken_in_again(dirty: Lender) -> None:
    path = fixed(dirty, PAYMENTS[1] | {"amount": "12.50", "line_no": "3"})
    ask(dirty, path, feed="repayment")
    before = (facts(dirty), releases(dirty), dirty.refused("repayment", NEXT_DAY))
    again = dirty.take_in(NEXT_DAY)
    assert not again.changed
    assert (facts(dirty), releases(dirty), dirty.refused("repayment", NEXT_DAY)) == before


def test_the_published_file_can_be_edited(dirty: Lender) -> None:
    published = dirty.quarantine / "core_banking" / str(NEXT_DAY) / "repayment.csv"
    edited = dirty.home / "edited.csv"
    text = published.read_text(encoding="utf-8-sig")
    edited.write_text(text.replace("2026-02-31", "2026-02-28"), encoding="utf-8-sig")
    (done,) = ask(dirty, edited, feed="repayment")
    assert (done.corrected, done.released) == (1, 1)
    assert [line for line, _, _ in dirty.refused("repayment", NEXT_DAY)] == [3, 4]
    assert [line for _, line, _, _ in facts(dirty)] == [2, 5]


def test_rows_are_judged_again_as_they_are(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.deliver(**BOOK)
    lender.deliver(NEXT_DAY, repayment=[REPAYMENT | {"payment_type": "lump_sum"}])
    assert [d.released for d in ask(lender, reason="too early")] == [0]
    files = copy_include(tmp_path / "corrected")
    contract = files.folder / "contracts" / "core_banking" / "repayment.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("{value: regular}", "{value: regular}, {value: lump_sum}"))
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(files.folder))
    assert [d.released for d in ask(lender, reason="the contract lacked it")] == [1]
    assert counts(lender) == (1, 1, 0)
    assert releases(lender) == [(2, 2, "Li Wei", "the contract lacked it", False)]


def test_a_second_correction_of_a_line_counts(dirty: Lender) -> None:
    first = PAYMENTS[1] | {"amount": "12;50", "line_no": "3"}
    (done,) = ask(dirty, fixed(dirty, first), feed="repayment")
    assert done.released == 0
    ask(dirty, fixed(dirty, first | {"amount": "12.50"}), feed="repayment")
    assert releases(dirty) == [(3, 2, "Li Wei", "", True)]


def test_a_new_delivery_of_the_date_takes_the_corrections_away(dirty: Lender) -> None:
    ask(dirty, fixed(dirty, PAYMENTS[1] | {"amount": "12.50", "line_no": "3"}), feed="repayment")
    dirty.deliver(NEXT_DAY, repayment=[REPAYMENT, PAYMENTS[3], REPAYMENT | {"repayment_id": "R7"}])
    assert [i for i, *_ in facts(dirty)] == ["R1", "R7"]
    # What was released then stays on record.
    assert [line for line, *_ in releases(dirty)] == [3]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([PAYMENTS[0] | {"line_no": "2"}], "line 2 of the delivered file is not in quarantine"),
        ([PAYMENTS[1] | {"line_no": "x"}], "line_no is not a line"),
        ([PAYMENTS[1] | {"line_no": "3"}] * 2, "corrected twice"),
        ([PAYMENTS[1] | {"line_no": "3", "amount": "1\n2"}], "line break"),
        ([], "no row is corrected"),
    ],
)
def test_a_correction_that_cannot_be_used_is_told(
    dirty: Lender, rows: list[dict[str, str]], told: str
) -> None:
    before = facts(dirty)
    with pytest.raises(DeliveryError, match=told):
        ask(dirty, fixed(dirty, *rows), feed="repayment")
    assert facts(dirty) == before
    assert not list(dirty.corrections(NEXT_DAY).glob("*"))


def test_a_correction_that_was_changed_afterwards_is_not_followed(dirty: Lender) -> None:
    ask(dirty, fixed(dirty, PAYMENTS[1] | {"amount": "12.50", "line_no": "3"}), feed="repayment")
    (kept,) = dirty.corrections(NEXT_DAY).glob("*.csv")
    kept.write_text(kept.read_text().replace("12.50", "99.50"))
    (told,) = dirty.take_in(NEXT_DAY).warnings
    assert "repayment-1.csv is not what was accepted" in told
    assert [i for i, *_ in facts(dirty)] == ["R1"]


def test_a_correction_opens_the_date_again(dirty: Lender) -> None:
    def close(day: date) -> int:
        gate = open_day(dirty.warehouse, day, after_cut_off=True)
        if gate.day is None:
            return 0
        close_day(dirty.warehouse, gate.day)
        return gate.day.revision

    assert (close(OPENING_DAY), close(NEXT_DAY), close(NEXT_DAY)) == (1, 1, 0)
    ask(dirty, fixed(dirty, PAYMENTS[1] | {"amount": "12.50", "line_no": "3"}), feed="repayment")
    assert close(NEXT_DAY) == 2


def test_a_delivery_refused_as_a_whole_can_be_corrected(lender: Lender) -> None:
    lender.deliver(**BOOK)
    bad = [REPAYMENT | {"repayment_id": f"B{n}", "paid_on": "never"} for n in range(101)]
    bad[8] |= {"payment_type": "longer than the csv module reads unasked" * 5_000}
    with pytest.raises(DeliveryError):
        lender.deliver(NEXT_DAY, repayment=[REPAYMENT, *bad])
    path = fixed(lender, bad[7] | {"paid_on": "2026-11-20", "line_no": "10"})
    (done,) = ask(lender, path, feed="repayment")
    assert (done.held, done.released) == (101, 1)
    assert [(i, line) for i, line, *_ in facts(lender)] == [("R1", 2), ("B7", 10)]
