"""What goes out: candidates, the compliance check, tasks, and the files for each receiver."""

from pathlib import Path

from postloan.business_day import BusinessDay
from postloan.settings import settings
from postloan.steps.result import StepResult, record
from postloan.taskfiles.ledger import commit_tasks, counts, queues_of
from postloan.taskfiles.publish import publish_files
from postloan.warehouse import Warehouse


def publish_task_files(
    warehouse: Warehouse, day: BusinessDay, outbox: Path | None = None
) -> StepResult:
    """Publish the tasks of one business date; a repeated run publishes nothing new.

    The tasks are committed first and the files made from them, so that a crash in between is
    mended by running again.

    Args:
        warehouse: an open warehouse.
        day: the opened business date; on an opening nothing goes to outside receivers.
        outbox: where the files go; by default the outbox of the settings.

    Raises:
        ContractError: a file would carry what it may not; nothing was written.
        PublicationError: the outbox cannot be written, or a published file was changed.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    queues = queues_of(day)
    with warehouse.transaction():
        commit_tasks(warehouse, day, queues)
        result = StepResult("publish_task_files", counts(warehouse, day.date, queues))
        record(warehouse, day, result)
    publish_files(warehouse, day.date, queues, outbox or settings().outbox)
    return result
