"""Days past due against a payment-by-payment calculation in plain Python, on invented loans."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.delinquency.past_due import compute_delinquency
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse, open_warehouse

START, TODAY = date(2026, 1, 5), date(2026, 8, 20)
TOLERANCE = Decimal("1.00")
COMPONENTS = ("fee", "interest", "principal")


@dataclass(frozen=True)
class Payment:
    paid_on: date
    instalment_no: int | None
    amount: Decimal
    is_reversed: bool


@dataclass(frozen=True)
class Loan:
    product: str
    due: tuple[tuple[Decimal, Decimal, Decimal], ...]  # fee, interest, principal
    payments: tuple[Payment, ...]

    def due_on(self, no: int) -> date:
        return START + timedelta(days=30 * (no - 1))


@dataclass
class Ledger:
    """What is left of every component, payment after payment."""

    loan: Loan
    left: dict[tuple[int, str], Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for no, parts in enumerate(self.loan.due, start=1):
            for component, amount in zip(COMPONENTS, parts, strict=True):
                self.left[no, component] = amount

    def unpaid(self, no: int) -> Decimal:
        return sum((self.left[no, c] for c in COMPONENTS), Decimal(0))

    def days_past_due(self, on: date) -> int:
        numbers = range(1, len(self.loan.due) + 1)
        late = [n for n in numbers if self.loan.due_on(n) < on and self.unpaid(n) > TOLERANCE]
        return (on - self.loan.due_on(late[0])).days if late else 0

    def queue(self, payment: Payment) -> Iterator[tuple[int, str]]:
        turned = self.loan.product == "credit_card" and self.days_past_due(payment.paid_on) > 90
        order = ("principal", "interest", "fee") if turned else COMPONENTS

        def place(item: tuple[int, str]) -> tuple[int, int, int, int]:
            no, component = item
            tolerated = self.unpaid(no) <= TOLERANCE
            by_name = 0 if no == payment.instalment_no else 2 if tolerated else 1
            if not turned:
                return by_name, 0, no, order.index(component)
            is_due = self.loan.due_on(no) <= payment.paid_on
            return by_name, order.index(component) if is_due else 9, no, order.index(component)

        # The queue is made up before the payment; a residue it leaves is passed over by the next.
        yield from sorted(self.left, key=place)

    def pay(self, payment: Payment) -> None:
        amount = payment.amount
        for item in self.queue(payment):
            part = min(amount, self.left[item])
            self.left[item] -= part
            amount -= part


def expected(loan: Loan) -> tuple[int, Decimal] | None:
    ledger = Ledger(loan)
    counted = [p for p in loan.payments if p.paid_on <= TODAY and not p.is_reversed]
    for payment in sorted(counted, key=lambda p: (p.paid_on, -(p.instalment_no or -1))):
        ledger.pay(payment)
    days = ledger.days_past_due(TODAY)
    late = [n for n in range(1, len(loan.due) + 1) if loan.due_on(n) < TODAY]
    amount = sum((ledger.unpaid(n) for n in late), Decimal(0))
    return (days, amount) if days else None


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Amounts between two numbers of cents."""
    return st.integers(low, high).map(lambda c: Decimal(c) / 100)


def payments(amounts: st.SearchStrategy[Decimal]) -> st.SearchStrategy[tuple[Payment, ...]]:
    """Up to eight payments, early ones, named ones, ones for no instalment there is."""
    payment = st.builds(
        Payment,
        paid_on=st.integers(-20, 240).map(lambda d: START + timedelta(days=d)),
        instalment_no=st.one_of(st.none(), st.integers(1, 9)),
        amount=amounts,
        is_reversed=st.sampled_from([False, False, False, True]),
    )
    return st.lists(payment, max_size=8).map(tuple)


products = st.sampled_from(["consumer", "credit_card"])
any_due = st.lists(st.tuples(*[cents(0, 20_000)] * 3), min_size=1, max_size=9).map(tuple)
even_due = st.integers(1, 9).map(lambda n: ((Decimal(0), Decimal(10), Decimal(90)),) * n)
any_loan = st.builds(Loan, product=products, due=any_due, payments=payments(cents(1, 60_000)))
# Payments that leave residues around the tolerance of 1.00.
nearly_paid_loan = st.builds(
    Loan,
    product=products,
    due=even_due,
    payments=payments(
        st.one_of(cents(9_850, 10_050), st.just(Decimal(200)), cents(19_750, 20_050))
    ),
)
loans = st.one_of(any_loan, nearly_paid_loan)


def unique_moments(loan: Loan) -> Loan:
    """Payments of one loan on one day for one instalment are one payment to the product."""
    seen: dict[tuple[date, int | None], Payment] = {}
    for payment in loan.payments:
        seen.setdefault((payment.paid_on, payment.instalment_no), payment)
    return Loan(loan.product, loan.due, tuple(seen.values()))


def write(warehouse: Warehouse, books: list[Loan]) -> None:
    received = {"received_on": START, "line_no": 2}
    warehouse.write_rows(
        "loan",
        START,
        (
            {
                "loan_id": f"L{i}",
                "customer_id": f"C{i}",
                "product": loan.product,
                "currency": "CNY",
                "loan_status": "active",
                **received,
            }
            for i, loan in enumerate(books)
        ),
    )
    warehouse.write_rows(
        "instalment",
        START,
        (
            {
                "loan_id": f"L{i}",
                "instalment_no": no,
                "due_on": loan.due_on(no),
                "amount_due": sum(parts),
                "fee_due": parts[0],
                "interest_due": parts[1],
                "principal_due": parts[2],
                **received,
            }
            for i, loan in enumerate(books)
            for no, parts in enumerate(loan.due, start=1)
        ),
    )
    rows = []
    for i, loan in enumerate(books):
        for k, p in enumerate(loan.payments):
            known = p.instalment_no is not None and p.instalment_no <= len(loan.due)
            row = {
                "loan_id": f"L{i}",
                "instalment_no": p.instalment_no,
                "paid_on": p.paid_on,
                "amount": p.amount,
                "effective_on": p.paid_on,
                "signed_amount": p.amount,
                "instalment_due_on": loan.due_on(p.instalment_no or 0) if known else None,
                "repayment_id": f"R{i}-{k}",
                "booking_part": 1,
                **received,
            }
            rows.append(row)
            if p.is_reversed:
                rows.append({**row, "repayment_id": f"V{i}-{k}", "signed_amount": -p.amount})
    warehouse.write_rows("repayment", START, rows)


def check(warehouse: Warehouse, books: list[Loan]) -> None:
    books = [unique_moments(loan) for loan in books]
    with warehouse.transaction():
        write(warehouse, books)
        compute_delinquency(warehouse, TODAY, TODAY)
        got = {
            loan_id: (days, amount)
            for loan_id, days, amount in warehouse.fetch(
                "select loan_id, days_past_due, overdue_amount from current_loan_delinquency"
            )
        }
    for i, loan in enumerate(books):
        assert got.get(f"L{i}") == expected(loan), loan


@pytest.fixture(scope="module")
def duckdb_warehouse() -> Iterator[Warehouse]:
    with open_warehouse("duckdb:///:memory:?memory_limit=1GB&threads=2") as warehouse:
        publish_rules(warehouse, TODAY)
        yield warehouse


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(books=st.lists(loans, min_size=1, max_size=12))
def test_the_set_based_allocation_agrees_with_one_payment_at_a_time(
    duckdb_warehouse: Warehouse, books: list[Loan]
) -> None:
    check(duckdb_warehouse, books)
