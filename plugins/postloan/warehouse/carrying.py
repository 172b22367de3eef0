"""Rows that lie aside while the tables they go to change.

What a warehouse of before holds in other tables, or in other columns, is read out first, by a
SELECT in the columns of the contract, and put in when the tables are those of the contracts.
Whatever rests on these, such as grants, stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from postloan.contracts import Column, Table
from postloan.warehouse.schema.plan import HeldTable
from postloan.warehouse.statements import dropping, emptying

if TYPE_CHECKING:
    from postloan.warehouse.warehouse import Warehouse

Held = Mapping[str, HeldTable]


@dataclass(frozen=True)
class Carried:
    """Rows on their way.

    Attributes:
        table: where they go, empty until then.
        rows: the SELECT of its columns, over the tables as they are held.
        told: what happens, as the ledger of changes keeps it.
        left: a table that no contract describes any more, empty from then on.
    """

    table: Table
    rows: exp.Query
    told: str
    left: str | None = None

    @property
    def aside(self) -> str:
        """Where the rows lie meanwhile."""
        return f"rows_of_{self.table.name}"


def lay_aside(warehouse: "Warehouse", carried: Iterable[Carried], held: Held) -> None:
    """Read the rows out, and empty the tables they come from and go to.

    Raises:
        WarehouseError: a value is none of the type that the contract has now.
    """
    known = tuple(carried)
    for rows in known:
        warehouse.temporary_from(rows.aside, rows.rows)
    for name in {n for rows in known for n in (rows.table.name, rows.left) if n in held}:
        warehouse.run(emptying(str(name)), {})


def put_in(warehouse: "Warehouse", carried: Iterable[Carried]) -> None:
    """Put the rows that lie aside into their tables.

    Raises:
        WarehouseError: a row has no value for a column that is required now.
    """
    for rows in carried:
        columns = rows.table.column_names
        warehouse.append_from(rows.table.name, columns, exp.select(*columns).from_(rows.aside))
        warehouse.drop_temporary(rows.aside)
        if rows.left:
            # A lake keeps the empty name.
            warehouse.run(dropping(rows.left), {})


def held_value(column: Column, name: str, held: Held) -> exp.Expr:
    """A column of the contract, by whichever name a table holds it; empty where it is not there."""
    names = held_names(name, held)
    found = next((n for n in (column.name, *column.former_names) if n in names), None)
    value = exp.column(found, name) if found else exp.null()
    return exp.cast(value, column.sql_type, dialect="duckdb").as_(column.name)


def held_names(name: str, held: Held) -> set[str]:
    """The columns of a table as it is held; none where it is not."""
    return {c.name for c in held[name].columns} if name in held else set()
