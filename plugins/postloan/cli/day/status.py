"""`python -m postloan day status`: the book of business dates."""

import argparse

from postloan.business_day.gates import newest_held
from postloan.business_day.ledger import stale_dates, status
from postloan.cli.common import not_looked_at, paused_lines
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(_args: argparse.Namespace) -> int:
    """Print every business date, what holds it, and what is not loaded; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        records, stale = status(warehouse), stale_dates(warehouse)
        lines = [*not_looked_at(warehouse, home.landing)]
        held_on = newest_held(warehouse)
    if not records:
        print("The book is not open yet: python -m postloan day open --date D")
    for record in records:
        day, state = record.business_date, record.state
        notes = [
            "opening" if record.is_opening else "",
            "stale: python -m postloan day reconcile" if day in stale else "",
            f"contact files HELD: python -m postloan day summary --date {day}"
            if day == held_on
            else "",
            record.reason or "",
        ]
        words = "; ".join(filter(None, notes))
        print(f"{day}  {state:<8} revision {record.revision}  {words}".rstrip())
    lines += paused_lines(home)
    print("\n".join(lines), end="\n" if lines else "")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day status` command."""
    parser = subparsers.add_parser(
        "status", help="which business dates are open, closed, or built on older inputs"
    )
    parser.set_defaults(run=run)
