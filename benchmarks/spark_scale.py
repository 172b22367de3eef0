"""Days past due and stages of ten million loans on Spark, within 8 GB of memory.

    python -m benchmarks.spark_scale [--loans 100000 1000000 10000000] [--keep FOLDER]

The book of a small sample lender is opened on Spark; its facts are then copied under other names
until the book has the size. The step runs on it in local mode, and on a cluster of a master and two
workers as processes of their own. Told are the seconds, once more on a warm engine where the first
run was short, the peak memory of all processes together, the gigabytes that tasks handed to each
other, and how the seconds grow with the book.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.day import LAST_DATE, STEP, make_sample, run_day
from benchmarks.measure import (
    MemoryWatch,
    Result,
    Timings,
    growth,
    in_own_process,
    peak_memory_gb,
)
from benchmarks.spark_options import LONG_LIFE, logging_to, shuffled_gb
from tests.support.spark import why_no_spark
from tests.support.spark_cluster import running_cluster

MADE = 10_000
SIZES = (100_000, 1_000_000, 10_000_000)
SHORT_SECONDS = 180
"""A first run that takes longer is not worth repeating: starting up is little of it."""

FACTS = ("loan", "instalment", "repayment", "pause", "loan_position")
EXECUTORS = "conf.spark.executor.memory=2g&conf.spark.executor.cores=1"
MEMORY = {
    "local": "conf.spark.driver.memory=4g",
    "cluster": f"conf.spark.driver.memory=1g&{EXECUTORS}",
}
"""What the processes may take, so that all of them together stay below 8 GB."""


@dataclass(frozen=True)
class Told:
    """What the step took: seconds, and gigabytes of memory and moved between tasks."""

    seconds: float
    peak_gb: float
    shuffled_gb: float


def multiply(size: int, before: int) -> Result:
    """Copy all facts of a book under other names, until it has a size that it had not before."""
    from postloan.contracts import catalogue
    from postloan.warehouse import open_warehouse

    timings, copies = Timings(), range(1, size // before)
    numbers = " union all ".join(f"select '-{size}-{n}' as suffix" for n in copies)
    with open_warehouse() as warehouse:
        for fact in FACTS:
            columns = catalogue().tables[fact].column_names
            told = ", ".join(
                f"{c} || copies.suffix as {c}" if c.endswith("_id") else c for c in columns
            )
            with timings.of(f"copy {fact}"):
                warehouse.append_from(
                    fact,
                    columns,
                    f"select {told} from {fact} cross join ({numbers}) as copies",  # noqa: S608
                )
        loans = int(warehouse.scalar("select count(*) as n from loan"))
    print(f"    {loans:,} loans")
    return Result(timings.seconds, peak_memory_gb())


def time_step() -> Result:
    """The step, again where the first run was short; the last run counts."""
    from postloan.business_day.ledger import current_day
    from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
    from postloan.warehouse import open_warehouse

    timings = Timings()
    with open_warehouse() as warehouse:
        day = current_day(warehouse, LAST_DATE)
        for _ in range(2):
            start = time.perf_counter()
            with timings.of(STEP):
                stage_overdue_loans(warehouse, day)
            if time.perf_counter() - start > SHORT_SECONDS:
                break
    return Result(timings.seconds, peak_memory_gb())


@contextmanager
def master_of(mode: str, folder: Path) -> Iterator[str]:
    """URL of who does the work, good within the block."""
    if mode == "local":
        yield "local[*]"
        return
    folder.mkdir(parents=True, exist_ok=True)
    with running_cluster(folder, memory="2500m") as cluster:
        yield cluster.master


def run_step(mode: str, home: Path, loans: int) -> Told:
    """The step on the book as it is."""
    print(f"{loans:,} loans, {mode}")
    events = home / f"events-{mode}-{loans}"
    with master_of(mode, home / f"{mode}-{loans}") as master, MemoryWatch() as memory:
        said = f"{MEMORY[mode]}&{LONG_LIFE}&{logging_to(events)}"
        _use(home, f"master={master}&{said}")
        found = in_own_process(time_step)
    return Told(found.seconds[STEP], memory.peak_gb, shuffled_gb(events))


def _use(home: Path, said: str) -> None:
    os.environ["POSTLOAN_WAREHOUSE"] = f"spark:///{home}/lake?{said}"


def _make_base(home: Path) -> None:
    """The book of the small lender, opened, and its next date."""
    in_own_process(make_sample, MADE, home / "landing")
    _use(home, f"{MEMORY['local']}&{LONG_LIFE}")
    for day in (LAST_DATE - timedelta(days=1), LAST_DATE):
        in_own_process(run_day, day)
    (home / "lake").rename(home / "base")


def measure(sizes: list[int], home: Path) -> dict[str, list[Told]]:
    """The step in every mode, on a book that is made larger and larger."""
    os.environ["POSTLOAN_HOME"] = str(home)
    if not (home / "base").is_dir():
        _make_base(home)
    shutil.rmtree(home / "lake", ignore_errors=True)
    shutil.copytree(home / "base", home / "lake")
    found: dict[str, list[Told]] = {mode: [] for mode in MEMORY}
    for size, before in zip(sizes, [MADE, *sizes], strict=False):
        _use(home, f"{MEMORY['local']}&{LONG_LIFE}")
        if size > before:
            in_own_process(multiply, size, before)
        for mode, told in found.items():
            told.append(run_step(mode, home, size))
    return found


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, nargs="+", default=SIZES)
    parser.add_argument("--keep", type=Path, help="keep the small book here, and use it again")
    args = parser.parse_args()
    if reason := why_no_spark():
        print(f"Left out: {reason}")
        return 0
    sizes = sorted(args.loans)
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(sizes, args.keep or Path(scratch))
    print(f"\nIn short: {STEP}")
    for mode, told in found.items():
        for loans, one in zip(sizes, told, strict=True):
            print(
                f"  {mode:<8} {loans:>12,} loans {one.seconds:8.1f} s   peak {one.peak_gb:.1f} GB"
                f"   moved between tasks {one.shuffled_gb:.2f} GB in all runs"
            )
        if len(sizes) > 1:
            exponent = growth(sizes, [one.seconds for one in told])
            print(f"  {mode:<8} grows with exponent {exponent:.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
