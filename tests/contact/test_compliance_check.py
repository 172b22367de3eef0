"""The compliance check: nobody is contacted unless every check passed; each refusal says why."""

from datetime import date, timedelta
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.warehouse import Warehouse
from tests.support.decision_book import PHONE, Book

DAY = date(2026, 11, 20)
YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)
LATER = DAY + timedelta(days=2)
TODAY = BusinessDay(DAY, 1, YESTERDAY)
KINDS = ("complaint", "dispute", "bankruptcy", "performing_plan")


def debtor(book: Book, **values: Any) -> None:
    book.customer("C1", **values)
    book.loan("L1", "C1")
    book.past_due(DAY, "L1", "C1", 1)


def sent(book: Book) -> list[str]:
    book.publish(TODAY)
    return book.tasks(DAY, "sms_reminder")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_held"),
    [
        (DAY, None, True),
        (TOMORROW, None, True),
        (LATER, None, False),
        (YESTERDAY, TOMORROW, False),
        (YESTERDAY, LATER, True),
        (DAY, DAY, False),
    ],
    ids=["starts today", "starts tomorrow", "starts later", "ends tomorrow", "ends later", "empty"],
)
def test_a_hold_lasts_from_its_first_day_up_to_the_day_before_its_end(
    book: Book, starts_on: date, ends_on: date | None, is_held: bool
) -> None:
    debtor(book)
    book.hold("C1", starts_on, ends_on)
    assert sent(book) == ([] if is_held else ["C1|CNY"])
    assert book.denials(DAY) == ([("C1|CNY", "hold_complaint", "CN-COL-020")] if is_held else [])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_hold_refuses_under_its_own_rule(book: Book, kind: str) -> None:
    debtor(book)
    book.hold("C1", DAY, hold_kind=kind)
    assert sent(book) == []
    ((_, reason, rule),) = book.denials(DAY)
    assert (reason, rule) == (
        f"hold_{kind}",
        {
            "complaint": "CN-COL-020",
            "dispute": "CN-CRD-005",
            "bankruptcy": "HOUSE-CON-005",
            "performing_plan": "CN-COL-017",
        }[kind],
    )


def test_a_hold_that_was_lifted_no_longer_counts(book: Book) -> None:
    debtor(book)
    book.fact(
        "hold",
        YESTERDAY,
        hold_id="H",
        customer_id="C1",
        hold_kind="dispute",
        starts_on=YESTERDAY,
        ends_on=None,
    )
    book.fact(
        "hold",
        DAY,
        hold_id="H",
        customer_id="C1",
        hold_kind="dispute",
        starts_on=YESTERDAY,
        ends_on=DAY,
    )
    assert sent(book) == ["C1|CNY"]


def test_a_hold_on_one_loan_leaves_out_that_loan_only(book: Book) -> None:
    debtor(book)
    book.loan("L2", "C1")
    book.past_due(DAY, "L2", "C1", 2, "30.00")
    book.hold("C1", DAY, hold_kind="performing_plan", loan_id="L1")
    assert sent(book) == ["C1|CNY"]
    assert book.warehouse.scalar("select loan_amounts from sms_reminder_payload") == "L2: 30.00"
    assert book.denials(DAY) == [("C1|CNY|L1", "hold_performing_plan", "CN-COL-017")]


def test_a_customer_whose_only_loan_is_on_hold_is_left_alone(book: Book) -> None:
    debtor(book)
    book.hold("C1", DAY, hold_kind="performing_plan", loan_id="L1")
    assert sent(book) == []


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_paused"),
    [
        (DAY, None, True),
        (TOMORROW, None, True),
        (LATER, None, False),
        (YESTERDAY, TOMORROW, False),
        (YESTERDAY, LATER, True),
        (YESTERDAY, YESTERDAY, False),
    ],
    ids=[
        "starts today",
        "starts tomorrow",
        "starts later",
        "ends tomorrow",
        "ends later",
        "taken back",
    ],
)
def test_g5_a_customer_whose_only_loan_is_paused_is_left_alone_and_the_denial_says_why(
    book: Book, starts_on: date, ends_on: date | None, is_paused: bool
) -> None:
    debtor(book)
    book.pause("L1", starts_on, ends_on, "disaster")
    assert sent(book) == ([] if is_paused else ["C1|CNY"])
    assert book.denials(DAY) == ([("C1|CNY|L1", "paused", "HOUSE-PAU-001")] if is_paused else [])
    said = book.warehouse.fetch("select inputs, rule_version from contact_denial")
    assert said == ([(f"disaster since {starts_on}", "2026.11.26")] if is_paused else [])


def test_g5_a_pause_leaves_out_that_loan_only(book: Book) -> None:
    debtor(book)
    book.loan("L2", "C1")
    book.past_due(DAY, "L2", "C1", 2, "30.00")
    book.pause("L1", YESTERDAY)
    assert sent(book) == ["C1|CNY"]
    assert book.warehouse.scalar("select loan_amounts from sms_reminder_payload") == "L2: 30.00"
    assert book.denials(DAY) == [("C1|CNY|L1", "paused", "HOUSE-PAU-001")]


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        (None, "no_contact_address"),
        ("", "no_contact_address"),
        ("1540000000", "invalid_phone"),
        ("154000000012", "invalid_phone"),
        ("12400000001", "invalid_phone"),
        ("154 0000 0001", None),
        (PHONE, None),
        (f"+86{PHONE}", None),
    ],
)
def test_a_number_must_be_there_and_be_one(
    book: Book, phone: str | None, reason: str | None
) -> None:
    debtor(book, phone=phone)
    assert sent(book) == ([] if reason else ["C1|CNY"])
    assert [r for _, r, _ in book.denials(DAY)] == ([reason] if reason else [])


def test_the_country_code_stays_out_of_the_file(book: Book) -> None:
    debtor(book, phone=f"+86{PHONE}")
    book.publish(TODAY)
    assert book.warehouse.scalar("select phone from task where queue = 'sms_reminder'") == PHONE


@pytest.mark.parametrize("died_on", [None, date(2026, 1, 1)])
def test_the_dead_are_not_contacted(book: Book, died_on: date | None) -> None:
    debtor(book, deceased_on=died_on)
    assert sent(book) == ([] if died_on else ["C1|CNY"])
    assert book.denials(DAY) == ([("C1|CNY", "deceased", "HOUSE-CON-007")] if died_on else [])


@pytest.mark.parametrize(
    ("system", "code", "is_dead"),
    [("cn", "11", True), ("nsc", "d", True), ("edfi", "Died", True), ("cn", "03", False)],
)
def test_a_registry_may_report_a_death_first(
    book: Book, system: str, code: str, is_dead: bool
) -> None:
    debtor(book)
    book.fact(
        "enrolment",
        customer_id="C1",
        institution_id="U1",
        effective_on=YESTERDAY,
        code_system=system,
        status_code=code,
        is_full_time=True,
    )
    assert sent(book) == ([] if is_dead else ["C1|CNY"])


def test_a_loan_that_now_has_another_debtor_is_refused(book: Book) -> None:
    debtor(book)
    book.customer("C2", phone="15400000002")
    book.fact(
        "loan",
        DAY,
        loan_id="L1",
        customer_id="C2",
        product="consumer",
        currency="CNY",
        loan_status="active",
    )
    assert sent(book) == []
    assert book.denials(DAY) == [("C1|CNY", "not_the_debtor", "CN-COL-004")]


@pytest.mark.parametrize(("number", "is_shared"), [(PHONE, True), ("15400000009", False)])
def test_the_number_of_a_contact_person_is_not_the_debtors(
    book: Book, number: str, is_shared: bool
) -> None:
    debtor(book)
    book.fact(
        "emergency_contact",
        customer_id="C1",
        contact_no=1,
        contact_name="测试乙",
        relation="parent",
        phone=number,
    )
    assert sent(book) == ([] if is_shared else ["C1|CNY"])
    assert [r for _, r, _ in book.denials(DAY)] == (
        ["phone_of_contact_person"] if is_shared else []
    )


def test_a_customer_without_a_record_is_refused(book: Book) -> None:
    book.loan("L1", "C1")
    book.past_due(DAY, "L1", "C1", 1)
    assert sent(book) == []
    assert [r for _, r, _ in book.denials(DAY)] == ["customer_unknown", "no_contact_address"]


CONSENT_CASES = [
    ("separate", DAY, None, True),
    ("general", DAY, None, False),
    ("separate", TOMORROW, None, False),
    ("separate", YESTERDAY, DAY, False),
    ("separate", YESTERDAY, TOMORROW, False),
    ("separate", YESTERDAY, LATER, True),
]


@pytest.mark.parametrize(("kind", "granted_on", "withdrawn_on", "is_given"), CONSENT_CASES)
def test_registry_data_needs_separate_consent_in_force(
    book: Book, kind: str, granted_on: date, withdrawn_on: date | None, is_given: bool
) -> None:
    book.customer("C1")
    book.fact(
        "consent",
        YESTERDAY,
        consent_id="S1",
        customer_id="C1",
        purpose="registry_query",
        consent_kind=kind,
        granted_on=granted_on,
        withdrawn_on=withdrawn_on,
    )
    book.student_alert(DAY, "C1")
    counts = book.publish(TODAY).counts
    assert counts["tasks_student_alert"] == int(is_given)
    assert [(r, rule) for _, r, rule in book.denials(DAY, "student_alert")] == (
        [] if is_given else [("no_consent_registry_query", "CN-PII-016")]
    )


@pytest.mark.parametrize(
    ("purpose", "kind", "is_given"),
    [("bureau_query", "general", True), ("registry_query", "separate", False)],
)
def test_bureau_data_needs_consent_for_bureau_queries(
    book: Book, purpose: str, kind: str, is_given: bool
) -> None:
    book.customer("C1")
    book.fact(
        "consent",
        consent_id="S1",
        customer_id="C1",
        purpose=purpose,
        consent_kind=kind,
        granted_on=YESTERDAY,
    )
    book.multi_lender_alert(DAY, "C1")
    assert book.publish(TODAY).counts["tasks_multi_lender_alert"] == int(is_given)


def test_the_legal_department_waits_while_a_plan_is_performed(book: Book) -> None:
    book.debtor(DAY, 1, 95)
    book.prepare(TODAY)
    book.hold("C1", DAY, LATER, hold_kind="performing_plan", loan_id="L1")
    assert book.publish(TODAY).counts["tasks_legal_preparation"] == 0
    book.past_due(TOMORROW, "L1", "C1", 96)
    tomorrow = BusinessDay(TOMORROW, 1, DAY)
    book.prepare(tomorrow)
    assert book.publish(tomorrow).counts["tasks_legal_preparation"] == 1


def test_what_a_denial_says_holds_no_personal_data(book: Book) -> None:
    debtor(book, phone="1540000000", customer_name="测试甲")
    book.publish(TODAY)
    (said,) = book.warehouse.fetch("select inputs, reason from contact_denial")
    assert not any("1540000000" in text or "测试" in text for text in said)


def test_every_wish_is_either_sent_or_refused(book: Book, warehouse: Warehouse) -> None:
    for number in range(1, 9):
        book.debtor(DAY, number, number * 12)
    book.hold("C2", DAY)
    book.fact("customer", DAY, customer_id="C3", phone=None)
    book.student_alert(DAY, "C4")
    book.prepare(TODAY)
    book.publish(TODAY)
    wished = set(warehouse.fetch("select queue, candidate_key from contact_candidate"))
    sent_to = set(warehouse.fetch("select queue, candidate_key from task"))
    refused = set(warehouse.fetch("select queue, candidate_key from contact_denial"))
    assert wished == sent_to | refused
    assert not sent_to & refused
