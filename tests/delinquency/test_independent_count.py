"""Counted over the facts alone: whoever is protected later has what stood recalled, once."""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.delinquency.book import Book
from tests.support.nightly_lender import Lender
from tests.support.protecting_facts import PROTECTING

OPENED, FIRST, LAST = date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 20)
NEVER = date(2099, 1, 1)
DEBTORS = 60

# Straight from what was delivered; nothing of the product's own SQL.
PROTECTED = """
    select customer_id, received_on from hold
    union select customer_id, received_on from complaint
    union select customer_id, received_on from customer
        where deceased_on is not null or phone = '12345'
    union select customer_id, received_on from privacy_request where channel is null
    union select customer_id, received_on from contact_outcome where result = 'wrong_number'
    union select customer_id, received_on from emergency_contact
    union select customer_id, received_on from enrolment
    union select 'C' || substr(loan_id, 2), received_on from extension_request
    union select 'C' || substr(loan_id, 2), received_on from pause
    union select 'C' || substr(loan_id, 2), received_on from loan where customer_id = 'C99'
"""

REFUSED_MESSAGES = "select customer_id, received_on from privacy_request where channel = 'sms'"
"""Whoever wants no messages may be called."""

RENUMBERED = """
    select customer_id, received_on from customer
    where phone like '1540001%' or phone like '1540002%'
"""
"""Whoever has a new number may be called on it; what was asked for on the old one is recalled."""


def in_files(outbox: Path, kind: str) -> list[tuple[date, str, str]]:
    """(date of the file, queue, task) of every row of the contact files of a kind."""
    found = []
    for path in sorted(outbox.glob("*/*/r*/*.csv")):
        queue = path.parts[-3]
        is_recall = path.stem.endswith("_recall")
        if queue in ("sms_reminder", "call_list") and is_recall == (kind == "recalled"):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.reader(stream))[1:]
            found += [(date.fromisoformat(path.parts[-4]), queue, row[0]) for row in rows]
    return found


@pytest.fixture
def lender(warehouse: Warehouse, tmp_path: Path) -> Lender:
    """A book of some debtors who fell due on different days."""
    made = Lender(Book(warehouse), tmp_path / "outbox")
    for number in range(1, DEBTORS + 1):
        due = OPENED - timedelta(days=number % 14)
        made.borrower(number, due.isoformat())
    return made


def test_every_task_of_who_became_protected_later_is_recalled_once(lender: Lender) -> None:
    chance = random.Random(17)  # noqa: S311 (a test)
    facts: dict[date, list[int]] = {}
    for number in chance.sample(range(1, DEBTORS + 1), 2 * len(PROTECTING)):
        facts.setdefault(FIRST + timedelta(days=chance.randrange(1, 10)), []).append(number)
    lender.book.night(OPENED.isoformat())
    kinds = 0
    for on in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)):
        for number in facts.get(on, []):
            PROTECTING[kinds % len(PROTECTING)](lender, number, on.isoformat())
            kinds += 1
        lender.night(on.isoformat())
    assert kinds == 2 * len(PROTECTING)

    rows = lender.warehouse.fetch("select distinct task_id, customer_id from task")
    customer_of = {task: customer for task, customer in rows if customer}
    renumbered: dict[str, date] = dict(lender.warehouse.fetch(RENUMBERED))
    protected: dict[str, date] = {
        c: on for c, on in lender.warehouse.fetch(PROTECTED) if c not in renumbered
    }
    refused: dict[str, date] = dict(lender.warehouse.fetch(REFUSED_MESSAGES))
    assert len(protected) + len(refused) + len(renumbered) == kinds

    def protected_on(queue: str, task: str) -> date:
        customer = customer_of[task]
        messages = refused.get(customer) if queue == "sms_reminder" else None
        return protected.get(customer) or messages or NEVER

    def recalled_on(queue: str, task: str) -> date:
        return renumbered.get(customer_of[task]) or protected_on(queue, task)

    asked = in_files(lender.outbox, "added")
    expected = {
        task: recalled_on(queue, task)
        for on, queue, task in asked
        if on < recalled_on(queue, task) < NEVER
    }
    recalled = in_files(lender.outbox, "recalled")
    assert len(expected) > kinds
    assert Counter(task for _, _, task in recalled) == Counter(expected.keys())
    assert {task: on for on, _, task in recalled} == expected
    # Nobody is asked for from that day on.
    assert [task for on, queue, task in asked if on >= protected_on(queue, task)] == []
