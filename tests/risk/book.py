"""A small hand-made book for tests of the risk steps: what is known of a borrower."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult
from postloan.contracts import catalogue
from postloan.rules.tables import publish_rules
from postloan.steps import STEPS
from tests.support import decision_book

LONG_AGO = decision_book.LONG_AGO
OPENING = date(2026, 11, 20)
SOURCES = {"bureau_loan": "credit_bureau", "enrolment": "student_registry"}


def later(days: int) -> date:
    """So many days after the opening."""
    return OPENING + timedelta(days=days)


class Book(decision_book.Book):
    """Writes what the bureau, the registry and the core know and runs the risk steps on it."""

    def borrower(self, customer_id: str, *purposes: str) -> None:
        """A customer with the active loan `L-<customer>` and separate consents."""
        self.loan(f"L-{customer_id}", customer_id)
        for purpose in purposes:
            self.consent(customer_id, purpose)

    def consent(
        self,
        customer_id: str,
        purpose: str,
        received_on: date = LONG_AGO,
        consent_kind: str = "separate",
        withdrawn_on: date | None = None,
    ) -> None:
        """A consent; sent again it replaces the one there was."""
        self.fact(
            "consent",
            received_on,
            consent_id=f"{customer_id}-{purpose}",
            customer_id=customer_id,
            purpose=purpose,
            consent_kind=consent_kind,
            granted_on=LONG_AGO,
            withdrawn_on=withdrawn_on,
        )

    def delivered(self, feed: str, on: date) -> None:
        """A line of the delivery ledger."""
        ledger = catalogue().tables["delivery"]
        blank = {
            c.name: {"varchar": "x", "boolean": False}.get(c.sql_type, 0) for c in ledger.columns
        }
        self.warehouse.append_rows(
            "delivery", [{**blank, "business_date": on, "feed": feed, "source": SOURCES[feed]}]
        )

    def bureau(self, on: date, *debts: tuple[str, str, str | None], payment: str = "0.00") -> None:
        """A snapshot of the bureau: customer, lender and contract of each open account."""
        self.delivered("bureau_loan", on)
        for number, (customer_id, lender_id, contract_ref) in enumerate(debts):
            self.fact(
                "bureau_loan",
                on,
                customer_id=customer_id,
                account_ref=f"A{number}",
                lender_id=lender_id,
                contract_ref=contract_ref,
                opened_on=LONG_AGO,
                balance=Decimal("100.00"),
                monthly_payment=Decimal(payment),
                overdue_amount=Decimal("0.00"),
            )

    def enrolment(
        self,
        on: date,
        customer_id: str,
        status_code: str,
        effective_on: date | None = None,
        institution_id: str = "U1",
        code_system: str = "cn",
    ) -> None:
        """A status that the registry reports on a date."""
        self.fact(
            "enrolment",
            on,
            customer_id=customer_id,
            institution_id=institution_id,
            effective_on=effective_on or on,
            code_system=code_system,
            status_code=status_code,
        )

    def income(self, customer_id: str, *months: date, amount: str = "1000.00") -> None:
        """The same salary in each of the months."""
        for month in months:
            self.fact(
                "customer_income",
                customer_id=customer_id,
                income_month=month,
                income_source="salary",
                amount=Decimal(amount),
            )

    def due(self, customer_id: str, *due_on: date, amount: str = "100.00") -> None:
        """Instalments of the customer's loan, all of the first delivery."""
        for number, day in enumerate(due_on, start=1):
            self.fact(
                "instalment",
                loan_id=f"L-{customer_id}",
                instalment_no=number,
                due_on=day,
                amount_due=Decimal(amount),
            )

    def paid(self, customer_id: str, number: int, on: date, amount: str = "100.00") -> None:
        """A payment that names its instalment."""
        self.fact(
            "repayment",
            on,
            repayment_id=f"P-{customer_id}-{number}",
            loan_id=f"L-{customer_id}",
            instalment_no=number,
            paid_on=on,
            effective_on=on,
            amount=Decimal(amount),
            signed_amount=Decimal(amount),
            booking_part=1,
        )

    def run(self, name: str, on: date, previous: date | None) -> StepResult:
        """Publish the rules and run one step; without a previous date the book is opened."""
        publish_rules(self.warehouse, on)
        return STEPS[name].work(self.warehouse, BusinessDay(on, 1, previous, previous is None))

    def stage(self, on: date, previous: date | None) -> StepResult:
        """Run `stage_overdue_loans`."""
        return self.run("stage_overdue_loans", on, previous)

    def score(self, on: date, previous: date | None) -> StepResult:
        """Run `refresh_credit_scores`."""
        return self.run("refresh_credit_scores", on, previous)

    def students(self, on: date, previous: date | None) -> StepResult:
        """Run `raise_student_alerts`."""
        return self.run("raise_student_alerts", on, previous)

    def lenders(self, on: date, previous: date | None) -> StepResult:
        """Run `raise_multi_lender_alerts`."""
        return self.run("raise_multi_lender_alerts", on, previous)

    def rows(self, table: str, columns: str, on: date) -> list[tuple[Any, ...]]:
        """Some columns of the rows of one business date, in their order."""
        return self.warehouse.fetch(
            f"select {columns} from {table} "
            "where business_date = cast($business_date as date) "
            f"order by {', '.join(str(n + 1) for n in range(columns.count(',') + 1))}",
            {"business_date": on},
        )

    def whole(self, on: date, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every column of the rows of one business date in some tables, and what was counted."""
        names = {t: catalogue().tables[t].column_names for t in (*tables, "step_measure")}
        return {table: self.rows(table, ", ".join(columns), on) for table, columns in names.items()}

    def measures(self, on: date, step_name: str) -> dict[str, tuple[int, str | None]]:
        """Quantity and note of each measure that the summary of a day shows for a step."""
        return {
            measure: (quantity, note)
            for measure, quantity, note, name in self.rows(
                "step_measure", "measure, quantity, note, step", on
            )
            if name == step_name
        }
