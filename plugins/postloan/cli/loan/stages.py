"""`python -m postloan loan stages`: past-due loans per stage on any date; nothing is kept."""

import argparse

from postloan.business_day.ledger import SKIPPED, read_book
from postloan.cli.dates import add_date
from postloan.delinquency.past_due import StageTotal, stage_totals, stage_totals_as_of
from postloan.warehouse import open_warehouse


def _line(total: StageTotal) -> str:
    paused = f", and {total.paused_loans:,} paused" if total.paused_loans else ""
    return (
        f"  {total.stage:<14} {total.loans:>10,} loans {total.overdue_amount:>18,} {total.currency}"
        f"   up to {total.max_days_past_due} days{paused}"
    )


def run(args: argparse.Namespace) -> int:
    """Print the totals of one date; 0 on success."""
    with open_warehouse() as warehouse:
        record = read_book(warehouse).get(args.date)
        was_run = record is not None and record.state != SKIPPED
        is_as_of = bool(args.known_on and was_run and args.known_on >= args.date)
        totals = (
            stage_totals_as_of(warehouse, args.date, args.known_on)
            if is_as_of
            else stage_totals(warehouse, args.date, args.known_on)
        )
    known = f", as it was known on {args.known_on}" if args.known_on else ""
    print(f"{args.date}: {sum(t.loans for t in totals):,} loans past due{known}")
    for total in totals:
        print(_line(total))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `loan stages` command."""
    parser = subparsers.add_parser(
        "stages",
        help="past-due loans per stage on any date, from facts alone",
        description="Computes days past due for any date from what has been delivered. "
        "Nothing is kept; the date need not have been run. With --known-on, a date that was run "
        "is answered from its version of then.",
    )
    add_date(parser, required=True)
    add_date(parser, "--known-on", "count only what had been delivered by this date")
    parser.set_defaults(run=run)
