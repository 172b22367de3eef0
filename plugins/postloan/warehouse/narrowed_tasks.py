"""From one wide table of tasks to identity and fate, and a payload for each queue.

Until 2026-11 `task` and `contact_candidate` had the columns of every task file. What a task said
goes into the payload of its queue; what a wish said becomes the `content` that the number of its
task is made of.
"""

from collections.abc import Iterator

from sqlglot import exp

from postloan.contracts import Catalogue
from postloan.contracts.payloads import TASK
from postloan.warehouse.carrying import Carried, Held, held_names, held_value

CANDIDATE = "contact_candidate"
WIDE = "loan_amounts"
"""A column that no narrow table has."""


def narrowed_tasks(contracts: Catalogue, held: Held) -> Iterator[Carried]:
    """The rows of the tables that hold tasks of all queues in the columns of all files."""
    if WIDE in held_names(TASK, held):
        yield Carried(contracts.tables[TASK], _rows(contracts, TASK, held), "made narrow")
        for queue, payload in contracts.payloads().items():
            said = exp.select(*(held_value(c, TASK, held) for c in payload.columns)).from_(TASK)
            of_queue = exp.column("queue").eq(exp.Literal.string(queue))
            rows = said.where(of_queue, "task_action = 'added'")
            yield Carried(payload, rows, f"taken out of {TASK}")
    if WIDE in held_names(CANDIDATE, held):
        yield Carried(contracts.tables[CANDIDATE], _rows(contracts, CANDIDATE, held), "made narrow")


def _rows(contracts: Catalogue, name: str, held: Held) -> exp.Query:
    columns = contracts.tables[name].columns
    values = (_content(held) if c.name == "content" else held_value(c, name, held) for c in columns)
    return exp.select(*values).from_(name)


def _content(held: Held) -> exp.Expr:
    """What a wish said, in the order in which the number of a task has it."""
    there = held_names(CANDIDATE, held)
    parts = (("template_id", "script_id"), (WIDE,), ("loan_stages",), ("amount_due",))
    said = (
        exp.func(
            "coalesce",
            *(exp.cast(exp.column(n), "varchar") for n in names if n in there),
            exp.Literal.string("~"),
        )
        for names in parts
    )
    return exp.func("concat_ws", exp.Literal.string("|"), *said, dialect="duckdb").as_("content")
