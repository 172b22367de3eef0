"""Builds the world the sample lender lives in: its customers, loans, payments and their fates.

Everything is one set-based statement per table, in `sql/world`, over draws that are hashes of
(seed, decision, who). The statements are written for DuckDB alone: nothing else ever runs them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

SQL = Path(__file__).parent / "sql"

# In the order in which they build on each other.
TABLES = (
    "loan_book",
    "loan_pause",
    "payment_plan",
    "booking",
    "loan_outcome",
    "borrower",
    "bureau_account",
    "contact_attempt",
    "visit",
    "loan_security",
    "team_member",
)

LOANS_PER_CUSTOMER = 1.18


@cache
def sql_text(name: str) -> str:
    """The text of a file below `sql`, named without its ending."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").strip()


def has_sql(name: str) -> bool:
    """Whether there is a text below `sql` of that name."""
    return (SQL / f"{name}.sql").is_file()


@contextmanager
def build_world(
    *,
    loans: int,
    seed: int,
    opening: date,
    last_date: date,
    memory_limit: str,
    threads: int | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Build the world in memory and hand out the connection that holds it.

    Args:
        loans: how many loans there are by the last date.
        seed: another seed gives another world.
        opening: the first business date; what is known by then is the book.
        last_date: nothing after this date is told.
        memory_limit: what DuckDB may use before it spills to disk, such as `4GB`.
        threads: how many threads it uses; all cores where it is None.

    Yields:
        A connection with the tables of `TABLES` and the macros that the feeds are written in.
    """
    with TemporaryDirectory(prefix="postloan-sample-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set enable_progress_bar = false")
            customers = max(1, round(loans / LOANS_PER_CUSTOMER))
            variables = {
                "seed": seed,
                "loans": loans,
                "customers": customers,
                "opening": opening,
                "last_date": last_date,
            }
            for name, value in variables.items():
                connection.execute(f"set variable {name} = ?", [value])
            for macros in ("macros", "names"):
                connection.execute(sql_text(macros))
            for table in TABLES:
                connection.execute(f"create table {table} as {sql_text(f'world/{table}')}")
            yield connection
