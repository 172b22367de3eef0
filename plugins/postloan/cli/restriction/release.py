"""`python -m postloan restriction release`: end what protects a customer, with a reason."""

import argparse

from postloan.cli.acting import acting_person, add_by
from postloan.cli.common import how_to_publish
from postloan.cli.dates import add_date
from postloan.contact.restrictions.release import append_releases
from postloan.contact.restrictions.waiting import Asked, releases_of
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Record the release of one thing and say what to do next; 0 on success."""
    asked = Asked(
        kind=args.kind,
        customer_id=args.customer,
        other_customer_id=args.other_customer,
        key=args.key,
        feed=args.feed,
        received_on=args.date,
        line_no=args.line,
        load_no=args.load,
    )
    with open_warehouse(settings().warehouse_url) as warehouse:
        releases = releases_of(warehouse, asked)
        counts_on = append_releases(
            warehouse,
            releases,
            released_by=acting_person(args.by),
            reason=args.reason,
            released_on=args.on,
        )
        next_step = how_to_publish(warehouse, counts_on)
    print(f"  released: {len(releases):,} of kind {releases[0].kind}, as of {counts_on}")
    print(next_step)
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `restriction release` command."""
    parser = subparsers.add_parser("release", help="release one thing that protects a customer")
    parser.add_argument("--kind", metavar="KIND", help="what protects, as listed")
    parser.add_argument("--key", metavar="KEY", help="which one of the kind, as listed")
    parser.add_argument("--customer", metavar="CUSTOMER_ID", help="the customer protected")
    parser.add_argument(
        "--other-customer", metavar="CUSTOMER_ID", help="where it is about two customers"
    )
    parser.add_argument("--feed", help="the feed that told of it")
    add_date(parser, "--date", "the date of the delivery that told of it")
    parser.add_argument("--line", type=int, metavar="N", help="of a refused row: its line")
    parser.add_argument(
        "--load", type=int, metavar="N", help="the load that was looked at, as listed"
    )
    add_by(parser, "releases it")
    parser.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; it stays on the release"
    )
    add_date(parser, "--on", "the business date it counts from; by default the newest")
    parser.set_defaults(run=run)
