"""A person decides on legal cases; silence never approves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from postloan.business_day import BusinessDay
from postloan.errors import PostloanError
from postloan.settings import settings
from postloan.steps.result import StepResult, record
from postloan.taskfiles.ledger import APPROVED, commit_tasks
from postloan.taskfiles.publish import publish_files
from postloan.warehouse import Warehouse

DECISION_COUNTS = """
    select decision, count(*) as cases
    from legal_case_decision
    where decided_on = cast($business_date as date)
    group by decision
"""


@dataclass(frozen=True)
class WaitingCase:
    """A case that waits for a person: numbers and an amount, nothing personal."""

    case_id: str
    loan_id: str
    claim_amount: Decimal


def waiting(warehouse: Warehouse, business_date: date) -> list[WaitingCase]:
    """The cases that may be decided for a business date, in the order of their numbers.

    Cases that a later date has withdrawn or decided are left out.
    """
    rows = warehouse.read_model("legal_case_waiting", {"business_date": business_date})
    return [WaitingCase(*row) for row in rows]


def decide(
    warehouse: Warehouse,
    business_date: date,
    *,
    approved: bool,
    decided_by: str,
    case_ids: Collection[str] | None = None,
    outbox: Path | None = None,
) -> StepResult:
    """Record a decision on waiting cases and publish what is approved as a file of its own.

    A case is decided once: called again, the step changes nothing and publishes what a crash kept
    from being published.

    Args:
        warehouse: an open warehouse.
        business_date: the date the decision belongs to.
        approved: the answer of the person.
        decided_by: who answered.
        case_ids: the cases that were shown to the person; by default all that wait. Cases that
            came to wait after the person looked must not be decided by the same answer.
        outbox: where the file goes; by default the outbox of the settings.

    Raises:
        PostloanError: nobody is named.
        PublicationError: the outbox cannot be written, or a published file was changed.
    """
    if not decided_by.strip():
        raise PostloanError("A decision on legal cases needs the person who made it.")
    day, queues = BusinessDay(business_date), (APPROVED,)
    with warehouse.transaction():
        warehouse.append_rows(
            "legal_case_decision",
            [
                {
                    "decided_on": business_date,
                    "case_id": case.case_id,
                    "decision": "approved" if approved else "rejected",
                    "decided_by": decided_by,
                }
                for case in waiting(warehouse, business_date)
                if case_ids is None or case.case_id in case_ids
            ],
        )
        commit_tasks(warehouse, day, queues)
        decisions: dict[str, int] = dict(warehouse.fetch(DECISION_COUNTS, day.parameters))
        result = StepResult(
            "approve_legal_cases",
            {
                "cases_approved": decisions.get("approved", 0),
                "cases_rejected": decisions.get("rejected", 0),
                "cases_awaiting_approval": len(waiting(warehouse, business_date)),
            },
        )
        record(warehouse, day, result)
    publish_files(warehouse, business_date, queues, outbox or settings().outbox)
    return result
