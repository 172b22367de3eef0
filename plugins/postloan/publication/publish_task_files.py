"""What goes out: candidates, the compliance check, tasks, and the files for each receiver."""

from pathlib import Path

from postloan.business_date import BusinessDay
from postloan.business_day.gates import FailedCheck, failed_checks, told
from postloan.business_day.ledger import contact_is_past, read_book
from postloan.business_day.result import StepResult, record
from postloan.contracts import catalogue
from postloan.publication.ledger import commit_tasks, counts, queues_of
from postloan.publication.publish import publish_files
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.wording import wording

PAST = (
    "A later date has been opened, so the hours to contact for this one are over: "
    "tasks may be recalled, and no contact is added."
)


def publish_task_files(
    warehouse: Warehouse, day: BusinessDay, outbox: Path | None = None
) -> StepResult:
    """Publish the tasks of one business date; a repeated run publishes nothing new.

    Tasks of any date that are known now to rest on wrong facts are recalled, each once.

    Tasks that may still lie on a list are checked again, and what is refused now is recalled.

    While a gate is shut, nothing is added for receivers outside the house; recalls go out all the
    same, and the next publication adds what was held. A date that is run again after a later one
    was opened adds no contact: its hours are over.

    The tasks are committed first and the files made from them, so that a crash in between is
    mended by running again.

    Args:
        warehouse: an open warehouse.
        day: the opened business date; on an opening nothing goes to outside receivers.
        outbox: where the files go; by default the outbox of the settings.

    Raises:
        ContractError: a file would carry what it may not; nothing was written.
        PublicationError: the outbox cannot be written, or a published file was changed.
        WordingError: the language of the files has none; nothing was written.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    # Read before anything is written: without words there are no files.
    wording(settings().header_language)
    due = queues_of(day)
    failed = failed_checks(warehouse, day.date)
    queues = _inside(due) if failed else due
    shut = tuple(queue for queue in due if queue not in queues)
    is_past = contact_is_past(read_book(warehouse), day.date)
    with warehouse.transaction():
        commit_tasks(warehouse, day, queues, held=shut, contact_is_past=is_past)
        held = _held_note(day, failed, shut)
        result = StepResult(
            "publish_task_files",
            {**counts(warehouse, day.date, queues, held=shut), **_held_counts(failed)},
            " ".join(filter(None, (held, PAST if is_past else ""))),
        )
        record(warehouse, day, result)
    publish_files(warehouse, day.date, queues, outbox or settings().outbox, held=shut)
    return result


def _inside(queues: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(q for q in queues if catalogue().task_files[q].is_internal)


def _held_counts(failed: tuple[FailedCheck, ...]) -> dict[str, int]:
    return {"gate_checks_failed": len(failed)} if failed else {}


def _held_note(day: BusinessDay, failed: tuple[FailedCheck, ...], held: tuple[str, ...]) -> str:
    """Why nothing goes to whom, and how it may; empty where nothing is held."""
    if not held:
        return ""
    checks = "1 check failed" if len(failed) == 1 else f"{len(failed)} checks failed"
    return (
        f"HELD: {', '.join(held)} ({checks}). {told(failed)} "
        f"Deliver again, or: python -m postloan gate release --date {day.date} --reason TEXT"
    )
