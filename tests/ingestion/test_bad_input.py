"""Bad input: a clear error or a quarantined row, never a lost one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.errors import DeliveryError, WarehouseError
from postloan.warehouse.contract_models import contract_models
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
from tests.support.rule_files import RuleFiles

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}
HEADER = csv_bytes("repayment", [])


def rows_balance(lender: Lender) -> bool:
    """Rows in are rows loaded plus rows quarantined, by the ledger and by the tables."""
    ledger = lender.warehouse.fetch(
        "select feed, rows_in, rows_loaded, rows_quarantined from delivery"
    )
    for feed, rows_in, loaded, quarantined in ledger:
        booked = " where booking_part = 1" if feed == "repayment" else ""
        facts = lender.warehouse.scalar(f"select count(*) as n from {feed}{booked}")
        held = lender.warehouse.scalar(
            "select count(*) as n from quarantine where feed = $feed", {"feed": feed}
        )
        if (rows_in, loaded, quarantined) != (facts + held, facts, held):
            return False
    return bool(ledger)


# Files that stop the delivery ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "repayment.csv is empty", id="empty file"),
        pytest.param(HEADER.replace(b",", b";"), "separated by semicolons", id="wrong delimiter"),
        pytest.param(
            HEADER.replace(b",amount", b""), "missing columns: amount", id="missing column"
        ),
        pytest.param(HEADER.strip() + b",note\n", "1 unknown column: number 8", id="extra column"),
        pytest.param(
            HEADER.replace(b"paid_on", b"paid_at"), "missing columns: paid_on", id="renamed column"
        ),
        pytest.param(b"\x1f\x8b\x08\x00\xff\xfe", "binary data", id="binary junk"),
    ],
)
def test_a_file_with_another_layout_stops_the_delivery(
    lender: Lender, content: bytes, told: str
) -> None:
    lender.send(**BOOK, raw={"repayment": content})
    with pytest.raises(DeliveryError, match=told) as refusal:
        lender.take_in()
    assert "repayment.csv" in str(refusal.value)
    assert lender.holds_nothing()


def test_a_book_without_loans_is_refused(lender: Lender) -> None:
    lender.send(customer=[CUSTOMER])
    with pytest.raises(DeliveryError, match="A book without loans is no book"):
        lender.take_in()
    assert lender.holds_nothing()


@pytest.mark.parametrize(
    "multiplied",
    [
        "from staged_hold inner join (select 1 as n union all select 2) as twice on true",
        "from staged_hold, (select 1 as n union all select 2) as twice",
        "from (select * from staged_hold union all select * from staged_hold) as twice",
    ],
    ids=["join", "two tables", "union"],
)
def test_a_select_of_a_feed_that_multiplies_rows_is_refused(
    lender: Lender, rule_files: RuleFiles, multiplied: str
) -> None:
    ((_, _, text), *_) = contract_models([catalogue().feeds["hold"]], ())
    path = rule_files.folder / "sql" / "core" / "hold.sql"
    path.write_text(text.replace("from staged_hold", multiplied), encoding="utf-8")
    hold = {
        "hold_id": "H1",
        "customer_id": CUSTOMER["customer_id"],
        "hold_kind": "dispute",
        "starts_on": "2026-11-01",
    }
    lender.send(customer=[CUSTOMER], loan=[LOAN], hold=[hold])
    with pytest.raises(WarehouseError, match="occur more than once"):
        lender.take_in()
    assert lender.holds_nothing()


def test_header_only_files_are_fine_on_an_ordinary_day(lender: Lender) -> None:
    result = lender.deliver(NEXT_DAY)
    assert (result.changed, result.rows_in) == (True, 0)
    required = {f.name for f in catalogue().feeds_of("core_banking") if f.is_required}
    assert {c.feed for c in result.feeds} == required


# Rows that go to quarantine -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"amount": "-5.00"}, "amount", "out_of_range"),
        ({"amount": "0.00"}, "amount", "out_of_range"),
        ({"amount": "100.005"}, "amount", "too_many_decimals"),
        ({"amount": "1" + "0" * 20}, "amount", "out_of_range"),
        ({"amount": "abc"}, "amount", "not_a_number"),
        ({"amount": ""}, "amount", "missing_value"),
        ({"paid_on": "2026-02-31"}, "paid_on", "not_a_date"),
        ({"paid_on": "2025-02-29"}, "paid_on", "not_a_date"),
        ({"loan_id": "L404"}, "loan_id", "orphan"),
        ({"repayment_id": "R1"}, "repayment_id", "duplicate_key"),
        ({"payment_type": "gift"}, "payment_type", "not_in_list"),
        ({"repayment_id": "R" * 65}, "repayment_id", "too_long"),
        ({"reverses_id": "R404"}, "reverses_id", "orphan_reversal"),
        ({"reverses_id": "R1", "amount": "99999.00"}, "reverses_id", "other_reversal"),
        ({"amount": "x", "paid_on": "y"}, "paid_on", "not_a_date"),
    ],
)
def test_a_bad_row_goes_to_quarantine_and_the_others_go_on(
    lender: Lender, change: dict[str, str], column: str, reason: str
) -> None:
    good = [REPAYMENT, {**REPAYMENT, "repayment_id": "R3"}]
    bad = {**REPAYMENT, "repayment_id": "R2", **change}
    result = lender.deliver(**BOOK, repayment=[good[0], bad, good[1]])
    assert lender.refused("repayment") == [(3, column, reason)]
    assert lender.ids("repayment", "repayment_id") == ["R1", "R3"]
    assert result.counts["repayment_rows_loaded"] == 2
    assert result.counts["repayment_rows_quarantined"] == 1
    assert rows_balance(lender)
    shown = (lender.quarantine / "core_banking" / "2026-11-19" / "repayment.csv").read_text(
        "utf-8-sig"
    )
    assert shown.splitlines()[0] == "line_no,column,reason,detail,raw_text"
    assert shown.splitlines()[1].startswith(f"3,{column},{reason},")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"R2,L1,1,2026-10-05,5.00,\0,\n", "nul_byte", id="NUL bytes"),
        pytest.param(b"R2,L1,1,2026-10-05,5.00,\xff\xfe,\n", "not_utf8", id="binary junk"),
        pytest.param(b"R2," + b"x" * 10_000_000 + b",,,,,\n", "record_too_long", id="10 MB line"),
        pytest.param(b'R2,"L1,1,2026-10-05,5.00,regular,\n', "unclosed_quote", id="unclosed quote"),
        pytest.param(b"R2,L1,1\n", "wrong_column_count", id="missing fields"),
    ],
)
def test_a_record_that_cannot_be_read_goes_to_quarantine(
    lender: Lender, line: bytes, reason: str
) -> None:
    content = HEADER + b"R1,L1,1,2026-10-05,5.00,,\n" + line + b"R3,L1,1,2026-10-05,5.00,,\n"
    lender.deliver(**BOOK, raw={"repayment": content}, rows_told={"repayment": 3})
    assert lender.refused("repayment") == [(3, None, reason)]
    assert lender.ids("repayment", "repayment_id") == ["R1", "R3"]
    assert rows_balance(lender)


def test_the_first_good_line_of_a_key_stays(lender: Lender) -> None:
    rows = [{**REPAYMENT, "amount": a} for a in ("bad", "10.00", "20.00")]
    lender.deliver(**BOOK, repayment=rows)
    assert lender.refused("repayment") == [
        (2, "amount", "not_a_number"),
        (4, "repayment_id", "duplicate_key"),
    ]
    assert lender.paid(OPENING_DAY) == 10


def test_a_quarantined_customer_takes_the_loans_along(lender: Lender) -> None:
    lost = {**CUSTOMER, "customer_id": "C2", "birth_on": "2001-02-30"}
    loans = [LOAN, {**LOAN, "loan_id": "L2", "customer_id": "C2"}]
    schedule = [INSTALMENT, {**INSTALMENT, "loan_id": "L2"}]
    lender.deliver(customer=[CUSTOMER, lost], loan=loans, instalment=schedule)
    assert lender.refused("customer") == [(3, "birth_on", "not_a_date")]
    assert lender.refused("loan") == [(3, "customer_id", "orphan")]
    assert lender.refused("instalment") == [(3, "loan_id", "orphan")]


def test_what_earlier_deliveries_brought_is_known(lender: Lender) -> None:
    lender.deliver(**BOOK)
    lender.deliver(NEXT_DAY, repayment=[REPAYMENT])
    assert lender.refused("repayment", NEXT_DAY) == []
    late = date(2026, 11, 18)
    lender.deliver(late, repayment=[{**REPAYMENT, "repayment_id": "R0"}])
    assert lender.refused("repayment", late) == [(2, "loan_id", "orphan")], (
        "not known yet on that day"
    )


ACCOUNT = {
    "customer_id": "C9",
    "account_ref": "A1",
    "lender_id": "B1",
    "opened_on": "2025-01-01",
    "balance": "5.00",
}


def test_another_source_may_come_first(lender: Lender) -> None:
    lender.deliver(OPENING_DAY, "credit_bureau", bureau_loan=[ACCOUNT])
    assert lender.refused("bureau_loan") == []
    lender.deliver(**BOOK)
    lender.deliver(
        NEXT_DAY, "credit_bureau", bureau_loan=[ACCOUNT, {**ACCOUNT, "customer_id": "C1"}]
    )
    assert lender.refused("bureau_loan", NEXT_DAY) == [(2, "customer_id", "orphan")]


def test_the_quarantine_file_is_private_and_harmless(lender: Lender) -> None:
    lender.deliver(
        customer=[CUSTOMER, {**CUSTOMER, "customer_id": "=cmd()", "birth_on": "x"}],
        loan=[LOAN],
        instalment=[INSTALMENT],
    )
    folder = lender.quarantine / "core_banking" / "2026-11-19"
    assert {p.stat().st_mode & 0o777 for p in (lender.quarantine, folder)} == {0o700}
    assert (folder / "customer.csv").stat().st_mode & 0o777 == 0o600
    assert "'=cmd()" in (folder / "customer.csv").read_text("utf-8-sig")


def test_no_message_and_no_advice_repeats_a_value(lender: Lender) -> None:
    secret = "13900000000secret"  # noqa: S105 (an invented value of a column)
    lender.deliver(
        **{**BOOK, "customer": [CUSTOMER, {**CUSTOMER, "customer_id": "C2", "birth_on": secret}]}
    )
    details = lender.warehouse.fetch("select detail from quarantine")
    assert details
    assert not any(secret in d for (d,) in details)


def test_a_header_that_has_lost_its_line_end_tells_no_value(lender: Lender) -> None:
    file = csv_bytes("customer", [CUSTOMER | {"customer_name": "WangXiaoming"}])
    lender.send(**BOOK, raw={"customer": file.replace(b"\n", b",", 1)})
    with pytest.raises(DeliveryError, match="unknown columns: number 1") as refusal:
        lender.take_in()
    assert "WangXiaoming" not in str(refusal.value)


def test_the_folder_of_another_delivery_is_not_touched(lender: Lender) -> None:
    bad = {**REPAYMENT, "amount": "x"}
    lender.deliver(**BOOK, repayment=[bad])
    lender.deliver(NEXT_DAY, repayment=[{**bad, "repayment_id": "R2"}])
    lender.deliver(OPENING_DAY, **BOOK, repayment=[REPAYMENT])
    files = sorted(
        str(p.relative_to(lender.quarantine)) for p in Path(lender.quarantine).rglob("*.csv")
    )
    assert files == ["core_banking/2026-11-20/repayment.csv"]
    assert lender.refused("repayment") == []


@pytest.mark.parametrize("number", ["L7 | 0.01 |", "=L7", "L7\u202e", "L7`", "L 7"])
def test_a_loan_number_that_could_be_taken_for_something_else_is_refused(
    lender: Lender, number: str
) -> None:
    loans = [LOAN, {**LOAN, "loan_id": number}]
    result = lender.deliver(**{**BOOK, "loan": loans})
    assert result.rows_quarantined == 1
    assert lender.refused("loan") == [(3, "loan_id", "bad_pattern")]
    assert lender.ids("loan", "loan_id") == ["L1"]
