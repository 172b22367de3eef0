"""`python -m postloan status`: the book of business dates."""

import argparse

from postloan.daybook import stale_dates, status
from postloan.ingestion.refused_deliveries import open_refusals
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run(_args: argparse.Namespace) -> int:
    """Print every business date and its state, and what was refused; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        records, stale = status(warehouse), stale_dates(warehouse)
        refusals = open_refusals(warehouse)
    if not records:
        print("The book is not open yet: python -m postloan open --as-of D")
    for record in records:
        day, state = record.business_date, record.state
        notes = [
            "opening" if record.is_opening else "",
            "stale: python -m postloan reconcile" if day in stale else "",
            record.reason or "",
        ]
        words = "; ".join(filter(None, notes))
        print(f"{day}  {state:<8} revision {record.revision}  {words}".rstrip())
    for refused in refusals:
        day, source = refused.business_date, refused.source
        print(f"{day}  refused  {source}: {refused.detail}")
        print(f"            Once it is delivered again: python -m postloan run --date {day}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `status` command."""
    parser = subparsers.add_parser(
        "status", help="which business dates are open, closed, or built on older inputs"
    )
    parser.set_defaults(run=run)
