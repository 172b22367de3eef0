"""Who is past due, in which stage, and who moved since the previous business date."""

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.delinquency.past_due import DELINQUENCY, allocated
from postloan.delinquency.reconciliation import compare_with_core, has_core_positions
from postloan.delinquency.restatement import knowledge_date, restate_past
from postloan.warehouse import Warehouse
from postloan.warehouse.restating import restate

LOAN_COUNT = """
    select count(*) as loans
    from current_loan_delinquency
    where business_date = cast($business_date as date)
"""
CUSTOMER_COUNT = """
    select count(*) as customers
    from current_customer_delinquency
    where business_date = cast($business_date as date)
"""
EVENT_COUNTS = """
    select event, count(*) as loans
    from current_stage_event
    where business_date = cast($business_date as date)
    group by event
    order by event
"""


def stage_overdue_loans(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Rebuild days past due, stages, events and customer maxima of one business date.

    First the dates before it are restated for the loans about whose past its deliveries speak. The
    days are held against those that the core counts itself, where it tells them.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
        RuleError: no rule in force says what is past due.
    """
    with warehouse.transaction():
        known_on = knowledge_date(warehouse, day.date)
        restated = restate_past(warehouse, day, known_on)
        is_told = has_core_positions(warehouse, day)
        with allocated(warehouse, day.date, known_on, with_principal=is_told) as allocation:
            restate(warehouse, DELINQUENCY, day.date, allocation)
            loans = warehouse.scalar(LOAN_COUNT, day.parameters)
            compared = compare_with_core(warehouse, day, allocation if is_told else None)
        parameters = {**day.parameters, "known_on": known_on}
        for name in ("loan_stage", "stage_event", "customer_delinquency"):
            restate(warehouse, name, day.date, parameters)
        customers = warehouse.scalar(CUSTOMER_COUNT, day.parameters)
        stages: dict[str, int] = dict(warehouse.read_model("staged_count", day.parameters))
        events: dict[str, int] = dict(warehouse.fetch(EVENT_COUNTS, day.parameters))
        result = StepResult(
            "stage_overdue_loans",
            {
                "past_due_loans": loans - stages.get("paused_loans", 0),
                "past_due_customers": customers,
                **stages,
                **{f"event_{event}": n for event, n in events.items()},
                **({"loans_looked_at_again": restated} if restated else {}),
                **compared,
            },
        )
        record(warehouse, day, result)
    return result
