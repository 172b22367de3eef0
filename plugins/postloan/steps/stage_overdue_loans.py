"""Who is past due, in which stage, and who moved since the previous business date."""

from postloan.business_day import BusinessDay
from postloan.delinquency import compute_delinquency
from postloan.steps.result import StepResult, record
from postloan.warehouse import Warehouse

STAGE_COUNTS = """
    select stage, count(*) as loans
    from loan_stage
    where business_date = cast($business_date as date)
    group by stage, stage_rank
    order by stage_rank
"""
EVENT_COUNTS = """
    select event, count(*) as loans
    from stage_event
    where business_date = cast($business_date as date)
    group by event
    order by event
"""


def stage_overdue_loans(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Rebuild days past due, stages, events and customer maxima of one business date.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
        RuleError: no rule in force says what is past due.
    """
    with warehouse.transaction():
        loans = compute_delinquency(warehouse, day.date)
        warehouse.rebuild("loan_stage", day.date, day.parameters)
        warehouse.rebuild("stage_event", day.date, day.parameters)
        customers = warehouse.rebuild("customer_delinquency", day.date, day.parameters)
        stages: dict[str, int] = dict(warehouse.fetch(STAGE_COUNTS, day.parameters))
        stages["cured"] = stages.pop("current", 0)
        events: dict[str, int] = dict(warehouse.fetch(EVENT_COUNTS, day.parameters))
        result = StepResult(
            "stage_overdue_loans",
            {
                "past_due_loans": loans,
                "past_due_customers": customers,
                **{f"stage_{stage}": n for stage, n in stages.items()},
                **{f"event_{event}": n for event, n in events.items()},
            },
        )
        record(warehouse, day, result)
    return result
