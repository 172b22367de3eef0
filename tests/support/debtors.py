"""Many debtors with one loan each, all owed a message on the day after the book was opened."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.business_day.ledger import CLOSED, read_book
from postloan.contracts import catalogue
from tests.support.beginnings import begin
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.whole_day import run_whole_day

OUTSIDE = ("sms_reminder", "call_list")


def customer(number: int) -> dict[str, Any]:
    """A debtor with a number of the invented block."""
    return {
        "customer_id": f"C{number}",
        "customer_name": "测试甲",
        "customer_group": "employed",
        "phone": f"15400000{number:03}",
    }


@dataclass
class Debtors:
    """What they were sent, read from the files that left the house."""

    lender: Lender

    def open(self, numbers: Iterable[int], due_on: str = OPENING_DAY.isoformat()) -> None:
        """Open the book with a debtor per number: C7 owes 100.00 of L7, due on a day."""
        self.send_book(numbers, due_on)
        begin(self.lender, "opened", lambda: self.run(OPENING_DAY))

    def send_book(self, numbers: Iterable[int], due_on: str = OPENING_DAY.isoformat()) -> None:
        """Send the full book that `open` opens."""
        numbers = list(numbers)
        due = {"due_on": due_on}
        self.lender.send(
            OPENING_DAY,
            customer=[customer(n) for n in numbers],
            loan=[{**LOAN, "loan_id": f"L{n}", "customer_id": f"C{n}"} for n in numbers],
            instalment=[{**INSTALMENT, "loan_id": f"L{n}", **due} for n in numbers],
        )

    def run(self, *days: date) -> None:
        """Take in what was sent for dates, the next day's if none is named, and run them."""
        for day in days or (NEXT_DAY,):
            run_whole_day(self.lender.warehouse, day)
            assert read_book(self.lender.warehouse)[day].state == CLOSED

    def contacted(self, day: date = NEXT_DAY) -> set[str]:
        """Customers in any file of an outside receiver, whatever its revision."""
        return {name for queue in OUTSIDE for name in self.reached(queue, day)}

    def reached(self, queue: str, day: date = NEXT_DAY) -> set[str]:
        """Customers in any file of a queue; outside they are known by their telephone numbers."""
        column = "phone" if queue in OUTSIDE else "customer_id"
        title = catalogue().task_files[queue].table.column(column).title
        found: set[str] = set()
        for path in (self.lender.home / "outbox" / day.isoformat() / queue).rglob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                found |= {row[title] for row in csv.DictReader(stream) if title in row}
        return {f"C{int(value[-3:])}" for value in found} if queue in OUTSIDE else found

    def denials(self, day: date = NEXT_DAY) -> dict[str, set[tuple[str, str]]]:
        """Customer -> reason and inputs of the denials of his message."""
        told: dict[str, set[tuple[str, str]]] = {}
        for customer_id, reason, inputs in self.lender.warehouse.fetch(
            "select customer_id, reason, inputs from contact_denial "
            "where business_date = cast($day as date) and queue = 'sms_reminder'",
            {"day": day},
        ):
            told.setdefault(customer_id, set()).add((reason, inputs))
        return told

    def shut(self, day: date = NEXT_DAY) -> set[tuple[str, str]]:
        """Check and feed of the gates that are shut."""
        return set(
            self.lender.warehouse.fetch(
                "select check_name, feed from gate_check where outcome = 'failed' "
                "and released_by is null and business_date = cast($day as date)",
                {"day": day},
            )
        )
