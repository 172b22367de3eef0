"""One business day of the same lender on every engine, in one run.

    python -m benchmarks.engines [--loans 100000] [--engines duckdb postgres spark]

Each engine opens the book of the same sample lender and runs the next date, in a process of its
own. Told are the seconds of every step, the step that finds days past due once more and warm, and
whether every table and every task file is the same as on the first engine. PostgreSQL is a server
made for the run with its defaults; Spark works in local mode on all cores.
"""

import argparse
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.day import LAST_DATE, make_sample, run_day
from benchmarks.measure import Result, Timings, in_own_process, peak_memory_gb
from tests.support.spark import why_no_spark

ENGINES = ("duckdb", "postgres", "spark")
RUNS = 2
WARM = "days past due and stages, warm"


@dataclass(frozen=True)
class Outcome:
    """What one engine took, and what it came to."""

    day: Result
    warm: Result
    answer: dict[str, str]


def run_warm() -> Result:
    """The step that finds days past due, again on a warehouse that is open."""
    from postloan.daybook import current_day
    from postloan.steps.stage_overdue_loans import stage_overdue_loans
    from postloan.warehouse import open_warehouse

    timings = Timings()
    with open_warehouse() as warehouse:
        day = current_day(warehouse, LAST_DATE)
        stage_overdue_loans(warehouse, day)
        timings.best_of(WARM, RUNS, lambda: stage_overdue_loans(warehouse, day))
    return Result(timings.seconds, peak_memory_gb())


def answer() -> dict[str, str]:
    """Checksum of every table and hash of every task file; an engine's own ledger apart."""
    from postloan.contracts import catalogue
    from postloan.settings import settings
    from postloan.warehouse import open_warehouse
    from postloan.warehouse.checksum import checksum

    with open_warehouse() as warehouse:
        tables = [t for n, t in catalogue().tables.items() if n != "schema_change"]
        found = {t.name: str(checksum(warehouse, t)) for t in tables}
    outbox = settings().outbox
    for path in sorted(p for p in outbox.rglob("*") if p.is_file()):
        name = path.relative_to(outbox).as_posix()
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@contextmanager
def url_of(engine: str, home: Path) -> Iterator[str]:
    """A URL of an empty warehouse of that engine, good within the block."""
    match engine:
        case "duckdb":
            yield f"duckdb:///{home}/warehouse.duckdb"
        case "postgres":
            from tests.support.postgres import running_server

            with running_server() as server, server.database() as url:
                yield url
        case _:
            yield f"spark:///{home}/lake?master=local[*]&conf.spark.driver.memory=6g"


def run_engine(engine: str, landing: Path, scratch: Path) -> Outcome:
    """Open the book and run the next date on one engine."""
    home = scratch / engine
    home.mkdir()
    (home / "landing").symlink_to(landing)
    os.environ["POSTLOAN_HOME"] = str(home)
    with url_of(engine, home) as url:
        os.environ["POSTLOAN_WAREHOUSE"] = url
        print(f"\n{engine}: opening the book")
        in_own_process(run_day, LAST_DATE - timedelta(days=1))
        print(f"{engine}: the day")
        day = in_own_process(run_day, LAST_DATE)
        warm = in_own_process(run_warm)
        outcome = Outcome(day, warm, answer())
    shutil.rmtree(home)
    return outcome


def main() -> int:
    """Run the benchmark and print its figures; 1 where the engines differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    args = parser.parse_args()
    engines = list(args.engines)
    if "spark" in engines and (reason := why_no_spark()):
        print(f"Left out: {reason}")
        engines.remove("spark")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print(f"A lender of {args.loans:,} loans")
        in_own_process(make_sample, args.loans, scratch / "landing")
        outcomes = {e: run_engine(e, scratch / "landing", scratch) for e in engines}
    return _report(outcomes)


def _report(outcomes: dict[str, Outcome]) -> int:
    first, *_ = outcomes.values()
    print("\nIn short")
    for engine, made in outcomes.items():
        day, warm = sum(made.day.seconds.values()), made.warm.seconds[WARM]
        ratio = day / sum(first.day.seconds.values())
        print(
            f"  {engine:<10} the day {day:8.1f} s = {ratio:5.1f} x   {WARM} {warm:7.2f} s"
            f"   peak {made.day.peak_gb:.1f} GB"
        )
    names = {name for made in outcomes.values() for name in made.answer}
    different = sorted(
        name for name in names if len({made.answer.get(name) for made in outcomes.values()}) > 1
    )
    print(f"  {len(names)} tables and files, {len(different)} of them not the same everywhere")
    for name in different:
        print(f"    {name}")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
