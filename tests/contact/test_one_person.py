"""A person is found over several documents and customer numbers, and over debtors of one loan."""

from datetime import date, datetime, time, timedelta

import pytest

from postloan.business_date import BusinessDay
from postloan.contact.restrictions.questions import open_questions
from postloan.contact.restrictions.release import Release, append_releases
from tests.support.decision_book import LONG_AGO, Book
from tests.support.legal_desk import (
    APPROVED,
    FIRST,
    NEXT,
    PREPARATION,
    THIRD,
    question,
    rows_of,
    run,
    states,
)

DAY = date(2026, 11, 20)
EARLIER, YESTERDAY = DAY - timedelta(days=9), DAY - timedelta(days=1)
MORNING = datetime.combine(EARLIER, time(9))
TODAY = BusinessDay(DAY, 1, YESTERDAY)


def document(number: int) -> str:
    """One of many identity numbers."""
    return f"{110101 + number}19900101001X"


def bearer(book: Book, customer_id: str, *numbers: int, died_on: date | None = None) -> None:
    """A customer who was told with one identity number after the other, and owes nothing."""
    for days, number in enumerate(numbers):
        on = LONG_AGO + timedelta(days=days)
        told = {"id_number": document(number), "deceased_on": died_on}
        book.customer(customer_id, on, phone=None, **told)


def debtor(book: Book, number: int, *documents: int) -> str:
    """A debtor whose message is due, told with some identity numbers."""
    book.debtor(DAY, number, 1)
    for days, told in enumerate(documents, start=1):
        on = LONG_AGO + timedelta(days=days)
        book.customer(f"C{number}", on, phone=f"1540000{number:04d}", id_number=document(told))
    return f"C{number}"


def moved(book: Book, number: int) -> str:
    """A debtor `C<n>` whose loan was that of `D<n>` before; returns the debtor of before."""
    before = f"D{number}"
    book.customer(before, phone=f"1541000{number:04d}")
    terms = {"product": "consumer", "currency": "CNY", "loan_status": "active"}
    book.customer(f"C{number}", phone=f"1540000{number:04d}")
    book.loan(f"L{number}", before)
    book.fact("loan", YESTERDAY, loan_id=f"L{number}", customer_id=f"C{number}", **terms)
    book.past_due(DAY, f"L{number}", f"C{number}", 1)
    return before


def refusals(book: Book) -> dict[str, str]:
    """What stopped the message to each customer; who got one is not in it."""
    book.publish(TODAY)
    found = {key.partition("|")[0]: reason for key, reason, _ in book.denials(DAY)}
    sent = {key.partition("|")[0] for key in book.tasks(DAY, "sms_reminder")}
    assert sent.isdisjoint(found)
    return found


def test_a_person_is_one_over_several_documents(book: Book) -> None:
    # C1 has the number of C21, who had another one before, which the dead C31 has.
    debtor(book, 1, 1)
    bearer(book, "C21", 2, 1)
    bearer(book, "C31", 2, died_on=EARLIER)
    # Over five others.
    debtor(book, 2, 10)
    for number in range(10, 15):
        bearer(book, f"C{number + 30}", number, number + 1)
    bearer(book, "C32", 15, died_on=EARLIER)
    # The debtor has changed the number himself, and the one between is spelt otherwise.
    debtor(book, 3, 20, 21)
    bearer(book, "c23", 20)
    bearer(book, "C23", 22)
    bearer(book, "C33", 22, died_on=EARLIER)
    # Who has nothing of them is somebody else, and who is one of three living is free.
    debtor(book, 4, 40)
    debtor(book, 5, 50)
    bearer(book, "C25", 50, 51)
    bearer(book, "C35", 51)
    held = dict.fromkeys(("C1", "C2", "C3"), "same_person_protected")
    assert refusals(book) == held
    others = {q.customer_id: q.inputs for q in open_questions(book.warehouse)}
    for customer_id, other in (("C1", "C31"), ("C2", "C32"), ("C3", "C33")):
        assert others[customer_id].startswith(f"the same person as customer {other}; deceased")
    release = Release("same_person", "C1", other_customer_id="C31")
    append_releases(book.warehouse, (release,), released_by="Wang", reason="asked", released_on=DAY)
    assert set(refusals(book)) == {"C2", "C3"}


def test_what_was_typed_in_place_of_a_number_links_nobody(book: Book) -> None:
    debtor(book, 1, 1)
    for customer_id, numbers in (("C21", (1,)), ("C31", (2,))):
        bearer(book, customer_id, *numbers, died_on=EARLIER if customer_id == "C31" else None)
        book.customer(customer_id, EARLIER, phone=None, id_number="000000000000000000")
    assert refusals(book) == {}


def privacy(book: Book, customer_id: str, kind: str, **terms: str) -> None:
    asked = {"received_at": MORNING, "request_state": "received", "request_kind": kind}
    book.fact("privacy_request", EARLIER, request_id="Q", customer_id=customer_id, **asked, **terms)


def plant(book: Book, kind: str, customer_id: str) -> None:
    """One protection of a customer, which names no loan."""
    if kind == "death":
        book.customer(customer_id, EARLIER, phone=None, deceased_on=EARLIER)
    elif kind == "opt-out":
        privacy(book, customer_id, "channel_opt_out", channel="sms")
    elif kind == "withdrawal":
        privacy(book, customer_id, "consent_withdrawal")
    elif kind == "restriction":
        privacy(book, customer_id, "restriction")
    elif kind == "complaint":
        terms = {"complaint_kind": "conduct", "complaint_state": "received", "received_at": MORNING}
        book.fact("complaint", EARLIER, complaint_id="K", customer_id=customer_id, **terms)
    elif kind == "doubtful":
        book.hold(customer_id, YESTERDAY, EARLIER, hold_kind="dispute")
    else:
        book.hold(customer_id, EARLIER, hold_kind=kind)


KINDS = (
    "death",
    "opt-out",
    "withdrawal",
    "restriction",
    "complaint",
    "doubtful",
    "bankruptcy",
    "dispute",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_protects_the_debtor_of_before_goes_on_with_the_loan(book: Book, kind: str) -> None:
    before = moved(book, 1)
    plant(book, kind, before)
    # The loan of another has moved too, and nothing protected its debtor.
    moved(book, 2)
    assert refusals(book) == {"C1": "same_person_protected"}
    asked = [q for q in open_questions(book.warehouse) if q.customer_id == "C1"]
    assert [q.kind for q in asked] == ["same_person"]
    assert asked[0].inputs.startswith(f"the same person as customer {before}, by loan L1 that")
    append_releases(
        book.warehouse,
        (Release("same_person", "C1", other_customer_id="D1"),),
        released_by="Wang",
        reason="the debt was taken over",
        released_on=DAY,
    )
    assert refusals(book) == {}


def test_a_loan_that_moved_to_another_number_of_a_person_is_followed_on(book: Book) -> None:
    before = moved(book, 1)
    book.customer(before, LONG_AGO + timedelta(days=1), phone=None, id_number=document(1))
    bearer(book, "C31", 1, died_on=EARLIER)
    assert refusals(book) == {"C1": "same_person_protected"}


def test_no_case_goes_on_that_the_debtor_of_before_is_protected_from(book: Book) -> None:
    for number in (1, 2):
        moved(book, number)
    book.forget_stages(DAY)
    for number in (1, 2):
        book.past_due(DAY, f"L{number}", f"C{number}", 95, amount="300.00")
    plant(book, "death", "D1")
    run(book, DAY)
    assert states(book, DAY) == {"L1": "suspended", "L2": "awaiting_approval"}
    assert [row["借据号"] for row in rows_of(book, DAY, PREPARATION)] == ["L2"]


def one_person(book: Book, number: int) -> None:
    """C<n>, whose claim is 300.00 and 95 days past due, is also customer C<n+100>."""
    book.customer(f"C{number}", phone=f"1540000{number:04d}", id_number=document(number))
    book.customer(f"C{number + 100}", phone=None, id_number=document(number))
    book.loan(f"L{number}", f"C{number}")
    book.past_due(FIRST, f"L{number}", f"C{number}", 95, amount="300.00")


def test_what_comes_under_the_other_number_after_the_question_stops_the_approval(
    book: Book,
) -> None:
    for number in range(1, 9):
        one_person(book, number)
    kinds = {1: "bankruptcy", 2: "dispute", 3: "performing_plan", 4: "bankruptcy", 8: "bankruptcy"}
    for number, kind in kinds.items():
        # Of C8 it is known on the date, and has begun when the file is worked on.
        told_on, began_on = (FIRST, FIRST + timedelta(days=3)) if number == 8 else (NEXT, THIRD)
        told_of = f"C{number if number == 4 else number + 100}"
        told = {"customer_id": told_of, "hold_kind": kind, "starts_on": began_on}
        book.fact("hold", told_on, hold_id=f"H{number}", **told)
    # A complaint two nights loaded; one of somebody else is nobody's of these.
    for number in (106, 200):
        book.fact(
            "complaint",
            THIRD,
            complaint_id=f"M{number}",
            customer_id=f"C{number}",
            received_at=datetime.combine(THIRD, time(10)),
            complaint_kind="conduct",
            complaint_state="received",
        )
    run(book, FIRST)
    request = question(book, FIRST)
    book.loaded(NEXT, "hold", load_no=2)
    book.loaded(THIRD, "complaint", load_no=3)
    book.answer(request, "ann")
    assert sorted(row["借据号"] for row in rows_of(book, FIRST, APPROVED)) == ["L5", "L7"]
