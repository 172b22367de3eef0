"""`python -m postloan suppress [--date D]`: recall what must not be acted on any more."""

import argparse

from postloan.cli.shown import business_date
from postloan.settings import settings
from postloan.steps.suppress_contacts import newest_published, suppress_contacts
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Publish the list and say what is in it; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        day = args.date or newest_published(warehouse)
        result = suppress_contacts(warehouse, day)
    for measure, number in result.counts.items():
        queue = measure.removeprefix("suppressed_")
        print(f"  {queue:<28} {number:>10,} tasks recalled")
    if result.counts:
        print(f"The lists of recalls are the newest revisions in {home.outbox / day.isoformat()}.")
    else:
        print(f"{day}: {result.note}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `suppress` command."""
    parser = subparsers.add_parser(
        "suppress", help="before the hours of contact: recall what is known by now to be wrong"
    )
    parser.add_argument(
        "--date",
        type=business_date,
        metavar="YYYY-MM-DD",
        help="business date of the files; that published last by default",
    )
    parser.set_defaults(run=run)
