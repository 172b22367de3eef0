"""A book of a few loans for tests, written the way a reader would tell it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from postloan.business_date import BusinessDay
from postloan.business_day.ledger import CLOSED, read_book
from postloan.contracts import catalogue
from postloan.delinquency.past_due import compute_delinquency
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse

OPENING = date(2026, 1, 1)


def day(text: str) -> date:
    """`04-15` of 2026, or a full ISO date."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


@dataclass
class Book:
    """Facts go in with `loan`, `due`, `paid`, `pause`; answers come out of `past_due`."""

    warehouse: Warehouse
    numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]

    def loan(
        self,
        loan_id: str = "L1",
        *,
        customer_id: str = "C1",
        product: str = "consumer",
        status: str = "active",
        status_on: str | None = None,
        received: str = "2026-01-01",
    ) -> None:
        self.warehouse.append_rows(
            "loan",
            [
                {
                    "loan_id": loan_id,
                    "customer_id": customer_id,
                    "product": product,
                    "currency": "CNY",
                    "loan_status": status,
                    "status_on": day(status_on) if status_on else None,
                    "received_on": day(received),
                    "line_no": 2,
                }
            ],
        )

    def due(
        self,
        *due_on: str,
        loan_id: str = "L1",
        amount: str = "100.00",
        principal: str | None = None,
        interest: str | None = None,
        fee: str | None = None,
        first_no: int = 1,
        received: str = "2026-01-01",
    ) -> None:
        def money(value: str | None) -> Decimal | None:
            return Decimal(value) if value is not None else None

        self.warehouse.append_rows(
            "instalment",
            [
                {
                    "loan_id": loan_id,
                    "instalment_no": no,
                    "due_on": day(d),
                    "amount_due": Decimal(amount),
                    "principal_due": money(principal),
                    "interest_due": money(interest),
                    "fee_due": money(fee),
                    "received_on": day(received),
                    "line_no": no + 1,
                }
                for no, d in enumerate(due_on, start=first_no)
            ],
        )

    def paid(
        self,
        on: str,
        amount: str,
        *,
        instalment: int | None = None,
        due_on: str | None = None,
        loan_id: str = "L1",
        received: str | None = None,
        sign: int = 1,
    ) -> None:
        """`due_on` is the hint that ingestion looks up for a payment that names an instalment."""
        number = next(self.numbers)
        self.warehouse.append_rows(
            "repayment",
            [
                {
                    "repayment_id": f"R{number}",
                    "loan_id": loan_id,
                    "instalment_no": instalment,
                    "paid_on": day(on),
                    "amount": Decimal(amount),
                    "effective_on": day(on),
                    "instalment_due_on": day(due_on) if due_on else None,
                    "signed_amount": sign * Decimal(amount),
                    "received_on": day(received or on),
                    "line_no": number + 1,
                    "booking_part": 1,
                }
            ],
        )

    def reversed_(self, on: str, amount: str, *, received: str, **named: Any) -> None:
        """Takes back a payment of value date `on`, known from `received`."""
        self.paid(on, amount, received=received, sign=-1, **named)

    def pause(
        self,
        starts_on: str,
        ends_on: str | None = None,
        *,
        loan_id: str = "L1",
        pause_id: str | None = None,
        received: str = "2026-01-01",
    ) -> None:
        """A pause from its first day to the day before its end; open while there is none."""
        self.warehouse.append_rows(
            "pause",
            [
                {
                    "pause_id": pause_id or f"P{next(self.numbers)}",
                    "loan_id": loan_id,
                    "starts_on": day(starts_on),
                    "ends_on": day(ends_on) if ends_on else None,
                    "pause_reason": "moratorium",
                    "received_on": day(received),
                    "line_no": 2,
                }
            ],
        )

    def past_due(self, on: str, known_on: str | None = None) -> dict[str, tuple[int, Decimal]]:
        """Days past due and overdue amount by loan."""
        publish_rules(self.warehouse, day(on))
        compute_delinquency(self.warehouse, day(on), day(known_on or on))
        return {
            loan: (days, amount)
            for loan, days, amount in self.warehouse.fetch(
                "select loan_id, days_past_due, overdue_amount from current_loan_delinquency "
                "where business_date = cast($business_date as date) order by loan_id",
                {"business_date": day(on)},
            )
        }

    def days(self, on: str, loan_id: str = "L1", **kwargs: Any) -> int:
        """Days past due of one loan."""
        return self.past_due(on, **kwargs).get(loan_id, (0, Decimal(0)))[0]

    def split(self, on: str, loan_id: str = "L1") -> tuple[Decimal | None, ...]:
        """Overdue principal, interest and fee of one loan."""
        self.past_due(on)
        (row,) = self.warehouse.fetch(
            "select overdue_principal, overdue_interest, overdue_fee from current_loan_delinquency "
            "where business_date = cast($business_date as date) and loan_id = $loan_id",
            {"business_date": day(on), "loan_id": loan_id},
        )
        return row

    def stage(self, on: str, previous: str | None = None) -> None:
        """Run the step; without a previous date the book is opened."""
        publish_rules(self.warehouse, day(on))
        stage_overdue_loans(
            self.warehouse,
            BusinessDay(day(on), 1, day(previous) if previous else None, previous is None),
        )

    def nights(self, first: str, last: str) -> None:
        """Run every date in turn, each entered in the book; the first of all opens it."""
        on, end = day(first), day(last)
        while on <= end:
            self.night(on.isoformat())
            on += timedelta(days=1)

    def night(self, on: str) -> None:
        """Run one date on the one before it in the book, and close it."""
        book = read_book(self.warehouse)
        before = max((d for d in book if d < day(on)), default=None)
        key = {"business_date": day(on), "revision": 1}
        self.warehouse.replace_slice(
            "business_day",
            key,
            [
                {
                    **key,
                    "day_state": CLOSED,
                    "is_opening": before is None,
                    "previous_date": before,
                    "input_fingerprint": "x",
                }
            ],
        )
        self.stage(on, previous=before.isoformat() if before else None)

    def table(self, name: str, columns: str, on: str) -> list[tuple[Any, ...]]:
        """Rows of one business date that hold now, in key order."""
        current = "current_" * catalogue().tables[name].keeps_versions
        return self.warehouse.fetch(
            f"select {columns} from {current}{name} "
            "where business_date = cast($business_date as date) order by 1",
            {"business_date": day(on)},
        )
