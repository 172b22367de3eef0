"""A file of bad rows makes no larger file for people: the first are listed, the rest counted."""

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

from postloan.errors import DeliveryError
from postloan.ingestion.checks.data_docs import page_path
from postloan.ingestion.quarantine.quarantine import MORE_ROWS, listed_at_most
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    REPAYMENT,
    Lender,
    csv_bytes,
)
from tests.support.rule_files import copy_include

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}
FEW = 10


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules by which few rows are listed."""
    files = copy_include(tmp_path / "few")
    pack = files.folder / "rules" / "ingestion" / "quarantine_files.yaml"
    text = pack.read_text(encoding="utf-8")
    assert "value: 10000," in text
    pack.write_text(text.replace("value: 10000,", f"value: {FEW},"), encoding="utf-8")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(files.folder))


def published(lender: Lender, feed: str, *below: str) -> tuple[list[dict[str, str]], list[str]]:
    """The rows that the file for people lists, and what it says of those that it does not."""
    path = lender.quarantine.joinpath("core_banking", str(NEXT_DAY), *below, f"{feed}.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    listed = [row for row in rows if row["reason"] != MORE_ROWS]
    return listed, [row["detail"] for row in rows if row not in listed]


def bad(count: int) -> list[dict[str, str]]:
    return [REPAYMENT | {"repayment_id": f"B{n}", "paid_on": "never"} for n in range(count)]


def refused(lender: Lender, **what: Any) -> str:
    with pytest.raises(DeliveryError) as told:
        lender.deliver(NEXT_DAY, **what)
    return str(told.value)


def test_how_much_is_listed_is_a_rule() -> None:
    assert listed_at_most(NEXT_DAY) == (10_000, 16)


@pytest.mark.parametrize("feed", ["repayment", "customer"])
def test_a_refused_file_of_very_short_lines_makes_a_file_of_ten_thousand(
    lender: Lender, feed: str
) -> None:
    lender.deliver(**BOOK)
    content = csv_bytes(feed, []) + b"x\n" * 20_000
    told = refused(lender, raw={feed: content})
    assert "20,000 of 20,000 rows are refused" in told
    rows, (note,) = published(lender, feed, "refused")
    assert [int(row["line_no"]) for row in rows] == list(range(2, 10_002))
    assert "10,000 more rows are refused and not listed here; they are 20,000 in all" in note
    assert f"landing/core_banking/{NEXT_DAY}/" in note
    counts = "select rows_in, rows_loadable, rows_refused from refused_delivery where feed = $feed"
    assert lender.warehouse.fetch(counts, {"feed": feed}) == [(20_000, 0, 20_000)]
    page = page_path(settings().data_docs, "core_banking", NEXT_DAY, 1).read_text(encoding="utf-8")
    assert '<td>wrong_column_count</td><td class="number">20,000</td>' in page
    # The proof is the file itself, which nobody has touched.
    kept = (lender.folder(NEXT_DAY) / f"{feed}.csv").read_bytes()
    assert hashlib.sha256(kept).digest() == hashlib.sha256(content).digest()


@pytest.mark.usefixtures("few")
def test_of_what_is_loaded_the_table_has_every_refused_row(lender: Lender) -> None:
    lender.deliver(**BOOK)
    result = lender.deliver(NEXT_DAY, repayment=[REPAYMENT, *bad(50)])
    assert (result.rows_loaded, result.rows_quarantined) == (1, 50)
    assert len(lender.refused("repayment", NEXT_DAY)) == 50
    rows, (note,) = published(lender, "repayment")
    assert len(rows) == FEW
    assert "40 more rows are refused" in note
    assert "All are in the table quarantine" in note


@pytest.mark.usefixtures("few")
def test_as_many_as_are_listed_are_listed_without_a_note(lender: Lender) -> None:
    lender.deliver(**BOOK)
    lender.deliver(NEXT_DAY, repayment=bad(FEW))
    rows, notes = published(lender, "repayment")
    assert (len(rows), notes) == (FEW, [])


def test_long_rows_end_the_list_by_their_size(lender: Lender) -> None:
    lender.deliver(**BOOK)
    long = [row | {"payment_type": "\x1b" * 100_000} for row in bad(40)]
    lender.deliver(NEXT_DAY, repayment=long)
    rows, (note,) = published(lender, "repayment")
    assert len(rows) == 14
    assert "26 more rows" in note
    path = lender.quarantine / "core_banking" / str(NEXT_DAY) / "repayment.csv"
    assert 16 << 20 < path.stat().st_size < 18 << 20


@pytest.mark.usefixtures("few")
def test_rows_that_are_not_listed_can_be_corrected_where_they_are_in_the_table(
    lender: Lender,
) -> None:
    lender.deliver(**BOOK)
    rows = bad(50)
    lender.deliver(NEXT_DAY, repayment=rows)
    columns = csv_bytes("repayment", [rows[45] | {"paid_on": "2026-11-20"}]).decode().splitlines()
    fixed = lender.home / "fixed.csv"
    fixed.write_text(f"line_no,{columns[0]}\n47,{columns[1]}\n", encoding="utf-8")
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Li Wei", feed="repayment", corrected=fixed)
    ((done,), _) = requeue(lender.warehouse, settings(), wanted)
    assert (done.held, done.corrected, done.released) == (50, 1, 1)


@pytest.mark.usefixtures("few")
def test_a_copy_of_a_cut_list_is_corrected_like_any_other(lender: Lender) -> None:
    lender.deliver(**BOOK)
    good = [REPAYMENT | {"repayment_id": f"R{n}", "amount": "0.01"} for n in range(10_000)]
    refused(lender, repayment=[*good, *bad(104)])
    path = lender.quarantine / "core_banking" / str(NEXT_DAY) / "refused" / "repayment.csv"
    fixed = lender.home / "fixed.csv"
    fixed.write_text(path.read_text(encoding="utf-8-sig").replace("never", "2026-11-20"))
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Li Wei", feed="repayment", corrected=fixed)
    ((done,), result) = requeue(lender.warehouse, settings(), wanted)
    assert (done.held, done.corrected, done.released) == (104, FEW, FEW)
    assert (result.rows_loaded, result.rows_quarantined) == (10_010, 94)


@pytest.mark.usefixtures("few")
def test_a_row_of_a_refused_delivery_that_is_not_listed_is_told_as_that(lender: Lender) -> None:
    lender.deliver(**BOOK)
    refused(lender, repayment=bad(150))
    fixed = lender.home / "fixed.csv"
    row = csv_bytes("repayment", [REPAYMENT]).decode().splitlines()
    fixed.write_text(f"line_no,{row[0]}\n99,{row[1]}\n", encoding="utf-8")
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Li Wei", feed="repayment", corrected=fixed)
    with pytest.raises(DeliveryError, match="those that its file lists"):
        requeue(lender.warehouse, settings(), wanted)
