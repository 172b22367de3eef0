"""One business day of a large book: staging to task files, without Airflow's own time.

    python -m benchmarks.day [--loans 1000000] [--keep FOLDER]

Makes a sample lender, opens the book, then measures the next day step by step. Beside it, in the
same run: the same days-past-due-and-stage answer in pandas and in Polars, compared loan by loan,
and the floor (reading the same columns and writing the same rows with no logic).
"""

import argparse
import json
import os
import sys
import tempfile
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Result, Timings, in_own_process, peak_memory_gb

LAST_DATE = date(2026, 11, 20)
SOURCES = ("core_banking", "student_registry", "credit_bureau", "feedback")
RUNS = 3
STEP = "days past due and stages"
PEERS = ("pandas", "polars")
PACKAGES = "load the packages"


def _load(timings: Timings) -> None:
    """Load what a new process needs; the scheduler of `make run` has loaded it already."""
    with timings.of(PACKAGES):
        import_module("postloan.ingestion.checks.expectations")


def _ingest(timings: Timings, day: date) -> None:
    from postloan.ingestion.deliver import ingest
    from postloan.settings import settings
    from postloan.warehouse import open_warehouse

    home = settings()
    for source in SOURCES:
        if (home.landing / source / day.isoformat()).is_dir():
            with timings.of(f"ingest {source}"), open_warehouse() as warehouse:
                ingest(warehouse, source, day, home.landing, home.scratch, home.quarantine)


def _open(timings: Timings, day: date) -> None:
    from postloan.business_day.ledger import open_day
    from postloan.warehouse import open_warehouse

    with timings.of("gate and rules"), open_warehouse() as warehouse:
        gate = open_day(warehouse, day, after_cut_off=True)
        if not gate.opened:
            raise SystemExit(gate.reason)


def _steps(timings: Timings, day: date) -> None:
    from postloan.business_day.ledger import close_day, current_day
    from postloan.steps import CHAIN
    from postloan.warehouse import open_warehouse

    for step in CHAIN[:-1]:
        with timings.of(step.name), open_warehouse() as warehouse:
            step.work(warehouse, current_day(warehouse, day))
    with open_warehouse() as warehouse:
        close_day(warehouse, current_day(warehouse, day))


def run_day(day: date) -> Result:
    """Ingest, open and run one date."""
    timings = Timings()
    _load(timings)
    _ingest(timings, day)
    _open(timings, day)
    _steps(timings, day)
    return Result(timings.seconds, peak_memory_gb())


def compare_step(day: date, folder: Path) -> Result:
    """The days-past-due-and-stage step alone against its floor, warm; then export for the peers."""
    from benchmarks.peers import book, floor
    from postloan.business_day.ledger import current_day
    from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
    from postloan.warehouse import open_warehouse

    timings = Timings()
    with open_warehouse() as warehouse:
        business_day = current_day(warehouse, day)
        timings.best_of(STEP, RUNS, lambda: stage_overdue_loans(warehouse, business_day))
        timings.best_of("floor: read the same columns", RUNS, lambda: floor.read_floor(warehouse))
        timings.best_of(
            "floor: write the same rows",
            RUNS,
            lambda: floor.write_floor(warehouse, day),
            lambda: floor.drop_floor(warehouse),
        )
        book.export_book(warehouse, folder)
        staged = (
            "select loan_id, calendar_days_past_due, "
            "case when days_past_due = calendar_days_past_due and not is_paused then stage end "
            "from current_loan_stage "
            "where calendar_days_past_due > 0 and business_date = cast($d as date)"
        )
        with (folder / "ours.json").open("w", encoding="utf-8") as file:
            json.dump(warehouse.fetch(staged, {"d": day}), file)
    return Result(timings.seconds, peak_memory_gb())


def compare_peer(peer: str, day: date, folder: Path) -> Result:
    """The same answer by one of `PEERS`; differences are counted, not hidden.

    The peers know no pauses: days are compared as the calendar counts them, and stages where no
    pause has a part in them.
    """
    module, timings = import_module(f"benchmarks.peers.in_{peer}"), Timings()
    with timings.of(f"{peer}: load from Parquet"):
        frames = module.load(folder)
    with timings.of(f"{peer}: {STEP}"):
        theirs = module.days_past_due(frames, day)
    ours = {row[0]: (row[1], row[2]) for row in json.loads((folder / "ours.json").read_text())}
    both = ours.keys() & theirs.keys()
    different = (ours.keys() ^ theirs.keys()) | {
        k for k in both if ours[k] not in (theirs[k], (theirs[k][0], None))
    }
    print(f"  {len(ours)} past-due loans, {len(different)} of them different from {peer}")
    return Result(timings.seconds, peak_memory_gb())


def make_sample(loans: int, landing: Path) -> Result:
    """Write an opening delivery and the delta of the day after it."""
    from postloan.landing.sample import write_sample

    timings = Timings()
    with timings.of("write the sample lender"):
        summary = write_sample(landing, loans=loans, days=1, seed=1, last_business_date=LAST_DATE)
    for feed, rows in summary.rows.items():
        print(f"    {feed:<42} {rows:>11,} rows")
    return Result(timings.seconds, peak_memory_gb())


def _report(opening: Result, day: Result, step: Result, peers: dict[str, Result]) -> None:
    own = step.seconds[STEP]
    floor = sum(s for name, s in step.seconds.items() if name.startswith("floor"))
    lines = [
        ("opening delivery of the whole book", sum(opening.seconds.values()), opening.peak_gb, ""),
        ("the day, staging to task files", sum(day.seconds.values()), day.peak_gb, ""),
        (f"{STEP}, warm", own, step.peak_gb, f"= {own / floor:.1f} x its floor of {floor:.2f} s"),
    ]
    for peer, result in peers.items():
        theirs, load = (
            result.seconds[f"{peer}: {STEP}"],
            result.seconds[f"{peer}: load from Parquet"],
        )
        more = f"= {theirs / own:.1f} x ours, after {load:.1f} s to load"
        lines.append((f"{peer}, same answer", theirs, result.peak_gb, more))
    print("\nIn short")
    for name, seconds, peak, more in lines:
        print(f"  {name:<36} {seconds:8.2f} s   peak {peak:4.1f} GB   {more}")


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="keep the state in this folder and use it again")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = args.keep or Path(scratch)
        os.environ["POSTLOAN_HOME"] = str(home)
        opening_date = LAST_DATE - timedelta(days=1)
        print(f"Sample lender of {args.loans} loans")
        if not (home / "landing").is_dir():
            in_own_process(make_sample, args.loans, home / "landing")
        print(f"Opening the book on {opening_date}")
        opening = in_own_process(run_day, opening_date)
        print(f"The day {LAST_DATE}")
        day = in_own_process(run_day, LAST_DATE)
        print("Beside it")
        step = in_own_process(compare_step, LAST_DATE, home / "peers")
        peers = {p: in_own_process(compare_peer, p, LAST_DATE, home / "peers") for p in PEERS}
        _report(opening, day, step, peers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
