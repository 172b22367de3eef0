"""What core banking and the bureau may send beyond the book, and what its checks tell."""

from pathlib import Path
from typing import Any

import pytest

from postloan.cli import main
from tests.support.deliveries import csv_bytes

STATEMENT = {
    "loan_id": "L1",
    "statement_on": "2026-10-15",
    "due_on": "2026-11-04",
    "statement_balance": "900.00",
    "minimum_due": "90.00",
}
REQUEST = {
    "request_id": "E1",
    "loan_id": "L1",
    "requested_on": "2026-11-02",
    "reason_code": "study",
    "days_asked": "30",
}
CHANGE = {
    "change_id": "V1",
    "customer_id": "C1",
    "changed_on": "2026-11-02",
    "contact_kind": "phone",
    "reported_by": "staff",
    "verification": "pending",
}
SPENDING = {
    "customer_id": "C1",
    "spending_month": "2026-10-01",
    "category": "investment",
    "currency": "CNY",
    "amount": "100.00",
    "payments": "2",
    "largest_amount": "60.00",
}
INQUIRY = {
    "inquiry_id": "Q1",
    "customer_id": "C1",
    "inquired_on": "2026-10-02",
    "lender_type": "platform",
    "purpose": "loan_approval",
}
DELINQUENCY = {
    "customer_id": "C1",
    "account_ref": "A1",
    "as_of_on": "2026-10-31",
    "overdue_since": "2026-09-15",
    "overdue_band": "2",
    "delinquency_status": "overdue",
}
BALANCE = {
    "customer_id": "C1",
    "as_of_on": "2026-10-31",
    "balance_kind": "asset",
    "category": "deposit",
    "amount": "0.00",
}
GOOD = {
    "statement": STATEMENT,
    "extension_request": REQUEST,
    "contact_change": CHANGE,
    "spending": SPENDING,
    "bureau_inquiry": INQUIRY,
    "bureau_delinquency": DELINQUENCY,
    "customer_balance": BALANCE,
}


def check(folder: Path, feed: str, *rows: dict[str, Any]) -> int:
    path = folder / f"{feed}.csv"
    path.write_bytes(csv_bytes(feed, rows))
    return main(["feed", "check", str(path)])


@pytest.mark.parametrize("feed", GOOD)
def test_what_must_be_told_is_enough(
    feed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, feed, GOOD[feed]) == 0
    assert "1 rows in, 1 good" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("feed", "changes", "told"),
    [
        ("statement", {"due_on": "2026-10-14"}, "falls due before it was made"),
        ("statement", {"minimum_due": "900.01"}, "more than the whole balance"),
        ("extension_request", {"decision": "rejected"}, "A decision has no day"),
        (
            "extension_request",
            {"decision": "rejected", "decided_on": "2026-11-01"},
            "decided on before it was made",
        ),
        ("extension_request", {"days_asked": ""}, "neither for instalments nor for days"),
        ("extension_request", {"days_granted": "30"}, "granted without an approval"),
        ("contact_change", {"verification": "unreachable"}, "checked on no day"),
        ("contact_change", {"checked_on": "2026-11-01"}, "checked before it came"),
        ("spending", {"spending_month": "2026-10-02"}, "would count as another month"),
        ("spending", {"largest_amount": "100.01"}, "more than the total"),
        ("bureau_delinquency", {"overdue_band": ""}, "neither for how long nor how much"),
        (
            "bureau_delinquency",
            {"delinquency_status": "cured", "overdue_amount": "1.00"},
            "still has an amount past due",
        ),
        ("bureau_delinquency", {"ended_on": "2026-09-14"}, "ended before it began"),
        ("customer_balance", {"balance_kind": "liability"}, "as an asset and as a liability"),
    ],
)
def test_what_contradicts_itself_is_a_warning(
    feed: str,
    changes: dict[str, str],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = dict(GOOD[feed])
    if feed != "customer_balance":
        first_key = next(iter(other))
        other[first_key] += "0"
    assert check(tmp_path, feed, other, {**GOOD[feed], **changes}) == 1
    found = capsys.readouterr().out
    assert "2 rows in, 2 good" in found
    assert "1 rows; it is a warning" in found
    assert told in found


def test_contact_details_have_no_place_in_the_news_of_a_change(tmp_path: Path) -> None:
    path = tmp_path / "contact_change.csv"
    header, _, rest = csv_bytes("contact_change", [CHANGE]).partition(b"\n")
    path.write_bytes(header + b",phone\n" + rest.rstrip(b"\n") + b",15400000000\n")
    assert main(["feed", "check", str(path)]) == 1
