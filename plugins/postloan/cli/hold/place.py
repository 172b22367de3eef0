"""`python -m postloan hold place`: keep data beyond its time."""

import argparse

from postloan.cli.acting import acting_person, add_by
from postloan.cli.dates import add_date
from postloan.retention.holds import Hold, place
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Place a hold; 0 on success."""
    hold = Hold(args.hold_id, args.date, args.customer, args.first_date, args.last_date)
    with open_warehouse(settings().warehouse_url) as warehouse:
        place(warehouse, hold, args.reason, acting_person(args.by))
    print(f"Hold {args.hold_id} is placed as of {args.date}.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `hold place` command."""
    parser = subparsers.add_parser(
        "place", help="keep the data of a customer or of a range of dates"
    )
    parser.add_argument("hold_id", metavar="NUMBER")
    parser.add_argument("--customer", metavar="CUSTOMER_ID")
    add_date(parser, "--first-date", "first business date kept")
    add_date(parser, "--last-date", "last business date kept")
    add_date(parser, words="the date that it holds from", required=True)
    parser.add_argument("--reason", required=True, help="why")
    add_by(parser, "places it")
    parser.set_defaults(run=run)
