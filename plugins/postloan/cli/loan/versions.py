"""`python -m postloan loan versions`: each version of one loan on one date, and what changed it."""

import argparse
from datetime import date

from postloan.cli.common import counted_as
from postloan.cli.dates import add_date
from postloan.delinquency.past_due import LoanVersion, loan_versions
from postloan.warehouse import open_warehouse

NOT_PAST_DUE = "not past due"


def _line(version: LoanVersion, business_date: date) -> str:
    until = f"before {version.known_before}" if version.known_before else "until now"
    said = f"{version.stage}, {version.days_past_due} days past due, "
    said += f"{version.overdue_amount:,} owed{', paused' if version.is_paused else ''}"
    why = "the date was run" if version.known_from == business_date else "the date was run again"
    if version.began_with:
        why = f"received that day: {version.began_with}"
    return f"  known from {version.known_from} {until:<18} {said}   ({why})"


def _ending(version: LoanVersion) -> str:
    """The line for a version that was superseded with nothing in its place."""
    why = version.ended_with
    told = f"received that day: {why}" if why else "the date was run again"
    return f"  known from {version.known_before} {'until now':<18} {NOT_PAST_DUE}   ({told})"


def run(args: argparse.Namespace) -> int:
    """Print the versions, oldest first; 0 on success."""
    with open_warehouse() as warehouse:
        versions = loan_versions(warehouse, args.loan_id, args.date)
    noun = counted_as(len(versions), "version")
    found = f"{len(versions)} {noun}" if versions else f"{NOT_PAST_DUE}, as far as was ever known"
    print(f"{args.loan_id} on {args.date}: {found}")
    for version in versions:
        print(_line(version, args.date))
    if versions and versions[-1].known_before:
        print(_ending(versions[-1]))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `loan versions` command."""
    parser = subparsers.add_parser(
        "versions",
        help="what was known of a loan on a date, from when to when, and why it changed",
        description="Lists each version of one loan on one business date: since when it was "
        "known, when it was superseded, and which feeds changed it.",
    )
    parser.add_argument("loan_id", metavar="LOAN_ID")
    add_date(parser, required=True)
    parser.set_defaults(run=run)
