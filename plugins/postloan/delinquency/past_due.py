"""Days past due for any date, from facts and rules alone.

Only loans that were paid less than what fell due are looked at closely. Their payments are
allocated in one pass; loans whose order of payment turns round with the days past due (credit
cards after 90 days) are allocated payment by payment, all of them at the same time. Days on which
a loan is paused are then taken off, as the union of its pauses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlglot import exp

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse
from postloan.warehouse.models import load_model
from postloan.warehouse.restating import Among, restate

DELINQUENCY = "loan_delinquency"
SUMS, CLOSELY, ACCOUNTS = "loan_sum", "shortfall_loan", "loan_account"
UNEVEN = """
    select loan_id
    from loan_account
    where needs_allocation and loan_id not in (select loan_id from shortfall_loan)
"""
OWES = "select count(*) as n from shortfall_loan"
OWED = """
    select count(*) as n
    from current_loan_delinquency
    where business_date = cast($business_date as date)
"""
IN_ONE_PASS = (
    "open_loan",
    "open_instalment",
    "open_payment",
    "waterfall_regime_change",
    "instalment_allocation",
    "pause_span",
)
FACTS = ("loan", "instalment", "repayment", "pause")
HAPPENED = {("repayment", "effective_on"), ("loan", "status_on")}
KNOWN = "known_delinquency"
IN_TURN = ("waterfall_item", "waterfall_payment", "waterfall_next", "waterfall_unpaid")


def _allocate_in_turn(warehouse: Warehouse, parameters: dict[str, object]) -> None:
    """Take one payment of every such loan at a time; as many rounds as the busiest loan has."""
    warehouse.temporary("waterfall_item", parameters)
    warehouse.temporary("waterfall_payment", parameters)
    rounds = warehouse.scalar("select coalesce(max(turn), 0) as n from waterfall_payment")
    for turn in range(1, int(rounds) + 1):
        warehouse.temporary("waterfall_next", {**parameters, "turn": turn})
        warehouse.rename_temporary("waterfall_next", "waterfall_item")
    warehouse.temporary("waterfall_unpaid", parameters)


def _allocate(warehouse: Warehouse, parameters: dict[str, object]) -> None:
    """Find what is left of each instalment of the loans looked at closely."""
    for model in IN_ONE_PASS:
        warehouse.temporary(model, parameters)
    _allocate_in_turn(warehouse, parameters)


@contextmanager
def _added_up(
    warehouse: Warehouse, business_date: date, known_on: date
) -> Iterator[dict[str, object]]:
    """Inside, temporary tables hold the sums of each loan and the loans with a shortfall."""
    counts_as = warehouse.scalar(
        "select max(due_date_counts_as) as n from rule_past_due "
        "where business_date = cast($business_date as date)",
        {"business_date": business_date},
    )
    if counts_as is None:
        raise RuleError(f"No rule in force on {business_date} says what is past due.")
    parameters: dict[str, object] = {
        "business_date": business_date,
        "known_on": known_on,
        "past_due_before": business_date + timedelta(days=counts_as),
    }
    warehouse.temporary(SUMS, parameters)
    warehouse.temporary(CLOSELY, parameters)
    yield parameters
    for name in (SUMS, CLOSELY, ACCOUNTS, *IN_ONE_PASS, *IN_TURN):
        warehouse.drop_temporary(name)


@contextmanager
def allocated(
    warehouse: Warehouse, business_date: date, known_on: date, *, with_principal: bool = False
) -> Iterator[dict[str, object]]:
    """Inside, temporary tables say what is left of each instalment of the loans looked at closely.

    These are the loans with a shortfall.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        business_date: dues before it and payments up to it count.
        known_on: deliveries up to this date count.
        with_principal: look also at those whose outstanding principal cannot be told by sums
            alone, and have the temporary table `loan_account` of all.

    Yields:
        The parameters of the statements, for others that read the same tables.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    with _added_up(warehouse, business_date, known_on) as parameters:
        if with_principal:
            warehouse.temporary(ACCOUNTS, parameters)
            warehouse.append_from(CLOSELY, ("loan_id",), UNEVEN)
        _allocate(warehouse, parameters)
        yield parameters


def compute_delinquency(warehouse: Warehouse, business_date: date, known_on: date) -> None:
    """Rebuild `loan_delinquency` of one date; the rules of that date must be published.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        business_date: dues before it and payments up to it count.
        known_on: deliveries up to this date count. A later date than the business date gives a
            past date as it is known by then.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    with allocated(warehouse, business_date, known_on) as parameters:
        restate(warehouse, DELINQUENCY, business_date, parameters)


def restate_delinquency(
    warehouse: Warehouse, business_date: date, known_on: date, among: Among
) -> bool:
    """Restate `loan_delinquency` of a past date for some loans, on a book restricted to them.

    Where none of them lacks anything and none was known to be past due, nothing is allocated.

    Args:
        warehouse: an open warehouse restricted to the loans, inside a transaction of the caller.
        business_date: dues before it and payments up to it count.
        known_on: deliveries up to this date count.
        among: the loans.

    Returns:
        Whether anything that was known has changed.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    with _added_up(warehouse, business_date, known_on) as parameters:
        if not (warehouse.scalar(OWES) or warehouse.scalar(OWED, parameters)):
            return False
        _allocate(warehouse, parameters)
        return restate(warehouse, DELINQUENCY, business_date, parameters, among) > 0


@contextmanager
def delinquency_known_since(
    warehouse: Warehouse, business_date: date, known_on: date, loans: str
) -> Iterator[None]:
    """Inside, `loan_delinquency` tells what some loans owe by all that came in since the date.

    A payment counts for the dues of the date whatever later day it was made on, and so does the end
    of a loan: who has paid owes nothing of them any more. Nothing is kept.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        business_date: dues before it count.
        known_on: deliveries up to this date count.
        loans: a SELECT of the loans; it may use the parameters `business_date` and `known_on`.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    substitutions = {fact: _as_of_the_date(fact, loans) for fact in FACTS}
    with (
        warehouse.restricted_to(substitutions),
        allocated(warehouse, business_date, known_on) as parameters,
    ):
        warehouse.temporary_from(KNOWN, load_model(DELINQUENCY).text, parameters)
    columns = (c.name for c in catalogue().tables[DELINQUENCY].made_columns)
    known = exp.select(*columns, "cast(null as date) as known_before").from_(KNOWN)
    with warehouse.restricted_to({DELINQUENCY: known}):
        yield
    warehouse.drop_temporary(KNOWN)


def _as_of_the_date(fact: str, loans: str) -> exp.Select:
    """Facts of some loans, with what happened after the business date as if it had on that date."""
    columns = (
        f"least({c}, cast($business_date as date)) as {c}" if (fact, c) in HAPPENED else c
        for c in catalogue().tables[fact].column_names
    )
    among = Among("loan_id", loans).condition
    return exp.select(*columns, dialect="duckdb").from_(fact).where(among)


@dataclass(frozen=True)
class StageTotal:
    """Loans of one stage on one date, in one currency.

    Attributes:
        stage: the stage, as the rules of the date name it.
        currency: currency of the amount.
        loans: number of past-due loans that are not paused.
        overdue_amount: what is unpaid of their past-due instalments.
        max_days_past_due: days past due of the worst of them and of the paused ones.
        paused_loans: number of paused loans beside them.
    """

    stage: str
    currency: str
    loans: int
    overdue_amount: Decimal
    max_days_past_due: int
    paused_loans: int


def stage_totals(
    warehouse: Warehouse, business_date: date, known_on: date | None = None
) -> list[StageTotal]:
    """Past-due loans per stage on any date, from facts and rules alone; nothing is kept.

    Args:
        warehouse: an open warehouse.
        business_date: any date, run or not.
        known_on: deliveries up to this date count; by default all there are.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    delivered = warehouse.scalar("select max(business_date) as day from delivery")
    known = known_on or delivered or business_date
    with warehouse.rolled_back():
        publish_rules(warehouse, business_date)
        compute_delinquency(warehouse, business_date, known)
        rows = list(warehouse.read_model("stage_total", {"business_date": business_date}))
    return [StageTotal(*row) for row in rows]


def stage_totals_as_of(
    warehouse: Warehouse, business_date: date, known_on: date
) -> list[StageTotal]:
    """Past-due loans per stage of a date that was run, as they were known on a later one."""
    dated = {"business_date": business_date, "known_on": known_on}
    return [StageTotal(*row) for row in warehouse.read_model("stage_total_as_of", dated)]


@dataclass(frozen=True)
class LoanVersion:
    """What was known about one loan on one date, and between which dates.

    Attributes:
        known_from: business date since when it was known.
        known_before: business date on which it was superseded; None while it holds.
        stage: the stage, as the rules of the date name it.
        days_past_due: days past due; 0 once cured.
        overdue_amount: what is unpaid of the past-due instalments.
        is_paused: the loan was paused, its stage frozen.
        began_with: feeds whose rows, received that day, spoke of the date; None for the first run.
        ended_with: feeds whose rows ended it.
    """

    known_from: date
    known_before: date | None
    stage: str
    days_past_due: int
    overdue_amount: Decimal
    is_paused: bool
    began_with: str | None
    ended_with: str | None


def loan_versions(warehouse: Warehouse, loan_id: str, business_date: date) -> list[LoanVersion]:
    """Everything ever known about one loan on one date, oldest first."""
    asked = {"business_date": business_date, "loan_id": loan_id}
    return [LoanVersion(*row) for row in warehouse.read_model("loan_version", asked)]
