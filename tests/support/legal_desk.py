"""What tests of legal cases share: nights, questions, files, and whatever protects a debtor."""

import csv
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from postloan.business_date import BusinessDay
from postloan.legal.approve_legal_cases import Request, ask
from tests.support.decision_book import Book

FIRST = date(2026, 11, 18)
NEXT = FIRST + timedelta(days=1)
THIRD = FIRST + timedelta(days=2)
PREPARATION, APPROVED = "legal_preparation", "legal_case_approved"

Change = Callable[[Book, date, int], None]


def day(on: date) -> BusinessDay:
    """A business date that follows the one before it."""
    return BusinessDay(on, 1, on - timedelta(days=1))


def run(book: Book, on: date) -> dict[str, int]:
    """A night: prepare, publish; counts of the preparation."""
    counts = dict(book.prepare(day(on)).counts)
    book.publish(day(on))
    return counts


def question(book: Book, on: date) -> Request:
    """What is asked as of a date; something must be."""
    request = ask(book.warehouse, on)
    assert request is not None
    return request


def rows_of(book: Book, on: date, queue: str, kind: str = "") -> list[dict[str, str]]:
    """All rows of the published files of a queue on a date: tasks, or recalls."""
    files = sorted((book.outbox / on.isoformat() / queue).glob("r*/*.csv"))
    found: list[dict[str, str]] = []
    for file in files:
        if ("recall" in file.name) == (kind == "recall"):
            found += csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    return found


def recalls(book: Book, on: date, queue: str = APPROVED) -> list[str]:
    """Reasons of the recalls of a queue on a date."""
    return [row["撤回原因"] for row in rows_of(book, on, queue, "recall")]


def recalled(book: Book, on: date, queue: str = APPROVED) -> dict[str, str]:
    """Loan -> why its task was recalled on a date, without the words that all reasons share."""
    select = "select task_id, loan_id from task where loan_id is not null"
    loans: dict[str, str] = dict(book.warehouse.fetch(select))
    rows = rows_of(book, on, queue, "recall")
    return {loans[r["任务编号"]]: r["撤回原因"].removeprefix(f"案件已于 {on} ") for r in rows}


def states(book: Book, on: date) -> dict[str, str]:
    """Loan -> how its case stands."""
    select = "select loan_id, case_state from legal_case_state"
    return dict(book.warehouse.fetch(select, {"business_date": on}))


def state(book: Book, on: date) -> str:
    """How the one case stands."""
    (found,) = states(book, on).values()
    return found


def was_reached(book: Book, *loans: str) -> None:
    """A message was delivered about the loans, so that their files have evidence of dunning."""
    for loan in loans:
        book.fact(
            "contact_outcome",
            FIRST - timedelta(days=2),
            outcome_id=f"O{loan}",
            customer_id=loan.replace("L", "C"),
            loan_id=loan,
            channel="sms",
            attempted_at=datetime.combine(FIRST - timedelta(days=2), time(10)),
            counterpart="nobody",
            result="delivered",
        )


def approved_case(book: Book) -> None:
    """One case of 300.00, approved on the first day."""
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 1
    assert len(rows_of(book, FIRST, APPROVED)) == 1


def dies(book: Book, on: date, number: int = 1) -> None:
    """The customer has died."""
    phone = f"1540000{number:04d}"
    book.customer(f"C{number}", on, phone=phone, deceased_on=on)


def disputes(book: Book, on: date, number: int = 1, ends_on: date | None = None) -> None:
    """The customer disputes the debt."""
    book.fact(
        "hold",
        on,
        hold_id=f"H{number}",
        customer_id=f"C{number}",
        hold_kind="dispute",
        starts_on=on if ends_on is None else NEXT,
        ends_on=ends_on,
    )


def complains(book: Book, on: date, number: int = 1) -> None:
    """The customer complains."""
    book.fact(
        "complaint",
        on,
        complaint_id=f"M{number}",
        customer_id=f"C{number}",
        received_at=datetime.combine(on, time(10)),
        complaint_kind="conduct",
        channel="phone",
        complaint_state="received",
    )


def agrees_on_a_plan(book: Book, on: date, number: int = 1) -> None:
    """A plan was approved."""
    book.fact(
        "plan_request",
        on,
        request_id=f"R{number}",
        customer_id=f"C{number}",
        loan_id=f"L{number}",
        plan_kind="extension",
        requested_on=on,
        decision="approved",
        decided_on=on,
    )


def is_paused(book: Book, on: date, number: int = 1) -> None:
    """The loan is paused."""
    book.pause(f"L{number}", on, None, received_on=on)


def asks_for_deletion(book: Book, on: date, number: int = 1) -> None:
    """The customer wants the data deleted."""
    book.fact(
        "privacy_request",
        on,
        request_id=f"Q{number}",
        customer_id=f"C{number}",
        request_kind="deletion",
        received_at=datetime.combine(on, time(10)),
        request_state="received",
    )


PROTECTIONS: tuple[Change, ...] = (
    dies,
    disputes,
    complains,
    agrees_on_a_plan,
    is_paused,
    asks_for_deletion,
)


def court(book: Book, on: date, kind: str = "lawsuit", number: int = 1, **values: object) -> None:
    """What a court does about a loan."""
    fields = {
        "event_id": f"E{book.line}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        **values,
    }
    book.fact("legal_event", on, event_kind=kind, happened_on=on, **fields)
