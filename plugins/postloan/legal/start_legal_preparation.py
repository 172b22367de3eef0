"""Legal cases: opened once per episode of a severe loan, waiting for a person from then on."""

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.legal.cases import judged
from postloan.warehouse import Warehouse

EVENTS = ("opened", "withdrawn", "reopened", "changed", "suspended", "followed", "filed")

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


def start_legal_preparation(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Open the cases of one business date, and judge every case that is not finished again.

    What was cured, fell below the stage, is forbidden now or is before a court already no longer
    waits, whether a person has approved it or not. Nothing here goes out: the cases wait for
    approval, and the chain goes on.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    with warehouse.transaction():
        with judged(warehouse, day.parameters, opens=True):
            warehouse.rebuild("legal_case_event", day.date, day.parameters)
        missing = warehouse.scalar_model("missing_item_count", day.parameters)
        events: dict[str, int] = dict(warehouse.fetch(EVENT_COUNTS, day.parameters))
        result = StepResult(
            "start_legal_preparation",
            {
                **{f"cases_{e}": events.get(e, 0) for e in EVENTS},
                "cases_awaiting_approval": warehouse.scalar(WAITING_COUNT, day.parameters),
                "checklist_items_missing": missing,
            },
        )
        record(warehouse, day, result)
    return result
