"""`python -m postloan release-gate D --by NAME --reason TEXT`: let held contact files go."""

import argparse

from postloan.cli.shown import business_date
from postloan.gates import ALL_CHECKS, release_gate
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Record the release and say what to do next; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        released = release_gate(
            warehouse,
            args.date,
            released_by=args.by,
            reason=args.reason,
            check_name=args.check,
        )
    for check in released:
        print(f"  released: {check.message}")
    print(f"Nothing was sent. To publish: python -m postloan run --date {args.date}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `release-gate` command."""
    parser = subparsers.add_parser(
        "release-gate", help="let the contact files go that a gate holds back"
    )
    parser.add_argument("date", type=business_date, metavar="YYYY-MM-DD")
    parser.add_argument("--by", required=True, metavar="NAME", help="who releases them")
    parser.add_argument("--reason", required=True, help="why; it stays on the release")
    parser.add_argument(
        "--check", default=ALL_CHECKS, metavar="NAME", help="one check; all that failed by default"
    )
    parser.set_defaults(run=run)
