"""A day that changes one loan in a hundred, beside the opening of the whole book.

    python -m benchmarks.quiet_day [--loans 1000000] [--engines duckdb postgres]

The core sends one payment each on one in a hundred of the active loans, and nothing else;
instalments fall due and days go by as on any day. The lender sends no positions, which would speak
of every loan. Told are the seconds of the opening and of the day, step by step, in processes of
their own, and whether every table and file is the same on all engines.
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from benchmarks.day import LAST_DATE, PACKAGES, SOURCES, make_sample
from benchmarks.deliveries import active_loans, add_payments, empty, leave_out
from benchmarks.engines import ENGINES, Outcome, report_differences, run_engine
from benchmarks.measure import in_own_process
from tests.support.spark import why_no_spark

OPENING = LAST_DATE - timedelta(days=1)
CHANGED_ONE_IN = 100
BY_DEFAULT = ("duckdb", "postgres")


def make_quiet(landing: Path) -> int:
    """Rewrite the deliveries of a sample lender; number of loans that pay."""
    leave_out("loan_position", landing, OPENING, LAST_DATE)
    for source in SOURCES:
        folder = landing / source / LAST_DATE.isoformat()
        if folder.is_dir():
            empty(folder, source, LAST_DATE)
    paying = active_loans(landing, OPENING) // CHANGED_ONE_IN
    add_payments(landing, OPENING, LAST_DATE, paying, LAST_DATE)
    return paying


def report(outcomes: dict[str, Outcome]) -> int:
    """Print what the day costs beside the opening; number of tables and files that differ."""
    print("\nIn short")
    for engine, made in outcomes.items():
        told = made.seconds
        bare_opening, bare_day = (
            sum(s for name, s in result.seconds.items() if name != PACKAGES)
            for result in (made.opening, made.day)
        )
        print(
            f"  {engine:<10} the opening {told['the opening']:8.2f} s   the day "
            f"{told['the day']:8.2f} s = {told['the day'] / told['the opening']:.3f} of it, "
            f"{bare_day / bare_opening:.3f} with the packages loaded before"
        )
        for step, seconds in made.day.seconds.items():
            print(f"    {step:<28} {seconds:8.2f} s")
    return report_differences(outcomes)


def main() -> int:
    """Run the benchmark and print its figures; 1 where the engines differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=BY_DEFAULT)
    args = parser.parse_args()
    if "spark" in args.engines and (reason := why_no_spark()):
        parser.error(reason)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        landing = scratch / "landing"
        print(f"A lender of {args.loans:,} loans")
        in_own_process(make_sample, args.loans, landing)
        paying = make_quiet(landing)
        print(f"On {LAST_DATE}, {paying:,} of them pay")
        found = {e: run_engine(e, landing, scratch, beside_peers=False) for e in args.engines}
        return 1 if report(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
