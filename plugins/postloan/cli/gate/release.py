"""`python -m postloan gate release --date D --reason TEXT`: let held contact files go."""

import argparse

from postloan.business_day.gates import ALL_CHECKS, release_gate, together
from postloan.cli.acting import acting_person, add_by
from postloan.cli.common import how_to_publish
from postloan.cli.dates import add_date
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Record the release and say what to do next; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        released = release_gate(
            warehouse,
            args.date,
            released_by=acting_person(args.by),
            reason=args.reason,
            check_name=args.check,
        )
        next_step = how_to_publish(warehouse, args.date)
    for check in together(released):
        print(f"  released {check.check_name}: {check.message}")
    print(next_step)
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `gate release` command."""
    parser = subparsers.add_parser(
        "release", help="let the contact files go that a gate holds back"
    )
    add_date(parser, required=True)
    add_by(parser, "releases them")
    parser.add_argument("--reason", required=True, help="why; it stays on the release")
    parser.add_argument(
        "--check",
        default=ALL_CHECKS,
        metavar="NAME",
        help="one check, as `day summary` names it; all that failed by default",
    )
    parser.set_defaults(run=run)
