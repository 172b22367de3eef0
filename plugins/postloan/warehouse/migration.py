"""Bringing the tables of a warehouse to what the contracts say, without losing a row.

The ledger `schema_change` says which contracts the tables were made by. As long as these have not
changed, opening a warehouse costs one look at its newest row. Otherwise everything that must
change is found (`schema_plan`), proved to lose nothing, and made in one transaction together with
its rows in the ledger: whoever is killed on the way leaves the tables as they were.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.warehouse.carrying import Carried, lay_aside, put_in
from postloan.warehouse.merged_history import merged_histories
from postloan.warehouse.narrowed_tasks import narrowed_tasks
from postloan.warehouse.schema.column_types import spelt
from postloan.warehouse.schema.plan import Change, HeldColumn, HeldTable, schema_plan

if TYPE_CHECKING:
    from postloan.warehouse.warehouse import Warehouse

LEDGER = "schema_change"
NEWEST = "select fingerprint, change_no from schema_change order by change_no desc limit 1"
SHAPES = """
    select table_name, key_columns, partition_column from schema_change order by change_no
"""
"""Of each table the last row counts."""


def bring_up_to_date(warehouse: "Warehouse") -> tuple[Change, ...]:
    """Make the tables of a warehouse those of the contracts; the changes that were made.

    Raises:
        WarehouseError: a change would lose data; nothing was changed. Names every such change,
            with what to do about it.
    """
    tables = tuple(catalogue().tables.values())
    wanted = fingerprint(warehouse, tables)
    if _recorded(warehouse) == wanted:
        return ()
    with warehouse.transaction():
        warehouse.wait_for_other_migrations()
        columns = warehouse.held_columns()
        newest, number = _newest(warehouse) if LEDGER in columns else ("", 0)
        if newest == wanted:
            return ()
        held = _held(warehouse, columns)
        changes = _changes(tables, held)
        if refused := _refusals(warehouse, changes):
            raise WarehouseError(
                "The contracts ask for changes that would lose data. Nothing was changed.\n  "
                + "\n  ".join(refused)
            )
        _make(warehouse, changes, held)
        warehouse.arrange(tables)
        _record(warehouse, changes, wanted, number)
    return changes


def _make(warehouse: "Warehouse", changes: Iterable[Change], held: Mapping[str, HeldTable]) -> None:
    """Make the changes; rows that change tables or columns lie aside meanwhile."""
    carried = _carried(held)
    lay_aside(warehouse, carried, held)
    for change in changes:
        if change.creates:
            warehouse.create_table(change.table)
        for statement in change.alters:
            warehouse.alter(statement)
    put_in(warehouse, carried)


def _carried(held: Mapping[str, HeldTable]) -> tuple[Carried, ...]:
    """The rows that stand in other tables or columns than those of the contracts so far."""
    contracts = catalogue()
    return (
        *merged_histories(contracts.tables.values(), held),
        *narrowed_tasks(contracts, held),
    )


def pending(warehouse: "Warehouse") -> tuple[tuple[Change, ...], list[str]]:
    """The changes that opening a warehouse would make, and what speaks against them.

    Nothing is changed.
    """
    tables = tuple(catalogue().tables.values())
    if _recorded(warehouse) == fingerprint(warehouse, tables):
        return (), []
    changes = _changes(tables, _held(warehouse, warehouse.held_columns()))
    return changes, _refusals(warehouse, changes)


def _changes(tables: tuple[Table, ...], held: Mapping[str, HeldTable]) -> tuple[Change, ...]:
    """The changes that make the tables those of the contracts.

    Rows that lie aside meanwhile are cast on their way back: nothing need be proved of them.
    """
    carried = _carried(held)
    names = {rows.table.name for rows in carried}
    return (
        *(
            replace(change, proof=None) if change.table.name in names else change
            for change in schema_plan(tables, held)
        ),
        *(Change(rows.table, rows.told) for rows in carried),
    )


def fingerprint(warehouse: "Warehouse", tables: Iterable[Table]) -> str:
    """What tells whether the tables of an engine are up to date: contracts and own layout."""
    lines = [
        f"{table.name} ({', '.join(table.key)}) by {table.partition}: "
        + ", ".join(f"{c.name} {c.sql_type}{' required' * c.required}" for c in table.columns)
        + warehouse.layout(table)
        for table in tables
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def _recorded(warehouse: "Warehouse") -> str:
    """The newest fingerprint; empty where there is no ledger yet.

    Whatever else keeps the ledger from being read shows again, and is told, a moment later.
    """
    with suppress(WarehouseError):
        return _newest(warehouse)[0]
    return ""


def _newest(warehouse: "Warehouse") -> tuple[str, int]:
    rows = warehouse.fetch(NEWEST)
    return rows[0] if rows else ("", 0)


def _held(
    warehouse: "Warehouse", columns: Mapping[str, tuple[HeldColumn, ...]]
) -> dict[str, HeldTable]:
    shapes = {}
    if LEDGER in columns:
        for name, key, partition in warehouse.fetch(SHAPES):
            shapes[name] = tuple(key.split(", ")) if key else (), partition
    return {
        name: HeldTable(held, *shapes.get(name, (None, None))) for name, held in columns.items()
    }


def _refusals(warehouse: "Warehouse", changes: Iterable[Change]) -> list[str]:
    """Ask of the rows whatever the changes rest on; what speaks against them."""
    refused = []
    for change in changes:
        if change.proof:
            ((n,),) = list(warehouse.stream_rows(change.proof.count, {}))
            refused += [change.proof.told(n)] if n else []
    return refused


def _record(warehouse: "Warehouse", changes: Iterable[Change], wanted: str, number: int) -> None:
    """One row per change; a change of an engine's own layout alone is one of the ledger."""
    made = list(changes) or [Change(catalogue().tables[LEDGER], "indexes brought up to date")]
    warehouse.append_rows(
        LEDGER,
        (
            {
                "change_no": number + place,
                "table_name": change.table.name,
                "change": change.what,
                "contract_version": change.table.version,
                "key_columns": ", ".join(change.table.key),
                "partition_column": change.table.partition,
                "fingerprint": wanted,
            }
            for place, change in enumerate(made, start=1)
        ),
    )


def held_columns(
    rows: Iterable[tuple[str, str, str, bool]], dialect: str
) -> dict[str, tuple[HeldColumn, ...]]:
    """What an engine lists of its columns, table by table.

    Args:
        rows: table, column, type as the engine names it, whether it is required; in order.
        dialect: whose types they are.
    """
    tables: dict[str, list[HeldColumn]] = {}
    for table, column, sql_type, required in rows:
        held = HeldColumn(column, spelt(sql_type, dialect), required)
        tables.setdefault(table, []).append(held)
    return {name: tuple(columns) for name, columns in tables.items()}
