"""Carrying a lender from one warehouse to another, of the same engine or not.

Table by table, rows go from a snapshot of the source to the target in batches. Each table is one
transaction of the target: its rows, the proof that they are the source's, and its row in the ledger
`carried_table`. Whoever is killed on the way runs the same command again: tables that stand in the
ledger are proved again and left alone. The ledger's row about itself is written last; a target
that has it is in use, and nothing is carried there any more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.warehouse.checksum import Checksum, checksum
from postloan.warehouse.engine import Row
from postloan.warehouse.migration import LEDGER as SCHEMA_LEDGER
from postloan.warehouse.warehouse import Warehouse

LEDGER = "carried_table"
OWN_TABLES = (SCHEMA_LEDGER, LEDGER)
"""What each warehouse keeps about itself."""
BATCH_ROWS = 50_000

Tell = Callable[[str, int, int], None]
"""Hears the table, the rows of it that are there, and all its rows."""


def carry(source: Warehouse, target: Warehouse, source_name: str, tell: Tell) -> int:
    """Carry every table, and prove that nothing changed on the way; number of rows.

    Args:
        source: the warehouse in use; nothing is written to it.
        target: an empty warehouse, or one that an earlier run left unfinished.
        source_name: what the source is called in the ledger; no secrets.
        tell: hears of progress.

    Raises:
        WarehouseError: the target holds something else, or a table is not the same on both sides.
    """
    tables = [t for t in catalogue().tables.values() if t.name not in OWN_TABLES]
    with source.snapshot():
        carried = _ledger(target, source_name)
        if LEDGER in carried:
            return _prove_all(source, target, tables, carried)
        _refuse_foreign_rows(target, [t for t in tables if t.name not in carried])
        for table in tables:
            _carry_table(source, target, table, source_name, carried.get(table.name), tell)
        carried = _ledger(target, source_name)
        rows = sum(found.rows for found in carried.values())
        target.append_rows(LEDGER, [_entry(LEDGER, source_name, Checksum(rows, "all"))])
    return rows


def _ledger(target: Warehouse, source_name: str) -> dict[str, Checksum]:
    """What was carried before: table -> what it held.

    Raises:
        WarehouseError: it came from elsewhere.
    """
    found = target.fetch("select table_name, source, row_count, content from carried_table")
    others = {source for _, source, _, _ in found} - {source_name}
    if others:
        raise WarehouseError(
            f"The target holds what was carried from {min(others)}. Name an empty target, or go on "
            f"from there."
        )
    return {name: Checksum(rows, content) for name, _, rows, content in found}


def _refuse_foreign_rows(target: Warehouse, tables: Iterable[Table]) -> None:
    filled = [t.name for t in tables if target.count(t.name)]
    if filled:
        more = f" and {len(filled) - 3} more" if len(filled) > 3 else ""
        raise WarehouseError(
            f"The target is not empty: there are rows in {', '.join(filled[:3])}{more}. Name an "
            f"empty database or file; nothing was carried."
        )


def _carry_table(
    source: Warehouse,
    target: Warehouse,
    table: Table,
    source_name: str,
    before: Checksum | None,
    tell: Tell,
) -> None:
    """Carry one table, or prove that it is there already."""
    wanted = checksum(source, table)
    if before:
        _refuse_a_target_in_use(target, table, before)
    if before == wanted:
        tell(table.name, wanted.rows, wanted.rows)
        return
    with target.transaction():
        target.replace_slice(LEDGER, {"table_name": table.name}, [])
        target.write_rows(table.name, None, [])
        done = 0
        for batch in _batches(_rows(source, table)):
            done += target.insert_rows(table.name, table.column_names, batch)
            if done < wanted.rows:
                tell(table.name, done, wanted.rows)
        found = checksum(target, table)
        if found != wanted:
            raise WarehouseError(
                f"Table {table.name} is not the same on both sides: {wanted.rows:,} rows in the "
                f"source, {found.rows:,} in the target, and their contents "
                f"{'differ' if found.content != wanted.content else 'agree'}. Nothing of it was "
                f"kept; see that nobody works in either, and run the same command again."
            )
        target.append_rows(LEDGER, [_entry(table.name, source_name, found)])
    tell(table.name, wanted.rows, wanted.rows)


def _refuse_a_target_in_use(target: Warehouse, table: Table, before: Checksum) -> None:
    if checksum(target, table) != before:
        raise WarehouseError(
            f"Somebody has worked in the target: {table.name} is not what was carried there. Name "
            f"an empty target."
        )


def _prove_all(
    source: Warehouse, target: Warehouse, tables: Sequence[Table], carried: dict[str, Checksum]
) -> int:
    """Everything was carried before: say so where both sides are still the same."""
    changed = [
        t.name
        for t in tables
        if not carried.get(t.name) == checksum(source, t) == checksum(target, t)
    ]
    if changed:
        raise WarehouseError(
            f"Everything was carried before; since then {', '.join(changed[:3])} changed on one "
            f"side. Nothing was carried again: the target may be in use."
        )
    return sum(found.rows for name, found in carried.items() if name != LEDGER)


def _entry(table: str, source_name: str, found: Checksum) -> dict[str, Any]:
    return {
        "table_name": table,
        "source": source_name,
        "row_count": found.rows,
        "content": found.content,
    }


def _rows(source: Warehouse, table: Table) -> Iterator[Row]:
    return source.stream(exp.select(*table.column_names).from_(table.name))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch
