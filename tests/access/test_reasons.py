"""What a reason may be: something that can be seen, and no number of a person."""

from datetime import date

import pytest

from postloan.access.reasons import (
    LONGEST_REASON,
    ReasonError,
    check_impersonal,
    kept_reason,
    plain_reason,
    says_something,
)
from postloan.warehouse import Warehouse


@pytest.fixture
def engine() -> str:
    return "duckdb"


UNSEEN = ["", " ", ".", "-", "…", "。", "\u200b", "\u3164", "\uffa0", "\u2800", "\u00ad", "\u115f"]


@pytest.mark.parametrize("text", [*UNSEEN, "".join(UNSEEN), "⟨U+200B⟩", "⟨U+3164⟩"])
def test_what_nobody_can_see_is_no_reason(text: str) -> None:
    assert not says_something(text)
    with pytest.raises(ReasonError, match="Give the reason"):
        plain_reason(text)


@pytest.mark.parametrize("text", ["7", "ok", "是", "ｏｋ", "①", ". seen ."])
def test_a_letter_or_a_digit_is_one(text: str) -> None:
    assert plain_reason(f" {text} ") == text


def test_a_reason_may_be_left_out_where_none_is_due_but_not_be_empty_signs() -> None:
    assert plain_reason(" ", required=False) == ""
    with pytest.raises(ReasonError, match="Give the reason"):
        plain_reason("\u3164", required=False)


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[2J", "a\u202eb", "x" * (LONGEST_REASON + 1)])
def test_a_reason_is_plain_text_of_one_line(text: str) -> None:
    with pytest.raises(ReasonError):
        plain_reason(text)


@pytest.mark.parametrize(
    "reason",
    [
        "客户 13800138000 身份证 110101199001011234",
        "客户13800138000已故",
        "called 138 0013 8000 twice",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138-0013-8000",
        "138_0013_8000",
        "138,0013,8000",
        "138.0013.8000",
        "(138) 00138000",
        "１３８００１３８０００",
        "一三八零零一三八零零零",
        "tel13800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "013800138000",
        "138 20261120",
        "13820261120",
        "since 2026-11-20: 13800138000",
        "13800138000 2026-11-20",
        "010-62345678",
        "(0755) 8234 5678",
        "+1 650 253 0000",
        "+852 1234 5678",
        "座机: 62345678",
        "phone 6234567",
        "护照号 E12345678",
        "110101199001011234",
        "11010119900101123X",
        "110101 19900101 123x",
        "110101-19900101-1234",
        "110101900101123",
        "6222021234567890128",
        "4111 1111 1111 1111",
    ],
)
def test_numbers_of_persons_are_not_kept(warehouse: Warehouse, reason: str) -> None:
    with pytest.raises(ReasonError, match="number of a person") as refused:
        kept_reason(warehouse, reason)
    assert "138" not in str(refused.value)


@pytest.mark.parametrize(
    "reason",
    [
        "looked at the paper of 2026-11-20, seen on 20261121 at 08:00",
        "2026-11-20/2026-11-21, 2026.11.20 and 2026/11/20",
        "138 2026-11-20",
        "paid 1,500,000.00 CNY and 13,800,138,000 IDR, 1234567.89 in May",
        "12 notices of 13, 14, 15, 16, 17 and 18 May",
        "(2026)京0105民初12345号",
        "file hold_20261120_001.csv, line 1200345",
        "ticket INC0012345, change 202611200001",
        "loans L20260001, L20260002 and C0000001234",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "order 2026112022001409871234567890",
        "case C4f0c2ad1e5b64c0f8d0a6b8d9f3c2e71 is complete",
        "customer service 95588, hours 08:00-22:00",
        "2026年11月20日核对合同原件, 材料齐备",
        "mobile banking was down for 3 hours",
        "by phone, 2 of 3 answered",
        "rule CN-COL-020 and pack 2026.11.29",
        "version 2026.11.29 2026.11.28 2026.11.20",
    ],
)
def test_what_is_no_number_of_a_person_is_kept(warehouse: Warehouse, reason: str) -> None:
    assert kept_reason(warehouse, reason) == reason


@pytest.mark.parametrize("number", ["13800138000", "L-13800138000", "110101199001011234"])
def test_a_number_of_the_lender_is_kept_whatever_its_form(
    warehouse: Warehouse, number: str
) -> None:
    reason = f"借据{number}: the contract of loan {number}, is on paper ({number})"
    with pytest.raises(ReasonError):
        kept_reason(warehouse, reason)
    warehouse.append_rows(
        "loan",
        [
            {
                "loan_id": number,
                "customer_id": "C1",
                "product": "consumer",
                "currency": "CNY",
                "loan_status": "active",
                "received_on": date(2026, 11, 20),
                "line_no": 1,
            }
        ],
    )
    assert kept_reason(warehouse, reason) == reason
    with pytest.raises(ReasonError):
        check_impersonal(warehouse, f"{reason}, called 13900139000")
