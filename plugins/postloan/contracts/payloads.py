"""The payload of a queue: what its file says beyond whom a task is about, a table of the warehouse.

`task` tells of every queue the same: identity and fate. The rest follows from the contract of the
task file: its columns that `task` has not, in `<queue>_payload`, made by the SELECT of that name.
A contract may add what is kept on record and not sent (`unsent`).
"""

from collections.abc import Iterable
from dataclasses import replace

from postloan.contracts.model import Column, Table, TaskFileContract

TASK = "task"
IDENTITY = ("business_date", "revision", "task_id")
"""The key of a payload; a task is of one queue, so that its table need not say which."""

SUBJECT = ("customer_id", "loan_id")
"""Whose data it is: kept, held and erased as the task itself is."""

LANGUAGES = {"zh": "中文", "en": "英文"}


def payload_of(queue: str) -> str:
    """The table of what the tasks of a queue say."""
    return f"{queue}_payload"


def payload_table(file: TaskFileContract, task: Table) -> Table:
    """The table of what the tasks of a queue say, by the contract of its file.

    Args:
        file: the contract of the queue.
        task: the table of tasks; what it has is not held twice.
    """
    identity = [task.column(name) for name in IDENTITY]
    key = [replace(c, key_position=place) for place, c in enumerate(identity, start=1)]
    subject = [replace(task.column(name), required=False) for name in SUBJECT]
    told = (*file.table.columns, *file.unsent)
    said = [c for c in told if c.name not in task.column_names]
    return Table(
        name=payload_of(file.queue),
        title=f"{file.table.title}内容",
        description=f"What the tasks of {file.queue} say, by the contract of its file.",
        grain=", ".join(IDENTITY),
        area="publication",
        columns=(*key, *subject, *(held for column in said for held in _held(column))),
        english=f"{file.table.english_name} payload",
        version=file.version,
    )


def _held(column: Column) -> Iterable[Column]:
    """A column of a file as it is held: plain words in each language."""
    if not column.is_bilingual:
        return (replace(column, required=False),)
    return (
        replace(
            column,
            name=f"{column.name}_{language}",
            title=f"{column.title}({told})",
            required=False,
            is_bilingual=False,
        )
        for language, told in LANGUAGES.items()
    )


def file_source(
    file: TaskFileContract, column: Column, language: str, tables: dict[str, Table]
) -> tuple[str, tuple[str, ...]]:
    """The table that fills a column of a file, and which of its columns do.

    Words come as a message, as words in two languages, or as a message and, in rows of before, as
    words.

    Returns:
        The table, and no column where neither it nor `task` has one.
    """
    for table in (file.filled_from, TASK):
        known = tables[table].column_names
        names = tuple(n for n in (column.name, f"{column.name}_{language}") if n in known)
        if names:
            return table, names
    return file.filled_from, ()
