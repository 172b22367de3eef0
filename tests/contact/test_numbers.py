"""A number is called for its debtor alone, however it is spelt."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from postloan.contact.restrictions.questions import open_questions
from tests.support.decision_book import LONG_AGO, PHONE, Book
from tests.support.one_debtor import (
    DAY,
    EARLIER,
    TODAY,
    YESTERDAY,
    refused,
    refused_each,
    release,
)

# Two numbers, digits too many or letters for digits: nobody is called, but the number is known.
NO_NUMBER = (
    "15400000009/15400000001",
    "15400000009-15400000001",
    "1540000000915400000001",
    "15400000001-123",
    "+86-154-0000-0001-8",
    "154OOOOOOO1",
)
SPELLINGS = (
    "+8615400000001",
    "154-0000-0001",
    "１５４００００００\uff101",
    "008615400000001",
    "0086 154 0000 0001",
    "86-15400000001",
    "015400000001",
    "154 0000 0001",
    "15400000001 ext. 12",
    "15400000001转12",
    "15400000001（本人）",
    "15400000001.0",
    "+86+15400000001",
    "154_0000_0001",
    *NO_NUMBER,
)


def of_their_own(spelling: str, n: int) -> str:
    """The same spelling with a number that ends in two digits of its own."""
    return re.sub(r"[0０O]1(?=\D|$)", f"{n:02}", spelling)


@pytest.mark.parametrize("is_theirs", [True, False], ids=["theirs", "the debtors"])
def test_the_number_of_a_contact_person_is_known_however_it_is_spelt(
    book: Book, is_theirs: bool
) -> None:
    many = dict(enumerate(SPELLINGS, 11))
    for n, spelling in many.items():
        own, other = (PHONE, spelling) if is_theirs else (spelling, PHONE)
        book.debtor(DAY, n, 1)
        book.customer(f"C{n}", EARLIER, phone=of_their_own(own, n))
        person = {"contact_no": 1, "contact_name": "测试乙", "relation": "parent"}
        book.fact(
            "emergency_contact",
            EARLIER,
            customer_id=f"C{n}",
            **person,
            phone=of_their_own(other, n),
        )
    book.publish(TODAY)
    assert book.tasks(DAY, "sms_reminder") == []
    held = {
        key.split("|")[0]
        for key, reason, _ in book.denials(DAY)
        # Two numbers in one field are no number of the debtor at all.
        if reason in ("phone_of_contact_person", "invalid_phone")
    }
    assert held == {f"C{n}" for n in many}


def test_the_file_has_the_eleven_digits_or_no_number_at_all(book: Book) -> None:
    many = dict(enumerate(SPELLINGS, 11))
    for n, spelling in many.items():
        book.debtor(DAY, n, 1)
        book.customer(f"C{n}", EARLIER, phone=of_their_own(spelling, n))
    book.publish(TODAY)
    told = "select phone from task where queue = 'sms_reminder' order by phone"
    called = [(of_their_own(PHONE, n),) for n, s in many.items() if s not in NO_NUMBER]
    assert book.warehouse.fetch(told) == called
    denied = {key.split("|")[0] for key, reason, _ in book.denials(DAY) if "phone" in reason}
    assert denied == {f"C{n}" for n, spelling in many.items() if spelling in NO_NUMBER}


def report(book: Book, customer_id: str, on: date = EARLIER, **values: Any) -> None:
    outcome = {"counterpart": "third_party", "result": "wrong_number", **values}
    book.fact(
        "contact_outcome",
        on,
        outcome_id=f"O{book.line}",
        customer_id=customer_id,
        **{"channel": "phone", "attempted_at": on, **outcome},
    )


def test_a_wrong_number_spelt_otherwise_is_no_new_number(debtor: Book) -> None:
    report(debtor, "C1")
    debtor.customer("C1", YESTERDAY, phone="+86 154-0000-0001")
    assert refused(debtor) == [("reported_wrong_number", "HOUSE-CON-011")]


def test_a_wrong_number_is_wrong_for_every_debtor_who_has_it(debtor: Book) -> None:
    debtor.customer("C2", phone="+8615400000001")
    report(debtor, "C2")
    debtor.customer("C2", YESTERDAY, phone="15400000002")
    assert refused(debtor) == [("reported_wrong_number", "HOUSE-CON-011")]


def test_a_number_of_two_debtors_is_nobodys_until_a_person_says_whose(debtor: Book) -> None:
    debtor.customer("C2", phone="154-0000-0001")
    debtor.loan("L2", "C2")
    debtor.past_due(DAY, "L2", "C2", 1)
    assert refused(debtor) == [("shared_number", "HOUSE-PRO-005")] * 2
    assert [(q.kind, q.customer_id) for q in open_questions(debtor.warehouse)] == [
        ("shared_number", "C1"),
        ("shared_number", "C2"),
    ]
    release(debtor, "shared_number", "C2")
    debtor.publish(TODAY)
    assert debtor.tasks(DAY, "sms_reminder") == ["C2|CNY"]


def test_one_person_is_contacted_once_on_his_number(book: Book) -> None:
    def twins(n: int, *customers: str) -> None:
        told = {"phone": f"154000000{n:02}", "id_number": f"110101199001010{n:02}7"}
        for customer_id in customers:
            book.customer(customer_id, EARLIER, **told)

    for n in (1, 2, 3, 4):
        book.debtor(DAY, n, 1)
    # Both of C1 and C2 owe, the other numbers of C3 and C4 owe nothing; one was wrong before.
    twins(1, "C1", "C2")
    twins(3, "B3", "C3")
    twins(4, "C4", "D4")
    report(book, "D4")
    found = refused_each(book)
    assert {key: {reason for reason, _ in of} for key, of in found.items()} == {
        "C1": set(),
        "C2": {"shared_number"},
        "C3": set(),
        "C4": {"reported_wrong_number"},
    }
    assert open_questions(book.warehouse) == ()


def test_a_number_reported_by_a_channel_without_numbers_is_doubtful(book: Book) -> None:
    found = {"wrong_number": "third_party", "invalid_number": "nobody"}
    told = [(c, r) for c in ("letter", "email", "app_push", "field_visit") for r in found]
    for n, (channel, result) in enumerate(told, start=1):
        book.debtor(DAY, n, 1)
        report(book, f"C{n}", channel=channel, result=result, counterpart=found[result])
    # What else may come of a letter says nothing of a number.
    book.debtor(DAY, 9, 1)
    report(book, "C9", channel="letter", counterpart="nobody", result="failed")
    report(book, "C9", channel="email", result="refused")
    book.publish(TODAY)
    assert [(key, reason) for key, reason, _ in book.denials(DAY)] == [
        (f"C{n}|CNY", f"reported_{result}") for n, (_, result) in enumerate(told, start=1)
    ]


def test_a_report_dated_for_days_to_come_is_a_report(debtor: Book) -> None:
    report(debtor, "C1", YESTERDAY, attempted_at=date(2027, 1, 1))
    assert [reason for reason, _ in refused(debtor)] == ["reported_wrong_number"]


def person(book: Book, customer_id: str, phone: str) -> None:
    known = {"contact_no": 1, "contact_name": "测试乙", "relation": "parent"}
    book.fact("emergency_contact", EARLIER, customer_id=customer_id, phone=phone, **known)


def test_a_report_on_the_number_of_a_contact_person_is_about_that_number_too(book: Book) -> None:
    for n, spelling in enumerate(("+86 154-0000-0001", "15400000002", "15400000005"), start=1):
        book.debtor(DAY, n, 1)
        book.customer(f"C{n + 10}", phone=f"1540000001{n}")
        person(book, f"C{n + 10}", spelling)
    for n in (11, 12):
        book.loan(f"L{n}", f"C{n}")
        book.past_due(DAY, f"L{n}", f"C{n}", 1)
        report(book, f"C{n}", contact_no=1, result="invalid_number", counterpart="nobody")
    book.publish(TODAY)
    # Whether the number of the debtor himself was dialled and his parent answered, nobody knows.
    told = {key: reason for key, reason, _ in book.denials(DAY)}
    assert told == {f"C{n}|CNY": "reported_invalid_number" for n in (1, 2, 11, 12)}
    assert book.tasks(DAY, "sms_reminder") == ["C3|CNY"]


def test_a_report_that_names_the_task_of_another_debtor_is_about_both_numbers(book: Book) -> None:
    for n in (1, 2, 3):
        book.debtor(DAY, n, 1)
        task = {"task_id": f"T{n}", "customer_id": f"C{n}", "phone": f"1540000{n:04d}"}
        place = {"business_date": date(2026, 10, 1), "queue": "sms_reminder", "revision": 1}
        row = {**place, **task, "task_action": "added", "candidate_key": f"C{n}|CNY"}
        book.warehouse.append_rows("task", [row])
    report(book, "C1", task_id="T2")
    book.publish(TODAY)
    assert [(key, reason) for key, reason, _ in book.denials(DAY)] == [
        ("C1|CNY", "reported_wrong_number"),
        ("C2|CNY", "reported_wrong_number"),
    ]


def test_a_report_that_names_the_loan_of_another_debtor_is_about_both_numbers(book: Book) -> None:
    for n in (1, 2, 3, 4):
        book.debtor(DAY, n, 1)
    report(book, "C1", loan_id="L2")
    report(book, "C3", loan_id="L3")
    book.publish(TODAY)
    assert {key: reason for key, reason, _ in book.denials(DAY)} == {
        f"C{n}|CNY": "reported_wrong_number" for n in (1, 2, 3)
    }


def test_only_a_call_that_nothing_contradicts_clears_a_number(book: Book) -> None:
    ways: dict[int, dict[str, Any]] = {
        1: {"contact_no": 1},
        2: {"loan_id": "L9"},
        3: {"loan_id": "L0000"},
        4: {"task_id": "T9"},
        5: {"task_id": "T0000"},
        6: {},
        7: {"loan_id": "L7"},
        8: {"task_id": "T8", "loan_id": "L8"},
    }
    report(book, "C99", LONG_AGO)
    for n in (*ways, 9):
        book.debtor(DAY, n, 1)
        task = {"task_id": f"T{n}", "customer_id": f"C{n}", "phone": f"1540000{n:04d}"}
        place = {"business_date": date(2026, 10, 1), "queue": "sms_reminder", "revision": 1}
        row = {**place, **task, "task_action": "added", "candidate_key": f"C{n}|CNY"}
        book.warehouse.append_rows("task", [row])
    book.loaded(LONG_AGO, "contact_outcome")
    person(book, "C1", "15400000901")
    for n, values in ways.items():
        report(book, f"C{n}")
        reached = {"counterpart": "debtor", "result": "connected"}
        report(book, f"C{n}", YESTERDAY, **reached, **values)
    book.publish(TODAY)
    assert {key: reason for key, reason, _ in book.denials(DAY)} == {
        f"C{n}|CNY": "reported_wrong_number" for n in (1, 2, 3, 4, 5)
    }


REFUSED: dict[str, Any] = {"counterpart": "emergency_contact", "result": "refused"}


def objects(book: Book, number: int, how: str) -> None:
    """The contact person 1 of a customer wants no further contact."""
    customer_id = f"C{number}"
    if how == "request":
        asked = {"received_at": EARLIER, "request_state": "received", "contact_no": 1}
        key = {"request_id": f"P{number}", "customer_id": customer_id}
        book.fact("privacy_request", EARLIER, **key, **asked, request_kind="contact_objection")
    elif how == "row":
        known = {"contact_no": 1, "contact_name": "测试乙", "relation": "parent"}
        row = {**known, "phone": f"1540000{900 + number:04d}", "opted_out_on": EARLIER}
        book.fact("emergency_contact", DAY - timedelta(days=8), customer_id=customer_id, **row)
    elif how in ("call", "call without a number"):
        contact_no = 1 if how == "call" else None
        report(book, customer_id, **REFUSED, contact_no=contact_no)


def test_the_number_whose_bearer_objected_is_never_the_debtors(book: Book) -> None:
    ways = dict(enumerate(("request", "row", "call", "call without a number", "nothing"), start=1))
    for number, how in ways.items():
        book.debtor(DAY, number, 1)
        person(book, f"C{number}", f"1540000{900 + number:04d}")
        objects(book, number, how)
        # Another person is number 1 by now, and the debtor has the number of the one before.
        known = {"contact_no": 1, "contact_name": "测试丙", "relation": "sibling"}
        other = {"customer_id": f"C{number}", "phone": f"1540000{800 + number:04d}"}
        book.fact("emergency_contact", YESTERDAY, **known, **other)
        book.customer(f"C{number}", YESTERDAY, phone=f"154-0000-{900 + number:04d}")
    # Who gave up the number for another one is called on that.
    book.debtor(DAY, 6, 1)
    person(book, "C6", "15400000906")
    objects(book, 6, "request")
    # Of somebody else's contact person the number is his own.
    book.debtor(DAY, 7, 1)
    book.customer("C7", YESTERDAY, phone="15400000906")
    book.publish(TODAY)
    assert [(key, reason) for key, reason, _ in book.denials(DAY)] == [
        (f"C{number}|CNY", "phone_of_contact_person") for number in (1, 2, 3, 4)
    ]
    assert book.tasks(DAY, "sms_reminder") == ["C5|CNY", "C6|CNY", "C7|CNY"]
