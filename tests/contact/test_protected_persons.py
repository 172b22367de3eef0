"""A person stays protected under every number, loan and spelling: no message, and a reason."""

from datetime import date, timedelta
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.contact.restrictions.questions import open_questions
from postloan.contact.restrictions.release import Release, append_releases
from tests.support.decision_book import LONG_AGO, Book

DAY = date(2026, 11, 20)
EARLIER, YESTERDAY = DAY - timedelta(days=9), DAY - timedelta(days=1)
TODAY = BusinessDay(DAY, 1, YESTERDAY)
IDENTITY, CHILD = "11010119900101001X", "110101201205060012"
PASSPORT, PLACEHOLDER, DEFAULT = "E12345678", "000000000000000000", "110101199003070000"


def debtor(book: Book, number: int) -> str:
    book.debtor(DAY, number, 1)
    return f"C{number}"


def told(book: Book, customer_id: str, on: date, **values: Any) -> None:
    """A later row of a customer whose number of the telephone stays."""
    number = int(customer_id.removeprefix("C"))
    book.customer(customer_id, on, **{"phone": f"1540000{number:04d}", **values})


def status(book: Book, customer_id: str, code: str, on: date = EARLIER, system: str = "cn") -> None:
    values = {"institution_id": "U1", "effective_on": EARLIER, "code_system": system}
    book.fact("enrolment", on, customer_id=customer_id, status_code=code, **values)


def hold_on_one_of_two_loans(book: Book, customer_id: str, kind: str) -> None:
    """The hold names a loan that is not the one past due."""
    loan_id = f"L9{customer_id}"
    book.loan(loan_id, customer_id)
    book.hold(customer_id, EARLIER, hold_kind=kind, loan_id=loan_id)


def refusals(book: Book) -> dict[str, str]:
    """What stopped the message to each customer; who got one is not in it."""
    book.publish(TODAY)
    found = {key.partition("|")[0]: reason for key, reason, _ in book.denials(DAY)}
    sent = {key.partition("|")[0] for key in book.tasks(DAY, "sms_reminder")}
    assert sent.isdisjoint(found)
    return found


def test_a_code_that_nobody_can_read_holds_until_it_is_mapped_mended_or_released(
    book: Book,
) -> None:
    unclear = {1: ("情况不明", "cn"), 2: ("D", "cn"), 3: ("11", "nsc"), 4: ("011", "cn")}
    deaths = {5: "死亡", 6: "已 去世", 7: "Deceased", 8: " １１ "}
    for number, (code, system) in unclear.items():
        status(book, debtor(book, number), code, system=system)
    for number, word in deaths.items():
        status(book, debtor(book, number), word)
    status(book, debtor(book, 9), "01")
    status(book, debtor(book, 10), "77")
    status(book, "C10", "01", YESTERDAY)
    assert refusals(book) == {
        **{f"C{n}": "hold_unclear_status" for n in unclear},
        **{f"C{n}": "deceased" for n in deaths},
    }
    assert [q.customer_id for q in open_questions(book.warehouse)] == [f"C{n}" for n in unclear]
    release = Release("unclear_status", "C1")
    append_releases(book.warehouse, (release,), released_by="Wang", reason="asked", released_on=DAY)
    assert set(refusals(book)) == {"C2", "C3", "C4", "C5", "C6", "C7", "C8"}


def test_a_hold_of_the_person_holds_all_loans_and_one_of_a_loan_that_has_ended_too(
    book: Book,
) -> None:
    for number, kind in enumerate(("bankruptcy", "complaint", "dispute"), start=1):
        hold_on_one_of_two_loans(book, debtor(book, number), kind)
    # A plan is agreed for one loan; what it names has another number by now.
    hold_on_one_of_two_loans(book, debtor(book, 4), "performing_plan")
    hold_on_one_of_two_loans(book, debtor(book, 5), "performing_plan")
    book.loan("L9C5", "C5", loan_status="settled", status_on=EARLIER)
    complaint = {"complaint_id": "K6", "customer_id": debtor(book, 6), "loan_id": "L9C6"}
    book.loan("L9C6", "C6")
    terms = {"received_at": EARLIER, "complaint_kind": "conduct", "complaint_state": "received"}
    book.fact("complaint", EARLIER, **complaint, **terms)
    assert refusals(book) == {
        "C1": "hold_bankruptcy",
        "C2": "hold_complaint",
        "C3": "hold_dispute",
        "C5": "hold_performing_plan",
        "C6": "hold_complaint",
    }


def test_a_pause_lasts_on_for_what_its_loan_goes_on_as(book: Book) -> None:
    new = {"disbursed_on": YESTERDAY}
    cases: dict[int, tuple[date, date | None, date, dict[str, Any]]] = {
        # When the pause began and ends, when the other loan was first told of, and its terms.
        1: (EARLIER, None, YESTERDAY, {}),
        2: (EARLIER, DAY + timedelta(days=5), YESTERDAY, new),
        3: (EARLIER, None, YESTERDAY, {"disbursed_on": date(2062, 1, 1)}),
        # It ended before its loan did; it was taken back; the other loan was there before it.
        4: (EARLIER, YESTERDAY, YESTERDAY, {}),
        5: (EARLIER, None, LONG_AGO, {}),
        6: (YESTERDAY, None, EARLIER, {}),
    }
    for number, (starts_on, ends_on, told_on, terms) in cases.items():
        customer_id, loan_id, old = f"C{number}", f"L{number}", f"L9C{number}"
        book.customer(customer_id, phone=f"1540000{number:04d}")
        book.loan(old, customer_id)
        book.loan(old, customer_id, received_on=DAY, loan_status="settled", status_on=DAY)
        book.loan(loan_id, customer_id, received_on=told_on, **terms)
        book.past_due(DAY, loan_id, customer_id, 1)
        book.pause(old, starts_on, ends_on, received_on=starts_on)
    # What was paid out long after the end of the other is a new loan.
    book.customer("C7", phone="15400000007")
    book.loan("L9C7", "C7", loan_status="settled", status_on=date(2026, 3, 1))
    book.pause("L9C7", date(2026, 2, 1))
    book.loan("L7", "C7", received_on=EARLIER, disbursed_on=EARLIER)
    book.past_due(DAY, "L7", "C7", 1)
    assert refusals(book) == dict.fromkeys(("C1", "C2", "C3"), "paused")
    asked = [(q.kind, q.customer_id) for q in open_questions(book.warehouse)]
    assert asked == [("doubtful_hold", f"C{number}") for number in (1, 2, 3)]
    release = Release("doubtful_hold", "C1")
    append_releases(book.warehouse, (release,), released_by="Wang", reason="asked", released_on=DAY)
    assert set(refusals(book)) == {"C2", "C3"}


def test_an_extension_that_was_approved_is_a_plan(book: Book) -> None:
    for number, decision in enumerate(("approved", "rejected", None), start=1):
        debtor(book, number)
        decided_on = EARLIER if decision else None
        terms = {"requested_on": EARLIER, "reason_code": "family", "decided_on": decided_on}
        request = {"request_id": f"E{number}", "loan_id": f"L{number}", "decision": decision}
        book.fact("extension_request", EARLIER, **request, **terms)
    assert refusals(book) == {"C1": "hold_approved_plan"}


def test_an_answer_that_contradicts_itself_may_have_been_an_approval(book: Book) -> None:
    def extension(number: int, decision: str | None, on: date = EARLIER, **told: Any) -> None:
        terms = {"requested_on": EARLIER, "reason_code": "family", "decision": decision}
        key = {"request_id": f"E{number}", "loan_id": f"L{number}"}
        book.fact("extension_request", on, **key, **terms, **told)

    def plan(number: int, decision: str, on: date = EARLIER, **told: Any) -> None:
        key = {"request_id": f"Q{number}", "customer_id": f"C{number}", "loan_id": f"L{number}"}
        terms = {"plan_kind": "extension", "requested_on": EARLIER, "decision": decision}
        book.fact("plan_request", on, **key, **terms, **told)

    for number in range(1, 11):
        debtor(book, number)
    extension(1, None, decided_on=YESTERDAY, instalments_granted=3)
    extension(2, None, days_granted=30)
    extension(3, "rejected", decided_on=YESTERDAY, instalments_granted=3)
    plan(4, "pending", decided_on=YESTERDAY)
    plan(5, "pending", decided_on=YESTERDAY)
    # Open, refused, and an approval that was taken back are what they say.
    extension(6, None, instalments_asked=3)
    extension(7, "rejected", decided_on=YESTERDAY, instalments_granted=0)
    extension(8, "withdrawn", decided_on=YESTERDAY, instalments_granted=3)
    plan(9, "pending")
    plan(10, "refused", decided_on=YESTERDAY)
    held = ("C1", "C2", "C3", "C4", "C5")
    assert refusals(book) == dict.fromkeys(held, "hold_approved_plan")
    asked = [(q.kind, q.customer_id) for q in open_questions(book.warehouse)]
    assert asked == [("doubtful_hold", customer_id) for customer_id in held]
    # A corrected row ends the doubt, or a person does.
    plan(5, "pending", DAY)
    release = Release("doubtful_hold", "C1")
    append_releases(book.warehouse, (release,), released_by="Wang", reason="asked", released_on=DAY)
    assert set(refusals(book)) == {"C2", "C3", "C4"}


@pytest.mark.parametrize(
    "later", [None, "1101O11990{}", "11010119900101{}099"], ids=["blank", "garbled", "changed"]
)
def test_an_identity_that_was_told_once_protects_on(book: Book, later: str | None) -> None:
    told(book, debtor(book, 1), EARLIER, id_number=IDENTITY)
    book.customer("C90", EARLIER, id_number=IDENTITY.lower(), phone=None, deceased_on=EARLIER)
    told(book, debtor(book, 2), EARLIER, id_number=CHILD)
    told(book, debtor(book, 3), EARLIER, birth_on=date(2012, 5, 6))
    told(book, debtor(book, 4), EARLIER, id_number=PASSPORT)
    book.customer("C94", EARLIER, id_number="e 12345678", phone=None, birth_on=date(2012, 5, 6))
    for number in range(1, 5):
        id_number = later.format(number) if later else None
        told(book, f"C{number}", YESTERDAY, id_number=id_number)
    assert refusals(book) == {
        "C1": "same_person_protected",
        "C2": "minor",
        "C3": "minor",
        "C4": "same_person_protected",
    }
    kinds = [(q.kind, q.customer_id) for q in open_questions(book.warehouse)]
    assert kinds == [("minor", "C2"), ("minor", "C3"), ("same_person", "C1"), ("same_person", "C4")]


WRITTEN = (
    "11010119900101001x",
    "110101 19900101 001X",
    "110101-19900101-001X",
    "１１０１０１１９９００１０１００１ｘ",
    "110101900101001",
    "110101 900101 001",
    "１１０１０１９００１０１００１",
    "11010119900101001",
    "身份证：11010119900101001X",
    "ID 11010119900101001X",
    "11010119900101001X（居民身份证）",
    "'11010119900101001X",
)


@pytest.mark.parametrize("is_living", [True, False], ids=["of the living", "of the dead"])
def test_one_identity_number_is_one_person_however_it_is_written(
    book: Book, is_living: bool
) -> None:
    for number, written in enumerate((*WRITTEN, "ｐ １２３４ ５６７Ｃ"), start=1):
        plain = "P1234567C" if number > len(WRITTEN) else IDENTITY
        # Ten have one number: more than that is nobody's.
        region = f"{110101 + number:06}"
        mine, theirs = (written, plain) if is_living else (plain, written)
        told(book, debtor(book, number), EARLIER, id_number=of_region(mine, region))
        book.customer(
            f"C{900 + number}",
            EARLIER,
            id_number=of_region(theirs, region),
            phone=None,
            deceased_on=EARLIER,
        )
    # Neighbours whose numbers differ in one place are other people.
    told(book, debtor(book, 80), EARLIER, id_number="110181199001010015")
    told(book, debtor(book, 81), EARLIER, id_number="Q1234567C")
    everybody = {f"C{n}": "same_person_protected" for n in range(1, len(WRITTEN) + 2)}
    assert refusals(book) == everybody


def of_region(identity: str, region: str) -> str:
    wide = region.translate({ord(str(n)): ord("０") + n for n in range(10)})
    return identity.replace("110101", region).replace("１１０１０１", wide)


def test_what_was_typed_in_place_of_a_number_makes_nobody_the_dead(book: Book) -> None:
    told(book, debtor(book, 1), EARLIER, id_number=PLACEHOLDER)
    book.customer("C91", EARLIER, id_number=PLACEHOLDER, phone=None, deceased_on=EARLIER)
    told(book, debtor(book, 2), EARLIER, id_number=DEFAULT)
    for number in range(30, 40):
        book.customer(f"C{number}", EARLIER, id_number=DEFAULT, phone=None, deceased_on=EARLIER)
    # A check digit that is wrong makes no placeholder.
    told(book, debtor(book, 3), EARLIER, id_number="110101199001010010")
    book.customer("C93", EARLIER, id_number="110101199001010010", phone=None, deceased_on=EARLIER)
    assert refusals(book) == {"C3": "same_person_protected"}
