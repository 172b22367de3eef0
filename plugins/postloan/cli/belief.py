"""`python -m postloan belief`: everything ever believed about one loan on one date, and why."""

import argparse
from datetime import date

from postloan.cli.common import business_date
from postloan.delinquency.past_due import LoanVersion, loan_versions
from postloan.warehouse import open_warehouse

NOT_PAST_DUE = "not past due"


def _line(belief: LoanVersion, business_date: date) -> str:
    until = f"before {belief.known_before}" if belief.known_before else "until now"
    said = f"{belief.stage}, {belief.days_past_due} days past due, {belief.overdue_amount:,} owed"
    said += ", paused" if belief.is_paused else ""
    why = "the date was run" if belief.known_from == business_date else "the date was run again"
    if belief.began_with:
        why = f"received that day: {belief.began_with}"
    return f"  known from {belief.known_from} {until:<18} {said}   ({why})"


def _ending(belief: LoanVersion) -> str:
    """The line for a belief that was given up with nothing in its place."""
    why = belief.ended_with
    told = f"received that day: {why}" if why else "the date was run again"
    return f"  known from {belief.known_before} {'until now':<18} {NOT_PAST_DUE}   ({told})"


def run(args: argparse.Namespace) -> int:
    """Print the beliefs, oldest first; 0 on success."""
    with open_warehouse() as warehouse:
        beliefs = loan_versions(warehouse, args.loan_id, args.date)
    noun = "belief" if len(beliefs) == 1 else "beliefs"
    found = f"{len(beliefs)} {noun}" if beliefs else f"{NOT_PAST_DUE}, as far as was ever known"
    print(f"{args.loan_id} on {args.date}: {found}")
    for belief in beliefs:
        print(_line(belief, args.date))
    if beliefs and beliefs[-1].known_before:
        print(_ending(beliefs[-1]))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `belief` command."""
    parser = subparsers.add_parser(
        "belief",
        help="what was believed about a loan on a date, between which dates and why",
        description="Lists each belief about one loan on one business date: since when it was "
        "known, when it was given up, and which feeds changed it.",
    )
    parser.add_argument("loan_id", metavar="LOAN_ID")
    parser.add_argument("--date", type=business_date, required=True, metavar="YYYY-MM-DD")
    parser.set_defaults(run=run)
