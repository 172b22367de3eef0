"""`python -m postloan feed fetch`: bring a source's delivery into the landing zone."""

import argparse
import logging

from postloan.cli.dates import add_date
from postloan.contracts import catalogue
from postloan.landing.fetch.config import read_source
from postloan.landing.fetch.door import fetch
from postloan.settings import settings


def run(args: argparse.Namespace) -> int:
    """Fetch one delivery and say what came; 0 on success."""
    from postloan.orchestration.connections import endpoint_of
    from postloan.orchestration.fetching import order_of

    # Once Airflow is imported, every step of an SFTP connection would be told.
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    catalogue().feeds_of(args.source)
    config = read_source(args.source)
    order = order_of(settings(), args.source, args.date)
    result = fetch(order, config, endpoint_of(args.source, args.date, config), again=args.again)
    if result.note:
        print(result.note)
    for feed, rows in result.rows.items():
        print(f"  {feed:<24} {rows:>12,} rows")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed fetch` command."""
    parser = subparsers.add_parser(
        "fetch",
        help="bring a source's delivery into the landing zone",
        description=(
            "Asks a source as include/sources/SOURCE.yaml says. An interrupted fetch goes on where "
            "it was; a complete delivery is not fetched again unless asked to."
        ),
    )
    parser.add_argument("--source", required=True)
    add_date(parser, required=True)
    parser.add_argument("--again", action="store_true", help="although the delivery is complete")
    parser.set_defaults(run=run)
