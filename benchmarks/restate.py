"""What it costs to restate the past, by how much of the book a delivery says something new about.

    python -m benchmarks.restate [--loans 1000000] [--days 7]

A lender's book is opened and kept for some days. The last delivery then tells of payments made
five days before, on 0.1 %, 1 % and 10 % of the loans; each is taken in on a copy of the same
warehouse, and the step that finds days past due is timed: as it is without such payments, and what
restating adds to it.
"""

import argparse
import os
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks.deliveries import SOURCE, active_loans, add_payments
from benchmarks.measure import Result, Timings, in_own_process, peak_memory_gb

LAST_DATE = date(2026, 11, 20)
BACKDATED = timedelta(days=5)
ONE_IN = {"no loan": 0, "0.1 % of the book": 1_000, "1 %": 100, "10 %": 10}


def make_sample(loans: int, days: int, landing: Path) -> Result:
    """Write the lender."""
    from postloan.landing.sample import write_sample

    timings = Timings()
    with timings.of("write the sample lender"):
        write_sample(landing, loans=loans, days=days, seed=1, last_business_date=LAST_DATE)
    return Result(timings.seconds, peak_memory_gb())


def run_days(first: date, last: date) -> Result:
    """Take in, open, find days past due and close: every date from the first to the last."""
    timings = Timings()
    day = first
    while day <= last:
        _ingest(timings, day)
        _stage(timings, day)
        day += timedelta(days=1)
    return Result(timings.seconds, peak_memory_gb())


def _ingest(timings: Timings, day: date) -> None:
    from postloan.ingestion.deliver import ingest
    from postloan.settings import settings
    from postloan.warehouse import open_warehouse

    home = settings()
    with timings.of(f"ingest {day}"), open_warehouse() as warehouse:
        ingest(warehouse, SOURCE, day, home.landing, home.scratch, home.quarantine)


def _stage(timings: Timings, day: date) -> None:
    from postloan.business_day.ledger import close_day, open_day
    from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
    from postloan.warehouse import open_warehouse

    with open_warehouse() as warehouse:
        gate = open_day(warehouse, day, after_cut_off=True)
        if gate.day is None:
            raise SystemExit(gate.reason)
        with timings.of(f"days past due {day}"):
            result = stage_overdue_loans(warehouse, gate.day)
        close_day(warehouse, gate.day)
    concerned = result.counts.get("loans_looked_at_again", 0)
    print(f"    {concerned:,} loans looked at again", flush=True)


def main() -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=7, help="that the book has been kept")
    args = parser.parse_args()
    opening = LAST_DATE - timedelta(days=args.days)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        home, kept = Path(scratch) / "home", Path(scratch) / "kept.duckdb"
        os.environ["POSTLOAN_HOME"] = str(home)
        print(f"Sample lender of {args.loans:,} loans, kept for {args.days} days")
        in_own_process(make_sample, args.loans, args.days, home / "landing")
        in_own_process(run_days, opening, LAST_DATE - timedelta(days=1))
        (warehouse,) = home.glob("*.duckdb")
        shutil.copy(warehouse, kept)
        delivered = home / "landing" / SOURCE / LAST_DATE.isoformat() / "repayment.csv"
        sent = Path(scratch) / "repayment.csv"
        shutil.copy(delivered, sent)
        active = active_loans(home / "landing", opening)
        for name, one_in in ONE_IN.items():
            rows = active // one_in if one_in else 0
            shutil.copy(sent, delivered)
            add_payments(home / "landing", opening, LAST_DATE, rows, LAST_DATE - BACKDATED)
            print(f"Payments of five days ago on {name}: {rows:,} repayments more")
            shutil.copy(kept, warehouse)
            result = in_own_process(run_days, LAST_DATE, LAST_DATE)
            found[name] = result.seconds[f"days past due {LAST_DATE}"]
    print("\nIn short: days past due of the day, with the days before it restated")
    for name, seconds in found.items():
        print(f"  {name:<24} {seconds:8.2f} s   {seconds - found['no loan']:+8.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
