"""`python -m postloan gate release-opening --date D`: release what the opening found owed."""

import argparse

from postloan.cli.acting import acting_person, add_by
from postloan.cli.dates import add_date
from postloan.publication.release_go_live import check_release, release
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Release the go-live list and say how much it was; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        check_release(warehouse, args.date)
        result = release(warehouse, args.date, acting_person(args.by))
    for measure, quantity in result.counts.items():
        print(f"  {measure.replace('_', ' '):<28} {quantity:>10,}")
    print("Nothing was sent: the next business date owes them like any other action.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `gate release-opening` command."""
    parser = subparsers.add_parser(
        "release-opening", help="release the actions that the opening of the book found owed"
    )
    add_date(parser, required=True)
    add_by(parser, "releases them")
    parser.set_defaults(run=run)
