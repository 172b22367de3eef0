"""`python -m postloan data expire --date D`: delete what has expired by rule."""

import argparse

from postloan.cli.dates import add_date
from postloan.retention.expire import expire
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Delete, or only tell, what has expired; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        gone = expire(warehouse, home, args.date, dry_run=args.dry_run)
    for e in gone:
        rule = f"{e.rule_id}@{e.rule_version}"
        print(f"  {e.what:<32} {e.quantity:>10,} {e.unit:<5} {e.from_on} to {e.to_on}  {rule}")
    if not gone:
        print(f"Nothing has expired as of {args.date}.")
    elif args.dry_run:
        print("Nothing was deleted; leave --dry-run out to delete it.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `data expire` command."""
    parser = subparsers.add_parser(
        "expire", help="delete what has expired by the retention rules and no hold keeps"
    )
    add_date(parser, required=True)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    parser.set_defaults(run=run)
