"""`python -m postloan day suppress [--date D]`: recall what must not be acted on any more."""

import argparse

from postloan.cli.common import counted_as, not_looked_at
from postloan.cli.dates import add_date
from postloan.publication.ledger import newest_loaded
from postloan.publication.suppress_contacts import newest_published, suppress_contacts
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Publish the list and say what was looked at, what is in it and what was not; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        day = args.date or newest_published(warehouse)
        result = suppress_contacts(warehouse, day)
        last = newest_loaded(warehouse, day)
        lines = [*not_looked_at(warehouse, home.landing)]
    print(f"Files of {day}, looked at with all that is loaded, up to what came for {last}:")
    for measure, number in result.counts.items():
        queue = measure.removeprefix("suppressed_")
        print(f"  {queue:<28} {number:>10,} {counted_as(number, 'task')} recalled")
    print(f"  {result.note}")
    if result.counts:
        print(f"The lists of recalls are the newest revisions in {home.outbox / day.isoformat()}.")
    print("\n".join(lines or ["Whatever has arrived in the landing zone was looked at."]))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day suppress` command."""
    parser = subparsers.add_parser(
        "suppress", help="before the hours of contact: recall what is known by now to be wrong"
    )
    add_date(parser, words="business date of the files; that published last by default")
    parser.set_defaults(run=run)
