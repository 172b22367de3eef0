"""What many tests begin with, made once by running it and put back for the others.

A day that is run takes seconds, and most tests of what happens on a date begin with the same days.
The first test of a process runs them; rows and files are kept, and the next that sends the same
finds them in its own warehouse and home. What is kept was made by the product, by nothing else.
"""

import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postloan.contracts import catalogue
from postloan.warehouse.migration import LEDGER
from tests.support.deliveries import Lender

OF_ONE_TEST = ("POSTLOAN_HOME", "POSTLOAN_WAREHOUSE")
"""Settings that say where, not what."""


@dataclass(frozen=True)
class Beginning:
    """All rows of a warehouse, and all files of a home with their modes."""

    rows: dict[str, list[tuple[Any, ...]]]
    files: dict[str, tuple[int, bytes]]


_kept: dict[Hashable, Beginning] = {}


def begin(lender: Lender, name: str, run: Callable[[], None]) -> None:
    """Let a lender who has sent his deliveries, and nothing more, stand where a run ends.

    Args:
        lender: his warehouse holds nothing yet.
        name: of what is run; the same name runs the same.
        run: takes in what was sent, and whatever follows from it.
    """
    assert lender.holds_nothing()
    key = (name, lender.warehouse.dialect, _settings(), tuple(_files(lender.landing).items()))
    if key in _kept:
        _put_back(_kept[key], lender)
        return
    run()
    rows = {
        table: lender.warehouse.fetch(f"select {', '.join(columns)} from {table}")
        for table, columns in _tables().items()
    }
    _kept[key] = Beginning({t: found for t, found in rows.items() if found}, _files(lender.home))


def _settings() -> tuple[tuple[str, str], ...]:
    told = {name: value for name, value in os.environ.items() if name.startswith("POSTLOAN_")}
    return tuple(sorted((n, value) for n, value in told.items() if n not in OF_ONE_TEST))


def _tables() -> dict[str, list[str]]:
    found = catalogue().tables.items()
    return {name: list(table.column_names) for name, table in found if name != LEDGER}


def _files(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = sorted(p for p in folder.rglob("*") if p.is_file() and ".duckdb" not in p.name)
    return {str(p.relative_to(folder)): (p.stat().st_mode, p.read_bytes()) for p in found}


def _put_back(beginning: Beginning, lender: Lender) -> None:
    tables = _tables()
    with lender.warehouse.transaction():
        for name, rows in beginning.rows.items():
            lender.warehouse.insert_rows(name, tables[name], rows)
    for name, (mode, content) in beginning.files.items():
        path = lender.home / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
