"""Writes that touch less than a partition: one queue of a date, or rows that are only added.

Both take the rows from the SQL file of the table's name, as `Warehouse.rebuild` does.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from sqlglot import exp

from postloan.contracts import catalogue
from postloan.warehouse.models import Parameters, load_model
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import deleting_among
from postloan.warehouse.warehouse import Warehouse


@cache
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
    table = catalogue().tables[name]
    rows = Statement.select(load_model(name).text)
    given: Parameters = {"business_date": partition, **parameters, **_names(queues)}
    warehouse.note(name, given)
    with warehouse.transaction():
        warehouse.run(rows.as_contract_rows(table, _one_of(queues) if queues else None), given)
        warehouse.check_key(table, partition)


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
    delete = deleting_among(name, exp.and_(in_partition, _one_of(queues)))
    with warehouse.transaction():
        warehouse.run(delete, {"business_date": partition, **_names(queues)})
        append_model(warehouse, name, partition, parameters, queues)
