"""`python -m postloan stages`: past-due loans per stage on any date; nothing is kept."""

import argparse
from datetime import date

from postloan.delinquency import StageTotal, stage_totals
from postloan.warehouse import open_warehouse


def _line(total: StageTotal) -> str:
    return (
        f"  {total.stage:<14} {total.loans:>10,} loans {total.overdue_amount:>18,} {total.currency}"
        f"   up to {total.max_days_past_due} days"
    )


def run(args: argparse.Namespace) -> int:
    """Print the totals of one date; 0 on success."""
    with open_warehouse() as warehouse:
        totals = stage_totals(warehouse, args.date, args.known_on)
    print(f"{args.date}: {sum(t.loans for t in totals):,} loans past due")
    for total in totals:
        print(_line(total))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `stages` command."""
    parser = subparsers.add_parser(
        "stages",
        help="past-due loans per stage on any date, from facts alone",
        description="Computes days past due for any date from what has been delivered. "
        "Nothing is kept; the date need not have been run.",
    )
    parser.add_argument("--date", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--known-on",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="count only what had been delivered by this date",
    )
    parser.set_defaults(run=run)
