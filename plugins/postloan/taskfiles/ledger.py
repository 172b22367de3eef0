"""From wishes to tasks: candidates, checks, denials, and what is new since the last revision.

All of it happens in the warehouse and becomes visible together with the alerts and cases it rests
on, or not at all. Files are made from the ledger afterwards (`publish`).
"""

from collections.abc import Sequence
from datetime import date

from postloan.business_day import BusinessDay
from postloan.contracts import catalogue
from postloan.settings import settings
from postloan.taskfiles.allow_list import checked_contract
from postloan.warehouse import Warehouse
from postloan.warehouse.slices import append_model, rebuild_queues

APPROVED = "legal_case_approved"
GO_LIVE = "go_live"

TEMPORARY = (
    "recipient",
    "contact_due",
    "contact_loan",
    "contact_check",
    "wanted_task",
    "refuted_task",
    "task_change",
)


def queues_of(day: BusinessDay) -> tuple[str, ...]:
    """The queues that the daily chain publishes.

    On the opening nothing goes to receivers outside the house; what is owed makes the go-live
    list instead, which no other day has.
    """
    return tuple(
        queue
        for queue, contract in catalogue().task_files.items()
        if (contract.is_internal if day.is_opening else queue != GO_LIVE)
    )


def commit_tasks(
    warehouse: Warehouse,
    day: BusinessDay,
    queues: tuple[str, ...],
    *,
    contact_is_past: bool = False,
) -> None:
    """Bring the ledger of some queues up to date, inside a transaction of the caller.

    Run again on the same facts it adds nothing.

    Args:
        warehouse: an open warehouse.
        day: the business date.
        queues: the queues that are brought up to date.
        contact_is_past: the hours in which the contacts of the date were due are over; none are
            added, and what is on record of those that went out stays as it is.

    Raises:
        ContractError: a file would carry what it may not; nothing was written.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    contracts = [checked_contract(queue, day.date) for queue in queues]
    parameters = {**day.parameters, "contact_is_past": contact_is_past}
    warehouse.temporary("recipient", parameters)
    warehouse.temporary("contact_due", parameters)
    warehouse.temporary("contact_loan", parameters)
    rebuild_queues(warehouse, "contact_candidate", day.date, queues, parameters)
    warehouse.temporary("contact_check", parameters)
    rebuild_queues(warehouse, "contact_denial", day.date, queues, parameters)
    warehouse.temporary("wanted_task", parameters)
    warehouse.temporary("refuted_task", parameters)
    warehouse.temporary("task_change", parameters)
    append_model(warehouse, "task", day.date, parameters, queues)
    append_model(warehouse, "task_recall", day.date, parameters, queues)
    for contract in contracts:
        revision = {
            "queue": contract.queue,
            "contract_version": contract.version,
            "header_language": settings().header_language,
        }
        append_model(warehouse, "publication", day.date, revision)
    if not contact_is_past:
        rebuild_queues(warehouse, "task_loan", day.date, queues, parameters)
    if GO_LIVE in queues:
        warehouse.rebuild("go_live_action", day.date, parameters)
    for name in TEMPORARY:
        warehouse.drop_temporary(name)


def counts(warehouse: Warehouse, business_date: date, queues: Sequence[str]) -> dict[str, int]:
    """Tasks per queue and denials per reason of one business date, as they stand."""
    dated = {"business_date": business_date}
    published = {
        queue: (added, recalled)
        for queue, added, recalled in warehouse.read_model("published_count", dated)
        if queue in queues
    }
    denied = warehouse.read_model("denied_count", dated)
    return {
        **{f"tasks_{queue}": published.get(queue, (0, 0))[0] for queue in queues},
        **{f"recalled_{queue}": n for queue, (_, n) in published.items() if n},
        **{f"denied_{reason}": n for reason, n in denied},
    }
