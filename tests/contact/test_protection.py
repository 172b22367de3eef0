"""Whom nobody contacts and nobody sues: no task goes out, and a denial says why."""

from datetime import date
from typing import Any

from postloan.business_date import BusinessDay
from postloan.contact.restrictions.questions import open_questions
from tests.support.decision_book import Book
from tests.support.one_debtor import (
    DAY,
    EARLIER,
    LATER,
    TODAY,
    TOMORROW,
    YESTERDAY,
    refused,
    refused_each,
    release,
)

IDENTITY = "11010119900101001X"

# The moment of contact ------------------------------------------------------------------------


def test_a_consent_that_ends_on_the_day_of_contact_is_none(book: Book) -> None:
    for number, (received_on, withdrawn_on) in enumerate(
        ((DAY, TOMORROW), (DAY, LATER), (TOMORROW, TOMORROW)), 1
    ):
        customer_id = f"C{number}"
        book.customer(customer_id)
        consent = {
            "consent_id": f"S{number}",
            "customer_id": customer_id,
            "purpose": "registry_query",
        }
        terms = {**consent, "consent_kind": "separate", "granted_on": EARLIER}
        book.fact("consent", EARLIER, **terms)
        book.fact("consent", received_on, **terms, withdrawn_on=withdrawn_on)
        book.student_alert(DAY, customer_id)
    book.publish(TODAY)
    # One that ends later on, or of whose end nobody knows yet, is a consent.
    assert len(book.tasks(DAY, "student_alert")) == 2
    select = "select customer_id, reason from contact_denial where queue = 'student_alert'"
    assert {customer_id for customer_id, _ in book.warehouse.fetch(select)} == {"C1"}


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


COMPLAINTS: tuple[dict[str, Any], ...] = (
    {"complaint_state": "in_progress", "closed_on": YESTERDAY},
    {"complaint_state": "received", "closed_on": YESTERDAY},
    {"complaint_state": "upheld", "closed_on": date(2026, 11, 1)},
    {"complaint_state": "not_upheld", "closed_on": None},
    {"complaint_state": "not_upheld", "closed_on": date(2062, 11, 20)},
)
"""Open, or received, and closed; closed too early; decided without a date; not closed yet."""


def test_a_complaint_that_contradicts_itself_holds_until_it_is_released(book: Book) -> None:
    names = [f"C{number}" for number in range(1, len(COMPLAINTS) + 1)]
    for number, complaint in enumerate(COMPLAINTS, 1):
        book.debtor(DAY, number, 1)
        book.fact(
            "complaint",
            EARLIER,
            complaint_id=f"K{number}",
            customer_id=f"C{number}",
            received_at=EARLIER,
            complaint_kind="conduct",
            **complaint,
        )
    assert refused_each(book) == {name: [("hold_complaint", "CN-COL-020")] for name in names}
    assert [(q.kind, q.customer_id) for q in open_questions(book.warehouse)] == [
        ("doubtful_hold", name) for name in names
    ]
    for name in names:
        release(book, "doubtful_hold", name)
    assert refused_each(book) == {name: [] for name in names}
    assert open_questions(book.warehouse) == ()


def test_a_hold_that_ends_before_it_starts_holds(debtor: Book) -> None:
    debtor.hold("C1", DAY, EARLIER, hold_kind="dispute")
    assert refused(debtor) == [("hold_dispute", "CN-CRD-005")]


def test_a_pause_that_ends_before_it_starts_pauses(debtor: Book) -> None:
    debtor.pause("L1", DAY, EARLIER)
    assert refused(debtor) == [("paused", "HOUSE-PAU-001")]
    release(debtor, "doubtful_hold")
    assert refused(debtor) == []


# One person, two numbers ----------------------------------------------------------------------


def identity(serial: int) -> str:
    """An identity number of 18 places, with its check digit (GB 11643)."""
    digits = f"11010119900101{serial:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def protect(book: Book, how: str, number: int = 2, serial: int = 1) -> None:
    """The same person by another spelling of the identity number, is protected as C<number>."""
    customer_id = f"C{number}"
    short = f"110101900101{serial:03}"
    person = {"id_number": short, "phone": f"1540000{number:04d}"}
    died_on = EARLIER if how == "deceased" else None
    book.customer(customer_id, EARLIER, **person, deceased_on=died_on)
    told = {"customer_id": customer_id, "received_at": EARLIER}
    if how == "hold":
        book.hold(customer_id, TOMORROW, hold_kind="bankruptcy")
    elif how == "complaint":
        state = {"complaint_kind": "conduct", "complaint_state": "received"}
        book.fact("complaint", EARLIER, complaint_id=f"K{number}", **told, **state)
    elif how != "deceased":
        state = {"request_kind": how, "request_state": "received"}
        book.fact("privacy_request", EARLIER, request_id=f"Q{number}", **told, **state)


WAYS = ("deceased", "hold", "complaint", "deletion", "restriction", "channel_opt_out")


def test_who_is_protected_under_one_customer_number_is_under_the_other(book: Book) -> None:
    names = [f"C{number}" for number in range(1, len(WAYS) + 1)]
    for number, how in enumerate(WAYS, 1):
        book.debtor(DAY, number, 1)
        spelt = identity(number).lower()
        spelt = f" {spelt[:6]} {spelt[6:14]} {spelt[14:]}"
        book.customer(f"C{number}", EARLIER, phone=f"1540000{number:04d}", id_number=spelt)
        protect(book, how, 10 + number, serial=number)
    held = [("same_person_protected", "HOUSE-PRO-004")]
    assert refused_each(book) == dict.fromkeys(names, held)
    assert [(q.kind, q.customer_id) for q in open_questions(book.warehouse)] == [
        ("same_person", name) for name in names
    ]
    for name in names:
        release(book, "same_person", name)
    assert refused_each(book) == {name: [] for name in names}


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


PEOPLE: dict[str, tuple[dict[str, Any], bool]] = {
    "a child": ({"birth_on": date(2012, 5, 6)}, True),
    "18 after the day": ({"birth_on": date(2008, 11, 22)}, True),
    "18 on the day": ({"birth_on": date(2008, 11, 21)}, False),
    "by number": ({"id_number": "110101201205060012"}, True),
    "two ages": (
        {"id_number": "１１０１０１２０１２０５０６００３９", "birth_on": date(1990, 1, 1)},
        True,
    ),
    "two": ({"id_number": IDENTITY, "birth_on": date(2012, 5, 6)}, True),
    "unknown": ({}, False),
}


def test_nobody_below_age_is_contacted(book: Book) -> None:
    for number, (person, _) in enumerate(PEOPLE.values(), 1):
        book.debtor(DAY, number, 1)
        book.customer(f"C{number}", EARLIER, phone=f"1540000{number:04d}", **person)
    found = refused_each(book)
    told = {who: found[f"C{number}"] for number, who in enumerate(PEOPLE, 1)}
    minor = [("minor", "HOUSE-PRO-003")]
    assert told == {who: minor if is_minor else [] for who, (_, is_minor) in PEOPLE.items()}


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


def test_a_plan_that_was_never_approved_holds_nobody(book: Book) -> None:
    for number, decision in enumerate(("pending", "refused", "withdrawn"), 1):
        book.debtor(DAY, number, 1)
        named = {"request_id": f"R{number}", "customer_id": f"C{number}", "loan_id": f"L{number}"}
        plan(book, decision=decision, **named)
    assert refused_each(book) == {"C1": [], "C2": [], "C3": []}


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


def of_debtor(number: int) -> dict[str, Any]:
    return {
        "promise_id": f"P{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
    }


def test_nobody_is_asked_before_the_day_of_a_promise_is_over(book: Book) -> None:
    for number, due_on in enumerate((TOMORROW, DAY), 1):
        book.debtor(DAY, number, 1)
        promise(book, due_on, **of_debtor(number))
    held = [("hold_promise_to_pay", "HOUSE-PRO-002")]
    assert refused_each(book) == {"C1": held, "C2": []}


def test_a_promise_holds_no_longer_than_the_rule_lets_it(book: Book) -> None:
    # 31 and 32 days ago; sent again; put off to another day.
    far, given_on = date(2027, 11, 1), date(2026, 10, 1)
    for number in range(1, 5):
        book.debtor(DAY, number, 1)
    for number, told_on in enumerate((date(2026, 10, 21), date(2026, 10, 20)), 1):
        promise(book, far, told_on, promised_on=told_on, **of_debtor(number))
    for number, due_on in ((3, date(2062, 1, 1)), (4, TOMORROW)):
        promise(book, date(2062, 1, 1), given_on, promised_on=given_on, **of_debtor(number))
        for day in (10, 11):
            told = date(2026, 11, day)
            promise(book, due_on, told, promised_on=given_on, **of_debtor(number))
    found = refused_each(book)
    assert {name for name, reasons in found.items() if reasons} == {"C1", "C4"}
    assert set(found) == {"C1", "C2", "C3", "C4"}


def test_plans_and_promises_leave_out_their_loan_alone(debtor: Book) -> None:
    debtor.loan("L2", "C1")
    debtor.past_due(DAY, "L2", "C1", 2, "30.00")
    promise(debtor, TOMORROW)
    debtor.publish(TODAY)
    told = "select loan_amounts from sms_reminder_payload"
    assert debtor.warehouse.fetch(told) == [("L2: 30.00",)]
    assert debtor.denials(DAY) == [("C1|CNY|L1", "hold_promise_to_pay", "HOUSE-PRO-002")]


def test_nobody_is_sued_who_has_a_plan_a_promise_or_is_a_child(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(DAY, number, 95)
    book.prepare(TODAY)
    plan(book, decided_on=EARLIER)
    promise(book, TOMORROW, **of_debtor(2))
    book.customer("C3", EARLIER, phone="15400000003", birth_on=date(2012, 5, 6))
    assert book.publish(TODAY).counts["tasks_legal_preparation"] == 0
    assert len(book.denials(DAY, "legal_preparation")) == 3


def test_the_list_of_the_opening_leaves_them_out_too(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(DAY, number, 1)
    promise(book, TOMORROW)
    book.customer("C2", EARLIER, phone="15400000002", birth_on=date(2012, 5, 6))
    book.publish(BusinessDay(DAY, 1, YESTERDAY, is_opening=True))
    assert book.tasks(DAY, "go_live") == ["sms_reminder|C3|CNY"]
    assert len(book.denials(DAY, "go_live")) == 2
