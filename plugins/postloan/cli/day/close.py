"""`python -m postloan day close --date D`: close a date whose delivery cannot come."""

import argparse

from postloan.business_day.ledger import next_due, skip_day
from postloan.cli.acting import acting_person, add_by
from postloan.cli.dates import add_date
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Write the reason into the book; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        skip_day(warehouse, args.date, args.reason, acting_person(args.by))
        due = next_due(warehouse, args.date)
    print(f"{args.date}: closed without being run ({args.reason.strip()})")
    if due:
        print(f"{due} was waiting for it. Run it: python -m postloan day run --date {due}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day close` command."""
    parser = subparsers.add_parser(
        "close", help="close a date whose delivery cannot come, so that the next one may run"
    )
    add_date(parser, required=True)
    parser.add_argument("--reason", required=True, help="why; it stays on the date")
    add_by(parser, "closes it")
    parser.set_defaults(run=run)
