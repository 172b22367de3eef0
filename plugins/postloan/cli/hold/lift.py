"""`python -m postloan hold lift NUMBER --date D`: let data expire again."""

import argparse

from postloan.cli.acting import acting_person, add_by
from postloan.cli.dates import add_date
from postloan.retention.holds import lift
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Lift a hold; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        lift(warehouse, args.hold_id, args.date, acting_person(args.by))
    print(f"Hold {args.hold_id} is lifted as of {args.date}; what it kept may expire from then on.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `hold lift` command."""
    parser = subparsers.add_parser("lift", help="end a hold")
    parser.add_argument("hold_id", metavar="NUMBER")
    add_date(parser, words="the date that it ends on", required=True)
    add_by(parser, "lifts it")
    parser.set_defaults(run=run)
