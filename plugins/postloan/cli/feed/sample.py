"""`python -m postloan feed sample`: write a sample lender into the landing zone."""

import argparse
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postloan.cli.dates import add_date
from postloan.landing.sample import SampleSummary, write_sample
from postloan.settings import settings


def _report(summary: SampleSummary, landing: str) -> str:
    lines = [
        f"Sample lender: {summary.deliveries} deliveries in {landing}",
        f"  opening {summary.opening}, daily up to {summary.last_business_date}",
        *(f"  {feed:<20} {rows:>12,} rows" for feed, rows in summary.rows.items()),
        f"  faulty on purpose    {summary.dirty_rows:>12,} rows",
    ]
    return "\n".join(lines)


def run(args: argparse.Namespace) -> int:
    """Write the sample lender and say what was written; 0 on success."""
    home = settings()
    # Asking which day it is belongs here, at the command line, and nowhere behind it.
    yesterday = datetime.now(ZoneInfo(home.timezone)).date() - timedelta(days=1)
    summary = write_sample(
        home.landing,
        loans=args.loans,
        days=args.days,
        seed=args.seed,
        last_business_date=args.until or yesterday,
        memory_limit=args.memory,
    )
    print(_report(summary, str(home.landing)))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed sample` command."""
    parser = subparsers.add_parser(
        "sample",
        help="write a sample lender into the landing zone",
        description=(
            "Writes one opening delivery and one delta delivery per source and day: an invented "
            "book that behaves like a real one. The same arguments give the same bytes."
        ),
    )
    parser.add_argument("--loans", type=int, default=10_000, help="loans by the last date")
    parser.add_argument("--days", type=int, default=120, help="daily deliveries after the opening")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another lender")
    add_date(parser, "--until", "last business date; yesterday where it is left out")
    parser.add_argument("--memory", default="4GB", help="what the generator may use, such as 4GB")
    parser.set_defaults(run=run)
