"""Whom nobody contacts and nobody sues: no task goes out, and a denial says why."""

from datetime import date
from typing import Any

import pytest

from postloan.business_day import BusinessDay
from postloan.restrictions.questions import open_questions
from tests.decisions.one_debtor import (
    DAY,
    EARLIER,
    LATER,
    TODAY,
    TOMORROW,
    YESTERDAY,
    refused,
    release,
)
from tests.support.decision_book import Book

IDENTITY = "11010119900101001X"

# The moment of contact ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_on", "withdrawn_on", "is_sent"),
    [(DAY, TOMORROW, False), (DAY, LATER, True), (TOMORROW, TOMORROW, True)],
    ids=["from tomorrow", "from later on", "not known yet"],
)
def test_a_consent_that_ends_on_the_day_of_contact_is_none(
    book: Book, received_on: date, withdrawn_on: date, is_sent: bool
) -> None:
    book.customer("C1")
    consent = {"consent_id": "S1", "customer_id": "C1", "purpose": "registry_query"}
    terms = {**consent, "consent_kind": "separate", "granted_on": EARLIER}
    book.fact("consent", EARLIER, **terms)
    book.fact("consent", received_on, **terms, withdrawn_on=withdrawn_on)
    book.student_alert(DAY, "C1")
    assert book.publish(TODAY).counts["tasks_student_alert"] == int(is_sent)


def test_a_case_is_not_handed_over_when_a_hold_begins_on_the_day_of_contact(book: Book) -> None:
    book.debtor(DAY, 1, 95)
    book.prepare(TODAY)
    book.hold("C1", TOMORROW, hold_kind="dispute")
    assert book.publish(TODAY).counts["tasks_legal_preparation"] == 0


# Silence --------------------------------------------------------------------------------------


def test_a_row_without_the_death_does_not_revive_the_dead(debtor: Book) -> None:
    debtor.customer("C1", EARLIER, deceased_on=date(2026, 11, 1))
    debtor.customer("C1", DAY)
    assert refused(debtor) == [("deceased", "HOUSE-CON-007")]


def test_a_person_says_that_the_debtor_is_alive_and_a_new_report_holds_again(debtor: Book) -> None:
    debtor.customer("C1", EARLIER, deceased_on=date(2026, 11, 1))
    debtor.customer("C1", YESTERDAY)
    release(debtor, "deceased", on=YESTERDAY)
    assert refused(debtor) == []
    debtor.customer("C1", DAY, deceased_on=date(2026, 11, 1))
    debtor.publish(TODAY)
    assert debtor.tasks(DAY, "sms_reminder") == []


@pytest.mark.parametrize(
    "complaint",
    [
        {"complaint_state": "in_progress", "closed_on": YESTERDAY},
        {"complaint_state": "received", "closed_on": YESTERDAY},
        {"complaint_state": "upheld", "closed_on": date(2026, 11, 1)},
        {"complaint_state": "not_upheld", "closed_on": None},
        {"complaint_state": "not_upheld", "closed_on": date(2062, 11, 20)},
    ],
    ids=["open", "received", "closed too early", "decided without a date", "not closed yet"],
)
def test_a_complaint_that_contradicts_itself_holds_until_it_is_released(
    debtor: Book, complaint: dict[str, Any]
) -> None:
    debtor.fact(
        "complaint",
        EARLIER,
        complaint_id="K1",
        customer_id="C1",
        received_at=EARLIER,
        complaint_kind="conduct",
        **complaint,
    )
    assert refused(debtor) == [("hold_complaint", "CN-COL-020")]
    assert [(q.kind, q.customer_id) for q in open_questions(debtor.warehouse)] == [
        ("doubtful_hold", "C1")
    ]
    release(debtor, "doubtful_hold")
    assert refused(debtor) == []
    assert open_questions(debtor.warehouse) == ()


def test_a_hold_that_ends_before_it_starts_holds(debtor: Book) -> None:
    debtor.hold("C1", DAY, EARLIER, hold_kind="dispute")
    assert refused(debtor) == [("hold_dispute", "CN-CRD-005")]


def test_a_pause_that_ends_before_it_starts_pauses(debtor: Book) -> None:
    debtor.pause("L1", DAY, EARLIER)
    assert refused(debtor) == [("paused", "HOUSE-PAU-001")]
    release(debtor, "doubtful_hold")
    assert refused(debtor) == []


# One person, two numbers ----------------------------------------------------------------------


def protect(book: Book, how: str) -> None:
    """C2, the same person by another spelling of the identity number, is protected."""
    person = {"id_number": "110101900101001", "phone": "15400000002"}
    book.customer("C2", EARLIER, **person, deceased_on=EARLIER if how == "deceased" else None)
    if how == "hold":
        book.hold("C2", TOMORROW, hold_kind="bankruptcy")
    elif how == "complaint":
        book.fact(
            "complaint",
            EARLIER,
            complaint_id="K1",
            customer_id="C2",
            received_at=EARLIER,
            complaint_kind="conduct",
            complaint_state="received",
        )
    elif how != "deceased":
        book.fact(
            "privacy_request",
            EARLIER,
            request_id="Q1",
            customer_id="C2",
            request_kind=how,
            received_at=EARLIER,
            request_state="received",
        )


@pytest.mark.parametrize(
    "how", ["deceased", "hold", "complaint", "deletion", "restriction", "channel_opt_out"]
)
def test_who_is_protected_under_one_customer_number_is_under_the_other(
    debtor: Book, how: str
) -> None:
    debtor.customer("C1", EARLIER, id_number=" 110101 19900101 001x")
    protect(debtor, how)
    assert refused(debtor) == [("same_person_protected", "HOUSE-PRO-004")]
    assert [(q.kind, q.customer_id) for q in open_questions(debtor.warehouse)] == [
        ("same_person", "C1")
    ]
    release(debtor, "same_person")
    assert refused(debtor) == []


def test_two_people_are_two_people(debtor: Book) -> None:
    debtor.customer("C1", EARLIER, id_number="110101199001010021")
    protect(debtor, "deceased")
    assert refused(debtor) == []


def test_nobody_is_sued_who_died_under_another_number(book: Book) -> None:
    book.debtor(DAY, 1, 95)
    book.customer("C1", EARLIER, phone="15400000001", id_number=IDENTITY)
    book.prepare(TODAY)
    protect(book, "deceased")
    assert book.publish(TODAY).counts["tasks_legal_preparation"] == 0
    assert [r for _, r, _ in book.denials(DAY, "legal_preparation")] == ["same_person_protected"]


# Age, plans and promises ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "is_minor"),
    [
        ({"birth_on": date(2012, 5, 6)}, True),
        ({"birth_on": date(2008, 11, 22)}, True),
        ({"birth_on": date(2008, 11, 21)}, False),
        ({"id_number": "110101201205060012"}, True),
        ({"id_number": "１１０１０１２０１２０５０６００１２", "birth_on": date(1990, 1, 1)}, True),
        ({"id_number": IDENTITY, "birth_on": date(2012, 5, 6)}, True),
        ({}, False),
    ],
    ids=["a child", "18 after the day", "18 on the day", "by number", "two ages", "two", "unknown"],
)
def test_nobody_below_age_is_contacted(
    debtor: Book, person: dict[str, Any], is_minor: bool
) -> None:
    debtor.customer("C1", EARLIER, **person)
    assert refused(debtor) == ([("minor", "HOUSE-PRO-003")] if is_minor else [])


def plan(book: Book, **values: Any) -> None:
    terms = {"customer_id": "C1", "loan_id": "L1", "plan_kind": "extension"}
    request = {"request_id": "R1", "requested_on": EARLIER, "decision": "approved", **terms}
    book.fact("plan_request", values.pop("on", EARLIER), **{**request, **values})


def test_an_approved_plan_holds_until_a_person_or_core_banking_ends_it(debtor: Book) -> None:
    plan(debtor, decided_on=EARLIER)
    assert refused(debtor) == [("hold_approved_plan", "HOUSE-PRO-001")]
    release(debtor, "approved_plan")
    assert refused(debtor) == []


def test_the_hold_of_core_banking_takes_an_approved_plan_over(debtor: Book) -> None:
    plan(debtor, decided_on=EARLIER)
    debtor.hold("C1", EARLIER, YESTERDAY, hold_kind="performing_plan", loan_id="L1")
    assert refused(debtor) == []


@pytest.mark.parametrize("decision", ["pending", "refused", "withdrawn"])
def test_a_plan_that_was_never_approved_holds_nobody(debtor: Book, decision: str) -> None:
    plan(debtor, decision=decision)
    assert refused(debtor) == []


def promise(book: Book, due_on: date, told_on: date = EARLIER, **values: Any) -> None:
    book.fact(
        "promise_to_pay",
        told_on,
        **{
            "promise_id": "P1",
            "customer_id": "C1",
            "loan_id": "L1",
            "promised_on": EARLIER,
            "due_on": due_on,
            "amount": 100,
            **values,
        },
    )


@pytest.mark.parametrize(
    ("due_on", "is_held"), [(TOMORROW, True), (DAY, False)], ids=["that day", "the day before"]
)
def test_nobody_is_asked_before_the_day_of_a_promise_is_over(
    debtor: Book, due_on: date, is_held: bool
) -> None:
    promise(debtor, due_on)
    assert refused(debtor) == ([("hold_promise_to_pay", "HOUSE-PRO-002")] if is_held else [])


@pytest.mark.parametrize(
    ("told_on", "is_held"),
    [(date(2026, 10, 21), True), (date(2026, 10, 20), False)],
    ids=["31 days ago", "32 days ago"],
)
def test_a_promise_holds_no_longer_than_the_rule_lets_it(
    debtor: Book, told_on: date, is_held: bool
) -> None:
    promise(debtor, date(2027, 11, 1), told_on, promised_on=told_on)
    assert (refused(debtor) != []) == is_held


@pytest.mark.parametrize(
    ("due_on", "is_held"),
    [(date(2062, 1, 1), False), (TOMORROW, True)],
    ids=["sent again", "put off to another day"],
)
def test_a_promise_that_is_sent_again_lasts_no_longer(
    debtor: Book, due_on: date, is_held: bool
) -> None:
    given_on = date(2026, 10, 1)
    promise(debtor, date(2062, 1, 1), given_on, promised_on=given_on)
    for day in (10, 11):
        promise(debtor, due_on, date(2026, 11, day), promised_on=given_on)
    assert (refused(debtor) != []) == is_held


def test_plans_and_promises_leave_out_their_loan_alone(debtor: Book) -> None:
    debtor.loan("L2", "C1")
    debtor.past_due(DAY, "L2", "C1", 2, "30.00")
    promise(debtor, TOMORROW)
    debtor.publish(TODAY)
    told = "select loan_amounts from task where queue = 'sms_reminder'"
    assert debtor.warehouse.fetch(told) == [("L2: 30.00",)]
    assert debtor.denials(DAY) == [("C1|CNY|L1", "hold_promise_to_pay", "HOUSE-PRO-002")]


@pytest.mark.parametrize("kind", ["plan", "promise", "minor"])
def test_nobody_is_sued_who_has_a_plan_a_promise_or_is_a_child(book: Book, kind: str) -> None:
    book.debtor(DAY, 1, 95)
    book.prepare(TODAY)
    if kind == "plan":
        plan(book, decided_on=EARLIER)
    elif kind == "promise":
        promise(book, TOMORROW)
    else:
        book.customer("C1", EARLIER, birth_on=date(2012, 5, 6))
    assert book.publish(TODAY).counts["tasks_legal_preparation"] == 0
    assert len(book.denials(DAY, "legal_preparation")) == 1


@pytest.mark.parametrize("kind", ["promise", "minor"])
def test_the_list_of_the_opening_leaves_them_out_too(debtor: Book, kind: str) -> None:
    if kind == "promise":
        promise(debtor, TOMORROW)
    else:
        debtor.customer("C1", EARLIER, birth_on=date(2012, 5, 6))
    debtor.publish(BusinessDay(DAY, 1, YESTERDAY, is_opening=True))
    assert debtor.tasks(DAY, "go_live") == []
    assert debtor.denials(DAY, "go_live")
