"""Legal cases: opened once per episode of a severe loan, waiting for a person from then on."""

from postloan.business_day import BusinessDay
from postloan.steps.result import StepResult, record
from postloan.warehouse import Warehouse

EVENT_COUNTS = """
    select event, count(*) as cases
    from legal_case_event
    where business_date = cast($business_date as date)
    group by event
"""
WAITING_COUNT = """
    select count(*) as cases
    from legal_case_state
    where case_state = 'awaiting_approval'
"""
MISSING_COUNT = """
    select count(*) as items
    from legal_case_checklist
    where business_date = cast($business_date as date) and item_state = 'missing'
"""


def start_legal_preparation(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Open the cases of one business date with their checklists, and withdraw what was cured.

    Nothing here goes out: the cases wait for approval, and the chain goes on.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    with warehouse.transaction():
        warehouse.rebuild("legal_case", day.date, day.parameters)
        warehouse.rebuild("legal_case_checklist", day.date, day.parameters)
        warehouse.rebuild("legal_case_event", day.date, day.parameters)
        events: dict[str, int] = dict(warehouse.fetch(EVENT_COUNTS, day.parameters))
        result = StepResult(
            "start_legal_preparation",
            {
                **{f"cases_{e}": events.get(e, 0) for e in ("opened", "withdrawn", "reopened")},
                "cases_awaiting_approval": warehouse.scalar(WAITING_COUNT, day.parameters),
                "checklist_items_missing": warehouse.scalar(MISSING_COUNT, day.parameters),
            },
        )
        record(warehouse, day, result)
    return result
