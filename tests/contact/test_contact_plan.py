"""Whom the plan wishes to contact: at or past the day, once a stage, one task a customer."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.publication.release_go_live import release
from tests.support.decision_book import Book

FIRST = date(2026, 11, 20)


def on(days: int) -> date:
    return FIRST + timedelta(days=days)


def day(date_: date, *, is_opening: bool = False) -> BusinessDay:
    return BusinessDay(date_, 1, None if is_opening else date_ - timedelta(days=1), is_opening)


def task(book: Book, queue: str, column: str) -> Any:
    """A column of the only task of a queue, or of what it says."""
    source = "task" if column in catalogue().tables["task"].column_names else f"{queue}_payload"
    where = f"where queue = '{queue}'" if source == "task" else ""
    return book.warehouse.scalar(f"select {column} as v from {source} {where}")


def run(book: Book, first_dpd: int, days: int) -> dict[str, list[int]]:
    """Days past due on which each queue sent a task to one customer, over consecutive days."""
    book.customer("C1")
    book.loan("L1", "C1")
    sent: dict[str, list[int]] = {"sms_reminder": [], "call_list": []}
    for offset in range(days):
        book.past_due(
            on(offset), "L1", "C1", first_dpd + offset, episode_started_on=on(1 - first_dpd)
        )
        book.publish(day(on(offset)))
        for queue, dates in sent.items():
            if book.tasks(on(offset), queue):
                dates.append(first_dpd + offset)
    return sent


@pytest.mark.parametrize(
    ("days_past_due", "sms", "call"), [(1, 1, 0), (7, 1, 0), (8, 1, 1), (15, 1, 1), (95, 1, 1)]
)
def test_a_queue_owes_its_first_task_at_or_past_its_day(
    book: Book, days_past_due: int, sms: int, call: int
) -> None:
    book.debtor(FIRST, 1, days_past_due)
    book.publish(day(FIRST))
    assert len(book.tasks(FIRST, "sms_reminder")) == sms
    assert len(book.tasks(FIRST, "call_list")) == call


def test_the_month_of_a_debtor_keeps_to_the_house_ceiling(book: Book) -> None:
    sent = run(book, 1, 36)
    assert sent == {"sms_reminder": [1, 15, 30], "call_list": [8, 15, 22, 29, 30, 33, 36]}


def test_missed_nights_give_exactly_one_task(book: Book) -> None:
    book.debtor(FIRST, 1, 13)
    book.publish(day(FIRST))
    book.past_due(on(4), "L1", "C1", 17)
    book.publish(day(on(4)))
    book.past_due(on(5), "L1", "C1", 18)
    book.publish(day(on(5)))
    # The stage began on day 15, when nothing ran.
    assert book.tasks(on(4), "sms_reminder") == ["C1|CNY"]
    assert book.tasks(on(5), "sms_reminder") == []


def test_a_new_episode_begins_anew(book: Book) -> None:
    book.debtor(FIRST, 1, 5)
    book.publish(day(FIRST))
    book.past_due(on(3), "L1", "C1", 1)
    book.publish(day(on(3)))
    assert book.tasks(on(3), "sms_reminder") == ["C1|CNY"]


def test_no_task_on_the_due_date_itself(book: Book) -> None:
    # A house that counts the due date as day 1.
    book.debtor(FIRST, 1, 1, oldest_unpaid_due_on=FIRST)
    book.debtor(FIRST, 2, 1, oldest_unpaid_due_on=FIRST - timedelta(days=1))
    book.publish(day(FIRST))
    assert book.tasks(FIRST, "sms_reminder") == ["C2|CNY"]


def test_cured_loans_get_nothing(book: Book) -> None:
    book.debtor(FIRST, 1, 0, amount="0.00")
    book.publish(day(FIRST))
    assert book.tasks(FIRST, "sms_reminder") == []


def test_one_task_per_customer_and_currency_with_each_loan_in_its_own_amount(book: Book) -> None:
    book.debtor(FIRST, 1, 5, amount="100.00")
    for loan, days, amount, currency in (("L2", 9, "50.00", "CNY"), ("L3", 2, "7.00", "USD")):
        book.loan(loan, "C1", currency=currency)
        book.past_due(FIRST, loan, "C1", days, amount, currency=currency)
    book.publish(day(FIRST))
    assert book.tasks(FIRST, "sms_reminder") == ["C1|CNY", "C1|USD"]
    assert book.tasks(FIRST, "call_list") == ["C1|CNY"]
    found = [
        task(book, "call_list", column)
        for column in ("loan_amounts", "amount_due", "loan_count", "days_past_due")
    ]
    assert found == ["L1: 100.00; L2: 50.00", Decimal("150.00"), 2, 9]


def test_students_get_their_own_words(book: Book) -> None:
    book.debtor(FIRST, 1, 8)
    book.fact("customer", FIRST, customer_id="C1", phone="15400000001", customer_group="student")
    book.publish(day(FIRST))
    assert task(book, "sms_reminder", "template_id") == "SMS-REMINDER-STUDENT"
    assert task(book, "call_list", "script_id") == "CALL-REMINDER-STUDENT"


def test_contacts_are_planned_for_the_next_day_within_the_allowed_hours(book: Book) -> None:
    book.debtor(FIRST, 1, 1)
    book.publish(day(FIRST))
    assert task(book, "sms_reminder", "window_start") == "2026-11-21 08:00"
    assert task(book, "sms_reminder", "window_end") == "2026-11-21 22:00"


def test_the_opening_sends_nothing_outside_and_lists_what_is_owed(book: Book) -> None:
    book.debtor(FIRST, 1, 20, amount="80.00")
    result = book.publish(day(FIRST, is_opening=True))
    assert {p.name for p in (book.outbox / str(FIRST)).iterdir()} == {
        "go_live",
        "legal_preparation",
        "multi_lender_alert",
        "student_alert",
    }
    assert result.counts["tasks_go_live"] == 2
    assert book.tasks(FIRST, "go_live") == ["call_list|C1|CNY", "sms_reminder|C1|CNY"]
    assert book.warehouse.scalar("select count(*) as n from task where phone is not null") == 0


def test_what_the_opening_found_waits_for_a_person(book: Book) -> None:
    book.debtor(FIRST, 1, 20)
    book.publish(day(FIRST, is_opening=True))
    for offset in (1, 2):
        book.past_due(on(offset), "L1", "C1", 20 + offset)
        book.publish(day(on(offset)))
        assert book.tasks(on(offset), "sms_reminder") == []
    with pytest.raises(PostloanError, match="needs the person"):
        release(book.warehouse, on(2), "")
    results = [release(book.warehouse, on(2), "head of collections") for _ in range(2)]
    assert results[0] == results[1]
    assert results[0].counts == {"released_call_list": 1, "released_sms_reminder": 1}
    book.publish(day(on(2)))
    assert book.tasks(on(2), "sms_reminder") == []
    book.past_due(on(3), "L1", "C1", 23, "60.00")
    book.publish(day(on(3)))
    assert book.tasks(on(3), "sms_reminder") == ["C1|CNY"]
    assert task(book, "sms_reminder", "amount_due") == Decimal("60.00")


def test_a_stage_entered_after_the_opening_needs_no_release(book: Book) -> None:
    book.debtor(FIRST, 1, 14)
    book.publish(day(FIRST, is_opening=True))
    book.past_due(on(1), "L1", "C1", 15)
    book.publish(day(on(1)))
    assert book.tasks(on(1), "sms_reminder") == ["C1|CNY"]


def test_what_was_paid_before_the_release_is_not_sent(book: Book) -> None:
    book.debtor(FIRST, 1, 20)
    book.publish(day(FIRST, is_opening=True))
    release(book.warehouse, FIRST, "head of collections")
    book.past_due(on(1), "L1", "C1", 0, "0.00")
    book.publish(day(on(1)))
    assert book.tasks(on(1), "sms_reminder") == []
