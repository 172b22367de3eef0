"""Facts that forbid to contact a debtor, each of customer `C<n>` or loan `L<n>` of a small book."""

from collections.abc import Callable
from datetime import datetime

from tests.delinquency.book import day
from tests.support.nightly_lender import Lender

Fact = Callable[[Lender, int, str], None]
"""Tells of the n-th debtor, as received on a date."""


def a_hold(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "hold", on, hold_id=f"H{n}", customer_id=f"C{n}", hold_kind="dispute", starts_on=day(on)
    )


def a_hold_on_the_loan(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "hold",
        on,
        hold_id=f"H{n}",
        customer_id=f"C{n}",
        loan_id=f"L{n}",
        hold_kind="bankruptcy",
        starts_on=day(on),
    )


def a_hold_of_long_ago(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "hold",
        on,
        hold_id=f"H{n}",
        customer_id=f"C{n}",
        hold_kind="dispute",
        starts_on=day("11-01"),
    )


def a_complaint(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "complaint",
        on,
        complaint_id=f"K{n}",
        customer_id=f"C{n}",
        received_at=datetime.fromisoformat(f"{day(on)} 10:00:00"),
        complaint_kind="conduct",
        complaint_state="received",
    )


def a_death(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "customer", on, customer_id=f"C{n}", phone=f"1540000{n:04d}", deceased_on=day("11-10")
    )


def a_privacy_request(kind: str, channel: str | None = None) -> Fact:
    def fact(lender: Lender, n: int, on: str) -> None:
        lender.told(
            "privacy_request",
            on,
            request_id=f"P{n}",
            customer_id=f"C{n}",
            request_kind=kind,
            channel=channel,
            received_at=datetime.fromisoformat(f"{day(on)} 10:00:00"),
            request_state="received",
        )

    return fact


def a_wrong_number(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "contact_outcome",
        on,
        outcome_id=f"O{n}",
        customer_id=f"C{n}",
        channel="sms",
        attempted_at=datetime.fromisoformat(f"{day(on)} 10:00:00"),
        counterpart="third_party",
        result="wrong_number",
    )


def a_wrong_number_and_a_new_one(lender: Lender, n: int, on: str) -> None:
    a_wrong_number(lender, n, on)
    lender.told("customer", on, customer_id=f"C{n}", phone=f"1540001{n:04d}")


def a_number_that_another_has_now(lender: Lender, n: int, on: str) -> None:
    lender.told("customer", on, customer_id=f"C{n}", phone=f"1540002{n:04d}")
    lender.told("customer", on, customer_id=f"C9{n}", phone=f"1540000{n:04d}")


def a_status_that_nobody_can_read(lender: Lender, n: int, on: str) -> None:
    a_status(lender, n, on, "情况不明")


def a_word_for_a_death(lender: Lender, n: int, on: str) -> None:
    a_status(lender, n, on, "死亡")


def a_status(lender: Lender, n: int, on: str, code: str) -> None:
    lender.told(
        "enrolment",
        on,
        customer_id=f"C{n}",
        institution_id="U1",
        effective_on=day("11-01"),
        code_system="cn",
        status_code=code,
    )


def an_extension(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "extension_request",
        on,
        request_id=f"E{n}",
        loan_id=f"L{n}",
        requested_on=day("11-10"),
        reason_code="family",
        decision="approved",
        decided_on=day("11-15"),
    )


def a_bankruptcy_of_another_loan(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "hold",
        on,
        hold_id=f"H{n}",
        customer_id=f"C{n}",
        loan_id=f"L9{n}",
        hold_kind="bankruptcy",
        starts_on=day(on),
    )


def a_number_that_is_none(lender: Lender, n: int, on: str) -> None:
    lender.told("customer", on, customer_id=f"C{n}", phone="12345")


def a_number_of_a_contact_person(lender: Lender, n: int, on: str) -> None:
    lender.told("emergency_contact", on, customer_id=f"C{n}", contact_no=1, phone=f"1540000{n:04d}")


def another_debtor(lender: Lender, n: int, on: str) -> None:
    lender.told(
        "loan",
        on,
        loan_id=f"L{n}",
        customer_id="C99",
        product="consumer",
        currency="CNY",
        loan_status="active",
    )


def a_pause(lender: Lender, n: int, on: str) -> None:
    lender.book.pause(on, loan_id=f"L{n}", received=on)
    lender.delivered(on, "pause")


PROTECTING: list[Fact] = [
    a_hold,
    a_hold_on_the_loan,
    a_hold_of_long_ago,
    a_complaint,
    a_death,
    a_privacy_request("channel_opt_out", "sms"),
    a_privacy_request("channel_opt_out"),
    a_privacy_request("restriction"),
    a_privacy_request("deletion"),
    a_wrong_number,
    a_wrong_number_and_a_new_one,
    a_number_that_another_has_now,
    a_status_that_nobody_can_read,
    a_word_for_a_death,
    an_extension,
    a_bankruptcy_of_another_loan,
    a_number_that_is_none,
    a_number_of_a_contact_person,
    another_debtor,
    a_pause,
]
