"""Writes that touch less than a partition: one queue of a date, or rows that are only added.

Both take the rows from the SQL file of the table's name, as `Warehouse.rebuild` does.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from sqlglot import exp

from postloan.contracts import catalogue
from postloan.warehouse.models import Parameters, load_model, sql_folder
from postloan.warehouse.statements import Select, keep, selecting, used
from postloan.warehouse.warehouse import Warehouse


@cache
def _insert(name: str, select: Select, queues: tuple[str, ...]) -> exp.Insert:
    """The statement that adds the rows of a table's SQL file, of some queues or of all."""
    table = catalogue().tables[name]
    rows = exp.select(
        *(exp.cast(exp.column(c.name), c.sql_type, copy=False).as_(c.name) for c in table.columns)
    ).from_(selecting(select).copy().subquery("made", copy=False), copy=False)
    if queues:
        rows = rows.where(_one_of(queues), copy=False)
    return keep(exp.insert(rows, exp.to_table(name), columns=list(table.column_names), copy=False))


def _one_of(queues: tuple[str, ...]) -> exp.Expr:
    return exp.column("queue").isin(*(exp.Placeholder(this=n) for n in _names(queues)))


def _names(queues: tuple[str, ...]) -> dict[str, str]:
    return {f"queue_{number}": queue for number, queue in enumerate(queues)}


def append_model(
    warehouse: Warehouse,
    name: str,
    partition: date,
    parameters: Mapping[str, object],
    queues: tuple[str, ...] = (),
) -> None:
    """Add the rows of the SQL file of a table to that table; rows that are there stay.

    Args:
        warehouse: an open warehouse.
        name: table and SQL file.
        partition: the business date that is added to.
        parameters: further parameters of the file.
        queues: add the rows of these queues only; by default all.

    Raises:
        WarehouseError: the partition holds a key twice afterwards.
    """
    insert = _insert(name, Select(load_model(name).text, sql_folder()), queues)
    given: Parameters = {"business_date": partition, **parameters, **_names(queues)}
    warehouse.note(name, given)
    with warehouse.transaction():
        warehouse.run(insert, used(insert, given))
        warehouse.check_key(catalogue().tables[name], partition)


def rebuild_queues(
    warehouse: Warehouse,
    name: str,
    partition: date,
    queues: tuple[str, ...],
    parameters: Mapping[str, object],
) -> None:
    """Replace the rows of some queues in one partition by those of the table's SQL file.

    Raises:
        WarehouseError: the rows repeat a key, or the engine refused the statement.
    """
    in_partition = exp.column(str(catalogue().tables[name].partition)).eq(
        exp.Placeholder(this="business_date")
    )
    delete = exp.delete(exp.to_table(name)).where(in_partition, _one_of(queues))
    with warehouse.transaction():
        warehouse.run(delete, {"business_date": partition, **_names(queues)})
        append_model(warehouse, name, partition, parameters, queues)
