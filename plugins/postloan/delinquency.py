"""Days past due for any date, from facts and rules alone.

Only loans that were paid less than what fell due are looked at closely. Their payments are
allocated in one pass; loans whose order of payment turns round with the days past due (credit
cards after 90 days) are allocated payment by payment, all of them at the same time.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from postloan.errors import RuleError
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse

IN_ONE_PASS = (
    "shortfall_loan",
    "open_loan",
    "open_instalment",
    "open_payment",
    "turned_loan",
    "instalment_unpaid",
)
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


def compute_delinquency(
    warehouse: Warehouse, business_date: date, known_on: date | None = None
) -> int:
    """Rebuild `loan_delinquency` of one date; the rules of that date must be published.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        business_date: dues before it and payments up to it count.
        known_on: deliveries up to this date count; by default the business date. A later one
            gives a past date as it is known by then.

    Returns:
        Number of past-due loans.

    Raises:
        RuleError: no rule says what is past due on that date.
    """
    counts_as = warehouse.scalar(
        "select max(due_date_counts_as) as n from rule_past_due "
        "where business_date = cast($business_date as date)",
        {"business_date": business_date},
    )
    if counts_as is None:
        raise RuleError(f"No rule in force on {business_date} says what is past due.")
    parameters: dict[str, object] = {
        "business_date": business_date,
        "known_on": known_on or business_date,
        "past_due_before": business_date + timedelta(days=counts_as),
    }
    for model in IN_ONE_PASS:
        warehouse.temporary(model, parameters)
    _allocate_in_turn(warehouse, parameters)
    loans = warehouse.rebuild("loan_delinquency", business_date, parameters)
    for name in (*IN_ONE_PASS, *IN_TURN):
        warehouse.drop_temporary(name)
    return loans


@dataclass(frozen=True)
class StageTotal:
    """Loans of one stage on one date, in one currency.

    Attributes:
        stage: the stage, as the rules of the date name it.
        currency: currency of the amount.
        loans: number of past-due loans.
        overdue_amount: what is unpaid of their past-due instalments.
        max_days_past_due: days past due of the worst of them.
    """

    stage: str
    currency: str
    loans: int
    overdue_amount: Decimal
    max_days_past_due: int


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
    known = known_on or warehouse.scalar("select max(business_date) as day from delivery")
    with warehouse.rehearsal():
        publish_rules(warehouse, business_date)
        compute_delinquency(warehouse, business_date, known)
        rows = list(warehouse.read_model("stage_total", {"business_date": business_date}))
    return [StageTotal(*row) for row in rows]
