"""Taking large files in, beside DuckDB's bare `read_csv` into a table.

    python -m benchmarks.ingestion [--rows 12000000] [--keep FOLDER]

1. A schedule of 12 million rows (7 columns) for a million loans delivered before, through the real
   ingestion: validated, bad rows quarantined, quality gate, keys, one transaction. Beside it, in
   the same run, DuckDB alone reads the same file into a table of a database file of its own.
2. A day of these loans after three repayments each: a new repayment on every tenth loan, and a
   corrected amount on every hundredth.

Each part runs in a process of its own. Seconds are told per phase, so that what dominates shows.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import Result, Timings, in_own_process, peak_memory_gb

OPENING = date(2026, 11, 16)
SCHEDULE, HISTORY, CHANGES = (OPENING + timedelta(days=n) for n in (1, 2, 3))
SOURCE = "core_banking"
INSTALMENTS = 12
PAID = 3
NEW_ONE_IN, CORRECTED_ONE_IN = 10, 100
RUNS = 2

PHASES = (
    ("postloan.ingestion.deliver", None, "check_content"),
    ("postloan.ingestion.loading.staging", "Staging", "load"),
    ("postloan.ingestion.loading.staging", "Staging", "convert"),
    ("postloan.ingestion.loading.staging", "Staging", "refuse_duplicates"),
    ("postloan.ingestion.loading.staging", "Staging", "refuse_orphans"),
    ("postloan.ingestion.deliver", None, "refuse_reversals"),
    ("postloan.ingestion.loading.staging", "Staging", "quarantine"),
    ("postloan.ingestion.checks.quality", "QualityGate", "check"),
    ("postloan.ingestion.deliver", None, "_make_facts"),
)
"""Module, class and name of the functions whose seconds are told."""

WORLD = """
create table made_customer_opening as
    select 'C' || i as customer_id, 'employed' as customer_group from range({loans}) r(i);
create table made_loan_opening as
    select 'L' || i as loan_id, 'C' || i as customer_id, 'consumer' as product, 'CNY' as currency,
        1200.00::decimal(18, 2) as principal, date '2026-01-05' as disbursed_on,
        'active' as loan_status
    from range({loans}) r(i);
create view instalment_all as
    select 'L' || i as loan_id, n as instalment_no,
        (date '2026-01-15' + to_months(n::integer))::date as due_on,
        105.50::decimal(18, 2) as amount_due, 100.00::decimal(18, 2) as principal_due,
        5.50::decimal(18, 2) as interest_due
    from range({loans}) r(i), range({instalments}) s(n);
create table made_instalment_opening as
    select * from instalment_all where loan_id = 'L0' and instalment_no = 0;
create view made_instalment_daily as
    select *, date '{schedule}' as known_on from instalment_all
    anti join made_instalment_opening using (loan_id, instalment_no);
create view made_repayment_daily as
    select 'R' || i || '-' || n as repayment_id, 'L' || i as loan_id, n as instalment_no,
        (date '2026-01-15' + to_months(n::integer))::date as paid_on,
        105.50::decimal(18, 2) as amount, 'regular' as payment_type, date '{history}' as known_on
    from range({loans}) r(i), range({paid}) s(n)
    union all by name
    select 'R' || i || '-new' as repayment_id, 'L' || i as loan_id, {paid} as instalment_no,
        date '{changes}' as paid_on, 105.50::decimal(18, 2) as amount, 'regular' as payment_type,
        date '{changes}' as known_on
    from range({loans}) r(i) where i % {new_one_in} = 0
    union all by name
    select 'R' || i || '-0' as repayment_id, 'L' || i as loan_id, 0 as instalment_no,
        date '2026-01-15' as paid_on, 100.00::decimal(18, 2) as amount, 'regular' as payment_type,
        date '{changes}' as known_on
    from range({loans}) r(i) where i % {corrected_one_in} = 1;
"""
"""A million loans as relations, `made_<feed>_opening` and `made_<feed>_daily`."""


def write_files(loans: int, landing: Path) -> Result:
    """Write the four deliveries of the lender."""
    from postloan.contracts import catalogue
    from postloan.landing.writer import write_deliveries

    timings, feeds = Timings(), catalogue().feeds_of(SOURCE)
    with timings.of("write the files"), duckdb.connect() as connection:
        world = WORLD.format(
            loans=loans,
            instalments=INSTALMENTS,
            paid=PAID,
            new_one_in=NEW_ONE_IN,
            corrected_one_in=CORRECTED_ONE_IN,
            schedule=SCHEDULE,
            history=HISTORY,
            changes=CHANGES,
        )
        connection.execute(world)
        for feed in feeds:
            for kind in ("opening", "daily"):
                _complete(connection, f"{feed.name}_{kind}", [c.name for c in feed.file_columns])
        write_deliveries(
            connection, landing, feeds, opening=OPENING, days=(SCHEDULE, HISTORY, CHANGES)
        )
    return Result(timings.seconds, peak_memory_gb())


def _complete(connection: duckdb.DuckDBPyConnection, relation: str, columns: list[str]) -> None:
    """The relation that is written: what the world says of it, empty in all other columns."""
    found = connection.execute(
        "select column_name from information_schema.columns where table_name = ?",
        [f"made_{relation}"],
    ).fetchall()
    known = {name for (name,) in found}
    listed = ", ".join(
        name if name in known else f"null::{'date' if name == 'known_on' else 'varchar'} as {name}"
        for name in [*columns, *(["known_on"] if relation.endswith("_daily") else [])]
    )
    rows = f"from made_{relation}" if known else "where false"
    connection.execute(f"create view {relation} as select {listed} {rows}")


@dataclass
class Phases:
    """Seconds spent in the phases of ingestion, added up over all feeds."""

    seconds: defaultdict[str, float]

    def watch(self) -> None:
        """Take the seconds of every phase from now on, in this process."""
        for module_name, class_name, name in PHASES:
            module = import_module(module_name)
            owner: Any = getattr(module, class_name) if class_name else module
            setattr(owner, name, self._timed(name, getattr(owner, name)))

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[name.strip("_").replace("_", " ")] += time.perf_counter() - start

        return timed


def take_in(day: date) -> Result:
    """Take one delivery in with the product's own ingestion; what is imported is timed apart."""
    start = time.perf_counter()
    for module in ("postloan.ingestion.checks.expectations", "duckdb_engine"):
        import_module(module)
    from postloan.ingestion.deliver import ingest
    from postloan.settings import settings
    from postloan.warehouse import open_warehouse

    print(f"  imports, as any new process                {time.perf_counter() - start:9.2f} s")
    home, timings, phases = settings(), Timings(), Phases(defaultdict(float))
    phases.watch()
    with timings.of(f"ingest {day}"), open_warehouse() as warehouse:
        result = ingest(warehouse, SOURCE, day, home.landing, home.scratch, home.quarantine)
    whole = timings.seconds[f"ingest {day}"]
    told = [
        *phases.seconds.items(),
        ("the rest: open, commit", whole - sum(phases.seconds.values())),
    ]
    for name, seconds in told:
        print(f"    {name:<42} {seconds:8.2f} s", flush=True)
    print(f"    {result.rows_in:,} rows in, {result.rows_quarantined:,} quarantined", flush=True)
    return Result(timings.seconds, peak_memory_gb())


def read_bare(path: Path, database: Path) -> Result:
    """DuckDB alone: the same file into a table, committed; types guessed from a sample."""
    timings = Timings()

    def read() -> None:
        with duckdb.connect(str(database), config={"memory_limit": "4GB"}) as connection:
            connection.execute("create table bare as select * from read_csv(?)", [str(path)])

    timings.best_of("bare read_csv into a table", RUNS, read, lambda: database.unlink())
    return Result(timings.seconds, peak_memory_gb())


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=12_000_000, help="of the schedule")
    parser.add_argument("--keep", type=Path, help="keep the state in this folder")
    args = parser.parse_args()
    loans = max(args.rows // INSTALMENTS, 1)
    with tempfile.TemporaryDirectory() as scratch:
        home = args.keep or Path(scratch)
        os.environ["POSTLOAN_HOME"] = str(home)
        landing = home / "landing"
        print(f"A lender of {loans:,} loans")
        in_own_process(write_files, loans, landing)
        print("Customers and loans")
        in_own_process(take_in, OPENING)
        print(f"1. A schedule of {loans * INSTALMENTS - 1:,} rows")
        ours = in_own_process(take_in, SCHEDULE)
        file = landing / SOURCE / SCHEDULE.isoformat() / "instalment.csv"
        bare = in_own_process(read_bare, file, home / "bare.duckdb")
        print(f"Repayments: {PAID} for each loan")
        in_own_process(take_in, HISTORY)
        print("2. New repayments and corrections")
        day = in_own_process(take_in, CHANGES)
        seconds, floor = sum(ours.seconds.values()), sum(bare.seconds.values())
        print("\nIn short")
        print(f"  the schedule   {seconds:8.2f} s   = {seconds / floor:.1f} x bare {floor:.2f} s")
        print(f"  the day        {sum(day.seconds.values()):8.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
