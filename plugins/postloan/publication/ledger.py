"""From wishes to tasks: candidates, checks, denials, and what is new since the last revision.

All of it happens in the warehouse and becomes visible together with the alerts and cases it rests
on, or not at all. Files are made from the ledger afterwards (`publish`).
"""

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from postloan.business_date import BusinessDay
from postloan.contracts import catalogue
from postloan.delinquency.past_due import delinquency_known_since
from postloan.ingestion.loading.telephone_numbers import read_spellings
from postloan.publication.allow_list import checked_contract
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.warehouse.models import Parameters
from postloan.warehouse.slices import append_model, rebuild_queues
from postloan.warehouse.statement import Statement

APPROVED = "legal_case_approved"
GO_LIVE = "go_live"

TEMPORARY = (
    "standing_task",
    "standing_subject",
    "recipient",
    "taken_back_restriction",
    "paid_loan",
    "contact_due",
    "contact_loan",
    "contact_proposal",
    "contact_check",
    "eligible_task",
    "eligible_subject",
    "withheld_task",
    "refused_task",
    "unread_task",
    "task_to_recall",
    "overtaken_task",
    "overtaken_case",
    "task_change",
)

NEWEST_LOADED = "select max(business_date) as day from delivery"
"""Also a delivery of which every row was refused tells of somebody."""

WANTED = "select queue, candidate_key, customer_id, loan_id, phone from eligible_subject"

NO_CANDIDATES = """
    select cast($business_date as date) as business_date, queue, candidate_key, customer_id, loan_id
    from eligible_subject
    where false
"""

NOTHING_WITHHELD = "select queue, task_id from eligible_task where false"

DENIED_COLUMNS = (
    "business_date", "queue", "candidate_key", "check_name", "subject", "customer_id", "loan_id",
    "reason", "inputs", "rule_id", "rule_version",
)  # fmt: skip

WITHHELD = """
    select distinct cast($business_date as date) as business_date, queue, candidate_key,
        check_name, subject, customer_id, loan_id, reason, inputs, rule_id, rule_version
    from withheld_task
    where queue = $queue
"""

REFUTED_COLUMNS = (
    "queue", "task_id", "task_date", "candidate_key", "customer_id", "loan_id", "case_id",
    "reason", "inputs", "rule_id", "rule_version",
)  # fmt: skip

UNREAD_OF = """
    select queue, task_id, task_date, candidate_key, customer_id, loan_id, case_id,
        reason, inputs, rule_id, rule_version
    from unread_task
    where queue = $queue
"""

LOANS_NAMED = """
    select named_loan_id as loan_id
    from standing_task
    where
        (task_date = cast($business_date as date) or case_id is not null)
        and named_amount is not null
"""

# Contacts that a recall stopped before their hours were not made: the plan owes them anew.
FORGET_UNMADE = """
    delete from task_loan
    where business_date = cast($business_date as date) and task_id in (
        select task_id from task_change
        where task_action = 'recalled' and task_date = cast($business_date as date)
    )
"""


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
    held: tuple[str, ...] = (),
    contact_is_past: bool = False,
    known_on: date | None = None,
) -> None:
    """Bring the ledger of some queues up to date, inside a transaction of the caller.

    Run again on the same facts it adds nothing.

    Args:
        warehouse: an open warehouse.
        day: the business date.
        queues: the queues that are brought up to date.
        held: queues that a gate holds: nothing is added to them, and what must be recalled is.
        contact_is_past: the hours in which the contacts of the date were due are over; none are
            added, and what is on record of those that went out stays as it is.
        known_on: deliveries up to this date count; by default the business date.

    Raises:
        ContractError: a file would carry what it may not; nothing was written.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    parameters = {
        **day.parameters,
        "contact_is_past": contact_is_past,
        "is_suppression": False,
        "known_on": known_on or day.date,
    }
    _look_at_standing(warehouse, parameters)
    rebuild_queues(warehouse, "contact_candidate", day.date, queues, parameters)
    warehouse.temporary("contact_check", parameters)
    rebuild_queues(warehouse, "contact_denial", day.date, queues, parameters)
    _judge(warehouse, parameters)
    _withhold(warehouse, queues, parameters)
    _write_changes(warehouse, day, queues, {**parameters, "is_held": False})
    if not contact_is_past:
        rebuild_queues(warehouse, "task_loan", day.date, queues, parameters)
    if held:
        _write_changes(warehouse, day, held, {**parameters, "is_held": True})
        if not contact_is_past:
            _forget_unmade(warehouse, day)
    if GO_LIVE in queues:
        warehouse.rebuild("go_live_action", day.date, parameters)
    _drop_temporary(warehouse)


def suppress_tasks(
    warehouse: Warehouse,
    day: BusinessDay,
    queues: tuple[str, ...],
    known_on: date,
    *,
    unread: tuple[str, ...] = (),
    hours_begun: bool = False,
) -> None:
    """Recall what must not be acted on by all that is known, inside a transaction of the caller.

    Nothing is added. Contacts of the date that are recalled before their hours count as not made.
    Run again on the same facts it adds nothing.

    Args:
        warehouse: an open warehouse.
        day: the business date whose files are out and whose hours of contact have not begun.
        queues: the queues that are looked at.
        known_on: deliveries up to this date count.
        unread: queues of which every task is recalled, as something came that may protect anybody.
        hours_begun: contacts of the date may have been made already; they stay on record as made.

    Raises:
        ContractError: a file would carry what it may not; nothing was written.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    parameters = {
        **day.parameters,
        "known_on": known_on,
        "contact_is_past": False,
        "is_suppression": not hours_begun,
    }
    _look_at_standing(warehouse, parameters)
    warehouse.temporary("contact_check", parameters)
    _judge(warehouse, parameters)
    if unread:
        warehouse.temporary("unread_task", parameters)
    for queue in unread:
        warehouse.append_from("refused_task", REFUTED_COLUMNS, UNREAD_OF, {"queue": queue})
    warehouse.temporary_from("withheld_task", NOTHING_WITHHELD)
    _write_changes(warehouse, day, queues, {**parameters, "is_held": True}, asks_what_is_owed=True)
    if not hours_begun:
        _forget_unmade(warehouse, day)
    _drop_temporary(warehouse)


def _look_at_standing(warehouse: Warehouse, parameters: Parameters) -> None:
    """Find the tasks that stand, the people concerned and the loans that are due."""
    read_spellings(warehouse)
    for name in TEMPORARY[: TEMPORARY.index("contact_check")]:
        warehouse.temporary(name, parameters)


def _judge(warehouse: Warehouse, parameters: Parameters) -> None:
    """Tell what may go out, and what is refused of that which stands, by the checks made."""
    warehouse.temporary("eligible_task", parameters)
    warehouse.temporary("refused_task", parameters)


def newest_loaded(warehouse: Warehouse, day: date) -> date:
    """The latest date of which a delivery is loaded, or the day where none of a later one is."""
    return max(day, warehouse.scalar(NEWEST_LOADED) or day)


def _withhold(warehouse: Warehouse, queues: tuple[str, ...], parameters: Parameters) -> None:
    """Keep back what the date wants and a check refuses by all that is loaded, with a denial.

    A date that is run late, or again, knows no later delivery; whom that protects is still not
    contacted.
    """
    loaded_on = newest_loaded(warehouse, parameters["known_on"])
    if loaded_on == parameters["known_on"]:
        warehouse.temporary_from("withheld_task", NOTHING_WITHHELD)
        return
    all_known = {**parameters, "known_on": loaded_on}
    warehouse.temporary("eligible_subject", parameters)
    with warehouse.restricted_to({"standing_subject": WANTED, "contact_candidate": NO_CANDIDATES}):
        warehouse.temporary("recipient", all_known)
        warehouse.temporary("paid_loan", all_known)
        warehouse.temporary("contact_check", all_known)
    warehouse.temporary("withheld_task", all_known)
    for queue in queues:
        warehouse.append_from(
            "contact_denial", DENIED_COLUMNS, WITHHELD, {**parameters, "queue": queue}
        )


def _write_changes(
    warehouse: Warehouse,
    day: BusinessDay,
    queues: tuple[str, ...],
    parameters: Parameters,
    *,
    asks_what_is_owed: bool = False,
) -> None:
    """Add what has changed in some queues to the ledger, each queue a revision."""
    contracts = [checked_contract(queue, day.date) for queue in queues]
    warehouse.temporary("task_to_recall", parameters)
    if asks_what_is_owed:
        _add_overtaken(warehouse, parameters)
    warehouse.temporary("task_change", parameters)
    if not parameters["is_held"]:
        for contract in contracts:
            append_model(warehouse, contract.filled_from, day.date, parameters)
    append_model(warehouse, "task", day.date, parameters, queues)
    append_model(warehouse, "task_recall", day.date, parameters, queues)
    for contract in contracts:
        revision = {
            "queue": contract.queue,
            "contract_version": contract.version,
            "header_language": settings().header_language,
            "is_held": parameters["is_held"],
        }
        append_model(warehouse, "publication", day.date, revision)


def _add_overtaken(warehouse: Warehouse, parameters: Parameters) -> None:
    """Add tasks that ask for more than is owed, or what a court has, by all that is known."""
    date_and_knowledge = parameters["business_date"], parameters["known_on"]
    with delinquency_known_since(warehouse, *date_and_knowledge, LOANS_NAMED):
        warehouse.temporary("overtaken_task", parameters)
    warehouse.temporary("overtaken_case", parameters)
    for table in ("overtaken_task", "overtaken_case"):
        overtaken = exp.select(*REFUTED_COLUMNS).from_(table)
        warehouse.append_from("task_to_recall", REFUTED_COLUMNS, overtaken)


def _forget_unmade(warehouse: Warehouse, day: BusinessDay) -> None:
    """Take the loans of contacts that were not made off the record that the plan goes by."""
    warehouse.run(Statement.parsed(FORGET_UNMADE), day.parameters)


def _drop_temporary(warehouse: Warehouse) -> None:
    for name in TEMPORARY:
        warehouse.drop_temporary(name)


def counts(
    warehouse: Warehouse,
    business_date: date,
    queues: Sequence[str],
    *,
    held: Sequence[str] = (),
) -> dict[str, int]:
    """Tasks per queue, recalls per kind and denials per reason of one business date, as they stand.

    A queue that a gate holds is counted where something of it was published.
    """
    dated = {"business_date": business_date}
    published = {
        queue: (added, recalled)
        for queue, added, recalled in warehouse.read_model("published_count", dated)
        if queue in (*queues, *held)
    }
    named = [queue for queue in (*queues, *held) if queue in queues or queue in published]
    recalled = warehouse.read_model("recall_count", dated)
    denied = warehouse.read_model("denied_count", dated)
    return {
        **{f"tasks_{queue}": published.get(queue, (0, 0))[0] for queue in named},
        **{f"recalled_{queue}": n for queue, (_, n) in published.items() if n},
        **{f"recalled_as_{kind}": n for kind, n in recalled},
        **{f"denied_{reason}": n for reason, n in denied},
    }
