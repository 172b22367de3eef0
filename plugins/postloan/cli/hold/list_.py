"""`python -m postloan hold list`: all legal holds, without their reasons."""

import argparse

from postloan.retention.holds import all_holds
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(_args: argparse.Namespace) -> int:
    """Print all holds, without their reasons; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        holds = all_holds(warehouse)
    for hold_id, customer, first, last, starts, ends, placed_by, lifted_by in holds:
        scope = f"customer {customer}" if customer else f"{first} to {last}"
        end = f"lifted {ends} by {lifted_by}" if ends else "in force"
        print(f"  {hold_id:<20} {scope:<32} from {starts}, placed by {placed_by}, {end}")
    print(f"{len(holds)} holds")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `hold list` command."""
    subparsers.add_parser("list", help="all holds").set_defaults(run=run)
