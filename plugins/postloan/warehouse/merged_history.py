"""From a table and its history to one table of versions.

Until 2026-11 a table whose rows are restated held what is known now, with the date since when in
`known_on`, and `<table>_history` what had been superseded, counted by `belief_no`. Both become
versions in the one table; nothing else of a row changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from postloan.contracts import Column, Table
from postloan.contracts.model import VERSION_NO
from postloan.warehouse.schema.plan import HeldTable
from postloan.warehouse.statements import dropping, emptying

if TYPE_CHECKING:
    from postloan.warehouse.warehouse import Warehouse


def history_of(name: str) -> str:
    """Where the superseded rows of a table were."""
    return f"{name}_history"


def tables_with_history(tables: Iterable[Table], held: Mapping[str, HeldTable]) -> Iterator[Table]:
    """The tables of the contracts whose superseded rows stand in a table of their own so far."""
    for table in tables:
        is_apart = table.keeps_versions and history_of(table.name) in held
        if is_apart and table.name in held and VERSION_NO not in _names(held[table.name]):
            yield table


def lay_versions_aside(warehouse: "Warehouse", table: Table, held: Mapping[str, HeldTable]) -> None:
    """Put all versions of a table, in the columns of the contract, aside; the table is empty then.

    Its columns can be changed, and whatever rests on it, such as grants, stays.

    Raises:
        WarehouseError: a value is none of the type that the contract has now.
    """
    warehouse.temporary_from(_aside(table), _all_versions(table, held))
    for name in (table.name, history_of(table.name)):
        warehouse.run(emptying(name), {})


def take_versions_in(warehouse: "Warehouse", table: Table) -> None:
    """Put the versions that lie aside into the table, and let go of its history.

    Raises:
        WarehouseError: a row has no value for a column that is required now.
    """
    columns = table.column_names
    warehouse.append_from(
        table.name,
        columns,
        f"select {', '.join(columns)} from {_aside(table)}",  # noqa: S608 (names of contracts)
    )
    warehouse.drop_temporary(_aside(table))
    # A lake keeps the empty name; no contract describes it any more.
    warehouse.run(dropping(history_of(table.name)), {})


def _aside(table: Table) -> str:
    return f"versions_of_{table.name}"


def _all_versions(table: Table, held: Mapping[str, HeldTable]) -> str:
    name, history = table.name, history_of(table.name)
    same_key = " and ".join(f"{name}.{k} = earlier.{k}" for k in table.row_key)
    now = ", ".join(_value(c, name, held[name]) for c in table.made_columns)
    before = ", ".join(_value(c, history, held[history]) for c in table.made_columns)
    key = ", ".join(table.row_key)
    return f"""
        select {now},
            coalesce({name}.known_on, {name}.{table.partition}) as known_from,
            cast(null as date) as known_before,
            cast(coalesce(earlier.last_no, 0) + 1 as bigint) as {VERSION_NO}
        from {name}
        left join (
            select {key}, max(belief_no) as last_no
            from {history}
            group by {key}
        ) as earlier
            on {same_key}
        union all
        select {before}, known_from, known_before, belief_no as {VERSION_NO}
        from {history}
    """  # noqa: S608 (names of contracts)


def _value(column: Column, table: str, held: HeldTable) -> str:
    """A column of the contract, by whichever name it is held; empty where it is not there yet."""
    names = _names(held)
    name = next((n for n in (column.name, *column.former_names) if n in names), None)
    value = f"{table}.{name}" if name else "null"
    return f"cast({value} as {column.sql_type}) as {column.name}"


def _names(held: HeldTable) -> set[str]:
    return {c.name for c in held.columns}
