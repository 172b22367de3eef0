"""Rows of a table for people to look at, personal columns masked by the warehouse itself."""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.contracts.masking import masked
from postloan.errors import WarehouseError
from postloan.warehouse.engine import Row
from postloan.warehouse.statement import Statement
from postloan.warehouse.warehouse import Warehouse


def table_named(name: str) -> Table:
    """A table of the contracts.

    Raises:
        WarehouseError: there is none of that name; names those that are like it.
    """
    tables = catalogue().tables
    if name not in tables:
        alike = [t for t in tables if name in t or t in name] or list(tables)
        raise WarehouseError(f"There is no table '{name}'. Tables: {', '.join(alike)}.")
    return tables[name]


def masked_rows(
    warehouse: Warehouse,
    table: Table,
    *,
    day: date | None = None,
    keys: Mapping[str, str] | None = None,
    limit: int = 20,
) -> Iterator[Row]:
    """Yield rows of a table in the order of its key; every personal column is masked.

    Args:
        warehouse: an open warehouse.
        table: one of the contracts.
        day: only this partition.
        keys: key column -> its value.
        limit: so many rows at most.

    Raises:
        WarehouseError: the table has no dates, a column is no key, or a value is not of its type.
    """
    select = exp.select(*(masked(c) for c in table.columns)).from_(table.name)
    parameters: dict[str, object] = {}
    if day is not None:
        if not table.partition:
            raise WarehouseError(f"Table {table.name} is not kept by date; leave --date out.")
        select = select.where(exp.column(table.partition).eq(_given("day", "date")))
        parameters["day"] = day
    for number, (name, value) in enumerate((keys or {}).items()):
        if name not in table.key:
            raise WarehouseError(
                f"{name} is no key column of {table.name}; use {', '.join(table.key)}."
            )
        column = table.column(name)
        given = _given(f"key_{number}", column.sql_type)
        select = select.where(exp.column(name, table=table.name).eq(given))
        parameters[f"key_{number}"] = value
    order = [exp.Ordered(this=exp.column(k, table=table.name)) for k in table.key]
    select = select.order_by(*order).limit(limit)
    yield from warehouse.stream_rows(Statement(select), parameters)


def _given(name: str, sql_type: str) -> exp.Expr:
    return exp.cast(exp.Placeholder(this=name), sql_type)
