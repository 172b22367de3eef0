"""A book of a few loans that is staged and published night by night."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from postloan.business_day.ledger import read_book
from postloan.business_day.result import StepResult
from postloan.legal.start_legal_preparation import start_legal_preparation
from postloan.publication.publish_task_files import publish_task_files
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.warehouse import Warehouse
from tests.delinquency.book import Book, day

Rows = list[list[str]]
DUE = "04-15"


@dataclass
class Lender:
    """A book of a few loans that is staged and published night by night."""

    book: Book
    outbox: Path
    lines: int = 1000

    @property
    def warehouse(self) -> Warehouse:
        return self.book.warehouse

    def borrower(self, number: int, *due_on: str, **terms: Any) -> None:
        """Customer `C<n>` with the loan `L<n>`; instalments of 100.00."""
        self.warehouse.append_rows(
            "customer",
            [
                {
                    "customer_id": f"C{number}",
                    "customer_name": "测试甲",
                    "phone": f"1540000{number:04d}",
                    "received_on": date(2026, 1, 1),
                    "line_no": number + 1,
                }
            ],
        )
        self.book.loan(f"L{number}", customer_id=f"C{number}")
        self.book.due(*(due_on or (DUE,)), loan_id=f"L{number}", **terms)

    def paid(self, number: int, on: str, received: str, amount: str = "100.00") -> None:
        """A payment on the first instalment."""
        self.book.paid(
            on, amount, loan_id=f"L{number}", instalment=1, due_on=DUE, received=received
        )

    def told(self, feed: str, received: str, **values: Any) -> None:
        """One row of a feed, received on a date; the ledger knows the delivery."""
        self.lines += 1
        row = {**values, "received_on": day(received), "line_no": self.lines}
        self.warehouse.append_rows(feed, [row])
        self.delivered(received, feed)

    def delivered(self, on: str, feed: str = "repayment") -> None:
        """The ledger knows a delivery of that date."""
        key = {"business_date": day(on), "feed": feed}
        row = {
            **key,
            "source": "core_banking",
            "revision": 1,
            "is_opening": False,
            "file_name": f"{feed}.csv",
            "file_sha256": "a" * 64,
            "contract_version": "1.0.0",
            "rows_in": 1,
            "rows_loaded": 1,
            "rows_quarantined": 0,
        }
        self.warehouse.replace_slice("delivery", key, [row])

    def shut(self, on: str, *, is_shut: bool = True) -> None:
        """A gate of the date is shut, or opened again."""
        rows = [
            {
                "business_date": day(on),
                "check_name": "row_count",
                "feed": "repayment",
                "column_name": "",
                "gate": "completeness",
                "revision": 1,
                "outcome": "failed",
                "file_sha256": "a" * 64,
                "message_zh": "行数过少",
                "message_en": "Too few rows",
                "rule_id": "contact_gates",
                "rule_version": "test",
            }
        ]
        self.warehouse.write_rows("gate_check", day(on), rows if is_shut else [])

    def suppress(self, on: str) -> StepResult:
        """What is loaded by now is held against the files of a date."""
        return suppress_contacts(self.warehouse, day(on), self.outbox, self.outbox.parent)

    def recalls(self) -> list[tuple[str, str, str, str]]:
        """(date of the recall, date of the task, customer, kind) of every recall of a message."""
        return [
            (str(on), str(task_date), customer, kind)
            for on, task_date, customer, kind in self.warehouse.fetch(
                "select business_date, task_date, customer_id, recall_kind from task_recall "
                "where queue = 'sms_reminder' order by 1, 2, 3, 4"
            )
        ]

    def night(self, on: str) -> StepResult:
        """Stage and publish one date, for the first time or again."""
        self.book.night(on)
        return self.publish(on)

    def publish(self, on: str) -> StepResult:
        record = read_book(self.warehouse)[day(on)]
        start_legal_preparation(self.warehouse, record.day)
        return publish_task_files(self.warehouse, record.day, self.outbox)

    def opened(self, on: str, last: str) -> None:
        """The book is opened on one date, and the dates after it are run."""
        self.book.night(on)
        self.nights((day(on) + timedelta(days=1)).isoformat(), last)

    def nights(self, first: str, last: str) -> None:
        """Stage and publish every date in turn."""
        on = day(first)
        while on <= day(last):
            self.night(on.isoformat())
            on += timedelta(days=1)

    def recalled(self, queue: str = "sms_reminder") -> list[tuple[str, Rows]]:
        """Every list of recalls in the outbox by its date, without the header."""
        found = []
        for path in sorted(self.outbox.glob(f"*/{queue}/r*/*_recall.csv")):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.reader(stream))[1:]
            if rows:
                found.append((path.parts[-4], rows))
        return found

    def task(self, number: int, on: str, queue: str = "sms_reminder") -> str:
        """The task of a customer in the file of a date."""
        return str(self.task_or_none(number, on, queue))

    def task_or_none(self, number: int, on: str, queue: str = "sms_reminder") -> str | None:
        """The task of a customer in the file of a date, if there is one."""
        found = self.warehouse.fetch(
            "select task_id from task where business_date = cast($on as date) "
            "and customer_id = $customer and queue = $queue and task_action = 'added'",
            {"on": day(on), "customer": f"C{number}", "queue": queue},
        )
        return found[0][0] if found else None

    def count(self, queue: str) -> int:
        """Tasks that a queue has ever asked for."""
        return int(
            self.warehouse.scalar(
                "select count(*) as n from task where queue = $queue and task_action = 'added'",
                {"queue": queue},
            )
        )

    def added(self, on: str) -> int:
        """Contacts that the files of a date ask for, in all revisions."""
        return int(
            self.warehouse.scalar(
                "select count(*) as n from task where business_date = cast($on as date) "
                "and task_action = 'added' and window_start is not null",
                {"on": day(on)},
            )
        )
