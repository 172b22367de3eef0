"""How risky a customer is: the monthly score, and every day the floor of the overdue stage."""

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.contracts import catalogue
from postloan.warehouse import Warehouse

FACTS = (
    "bureau_exposure",
    "score_repayment_fact",
    "score_income_fact",
    "score_balance_fact",
    "score_data",
    "score_indicator",
)
SCORES = ("credit_score_dimension", "credit_score")

SCORE_COUNTS = """
    select
        count(*) as customers,
        count(score) as scored
    from credit_score
    where business_date = cast($business_date as date)
"""
EVENT_COUNTS = """
    select event, count(*) as customers
    from risk_event
    where business_date = cast($business_date as date)
    group by event
    order by event
"""
LEVEL_COUNTS = """
    select risk_level, count(*) as customers
    from customer_risk
    where business_date = cast($business_date as date)
    group by risk_level
    order by risk_level
"""


def is_due(day: BusinessDay) -> bool:
    """Scores are due on an opening and on the first processed date of a month."""
    before = day.previous_date
    return before is None or (before.year, before.month) != (day.date.year, day.date.month)


def refresh_credit_scores(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Score every borrower where a refresh is due; bring the risk levels up to date in any case.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    parameters = {
        **day.parameters,
        "bureau_max_age_days": catalogue().feeds["bureau_loan"].max_age_days,
    }
    with warehouse.transaction():
        if is_due(day):
            for fact in FACTS:
                warehouse.temporary(fact, parameters)
            for table in SCORES:
                warehouse.rebuild(table, day.date, parameters)
            for fact in FACTS:
                warehouse.drop_temporary(fact)
            note = ""
        else:
            # A former version of the date may have been the first of its month.
            for table in SCORES:
                warehouse.delete_partition(table, day.date)
            note = "scores are due on the first business date of a month, not today"
        warehouse.rebuild("customer_risk", day.date, parameters)
        warehouse.rebuild("risk_event", day.date, parameters)
        ((customers, scored),) = warehouse.fetch(SCORE_COUNTS, parameters)
        levels: dict[str, int] = dict(warehouse.fetch(LEVEL_COUNTS, parameters))
        events: dict[str, int] = dict(warehouse.fetch(EVENT_COUNTS, parameters))
        result = StepResult(
            "refresh_credit_scores",
            {
                "customers_scored": scored,
                "customers_without_score": customers - scored,
                **{f"watched_at_{level}_risk": n for level, n in levels.items()},
                **{f"risk_{event}": n for event, n in events.items()},
            },
            note,
        )
        record(warehouse, day, result)
    return result
