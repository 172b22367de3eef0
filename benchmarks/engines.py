"""One business day of the same lender on every engine, in one run.

    python -m benchmarks.engines [--loans 100000 1000000] [--engines duckdb postgres spark]

Each engine opens the book of the same sample lender and runs the next date, in a process of its
own. Told are the seconds of every step, the step that finds days past due once more and warm, and
whether every table and every task file is the same as on the first engine. Beside DuckDB, pandas
and Polars answer the question of that step. Of several sizes, how the seconds grow is told.
PostgreSQL is a server made for the run with its defaults; Spark works in local mode on all cores.
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

from benchmarks.day import LAST_DATE, PEERS, STEP, compare_peer, compare_step, make_sample, run_day
from benchmarks.measure import Result, Timings, growth, in_own_process, peak_memory_gb
from benchmarks.spark_options import LONG_LIFE, logging_to, shuffled_gb
from tests.support.spark import why_no_spark

ENGINES = ("duckdb", "postgres", "spark")
RUNS = 2
WARM = f"{STEP}, warm"


@dataclass(frozen=True)
class Outcome:
    """What one engine took, and what it came to.

    Attributes:
        opening: the opening delivery, taken in and run.
        day: the day after it.
        warm: the step that finds days past due, again.
        peers: the same question answered by others, beside the first engine.
        shuffled: gigabytes that Spark moved between tasks in the day.
        answer: every table and file, as a hash.
    """

    opening: Result
    day: Result
    warm: Result
    peers: dict[str, Result]
    shuffled: float
    answer: dict[str, str]

    @property
    def seconds(self) -> dict[str, float]:
        """What is told of every engine."""
        return {
            "the opening": sum(self.opening.seconds.values()),
            "the day": sum(self.day.seconds.values()),
            WARM: self.warm.seconds[WARM],
        }


def run_warm() -> Result:
    """The step that finds days past due, again on a warehouse that is open."""
    from postloan.business_day.ledger import current_day
    from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
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
            said = f"{LONG_LIFE}&{logging_to(home / 'events')}"
            yield f"spark:///{home}/lake?master=local[*]&conf.spark.driver.memory=6g&{said}"


def run_engine(engine: str, landing: Path, scratch: Path, *, beside_peers: bool = True) -> Outcome:
    """Open the book and run the next date on one engine; beside DuckDB, ask the peers."""
    home = scratch / engine
    home.mkdir()
    (home / "landing").symlink_to(landing)
    os.environ["POSTLOAN_HOME"] = str(home)
    with url_of(engine, home) as url:
        os.environ["POSTLOAN_WAREHOUSE"] = url
        print(f"\n{engine}: opening the book")
        opening = in_own_process(run_day, LAST_DATE - timedelta(days=1))
        print(f"{engine}: the day")
        before = _shuffled(home)
        day = in_own_process(run_day, LAST_DATE)
        shuffled = _shuffled(home) - before
        warm = in_own_process(run_warm)
        peers = _ask_peers(home / "peers") if engine == "duckdb" and beside_peers else {}
        outcome = Outcome(opening, day, warm, peers, shuffled, answer())
    shutil.rmtree(home)
    return outcome


def _shuffled(home: Path) -> float:
    return shuffled_gb(home / "events") if (home / "events").is_dir() else 0.0


def _ask_peers(folder: Path) -> dict[str, Result]:
    """The floor of the step, and what others take for its answer."""
    floor = in_own_process(compare_step, LAST_DATE, folder)
    return {
        "floor": floor,
        **{p: in_own_process(compare_peer, p, LAST_DATE, folder) for p in PEERS},
    }


def main() -> int:
    """Run the benchmark and print its figures; 1 where the engines differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    args = parser.parse_args()
    engines = list(args.engines)
    if "spark" in engines and (reason := why_no_spark()):
        print(f"Left out: {reason}")
        engines.remove("spark")
    sizes = sorted(args.loans)
    found = [_run_size(loans, engines) for loans in sizes]
    different = [_report(loans, outcomes) for loans, outcomes in zip(sizes, found, strict=True)]
    if len(sizes) > 1:
        print(f"\nGrowth from {sizes[0]:,} to {sizes[-1]:,} loans, as an exponent; 1 is in step")
        for engine in engines:
            told = [outcomes[engine].seconds for outcomes in found]
            grown = {name: growth(sizes, [s[name] for s in told]) for name in told[0]}
            print(f"  {engine:<10} " + "   ".join(f"{n} {g:.2f}" for n, g in grown.items()))
    return 1 if any(different) else 0


def _run_size(loans: int, engines: list[str]) -> dict[str, Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print(f"\nA lender of {loans:,} loans")
        in_own_process(make_sample, loans, scratch / "landing")
        return {e: run_engine(e, scratch / "landing", scratch) for e in engines}


def _report(loans: int, outcomes: dict[str, Outcome]) -> int:
    """Print the figures of one size; number of tables and files that are not the same."""
    first, *_ = outcomes.values()
    print(f"\nIn short, {loans:,} loans")
    for engine, made in outcomes.items():
        told = "   ".join(f"{name} {seconds:8.2f} s" for name, seconds in made.seconds.items())
        ratio = made.seconds["the day"] / first.seconds["the day"]
        print(f"  {engine:<10} {told}   the day {ratio:.1f} x   peak {made.day.peak_gb:.1f} GB")
        if made.shuffled:
            print(f"  {'':<10} the day moves {made.shuffled:.2f} GB between tasks")
        for peer, result in made.peers.items():
            told = "   ".join(f"{name} {s:.2f} s" for name, s in result.seconds.items())
            print(f"    {peer:<8} {told}   peak {result.peak_gb:.1f} GB")
    return report_differences(outcomes)


def report_differences(outcomes: dict[str, Outcome]) -> int:
    """Name the tables and files that are not the same on all engines; how many they are."""
    names = {name for made in outcomes.values() for name in made.answer}
    different = sorted(
        name for name in names if len({made.answer.get(name) for made in outcomes.values()}) > 1
    )
    print(f"  {len(names)} tables and files, {len(different)} of them not the same everywhere")
    for name in different:
        print(f"    {name}")
    return len(different)


if __name__ == "__main__":
    raise SystemExit(main())
