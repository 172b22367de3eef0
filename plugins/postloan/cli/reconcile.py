"""`python -m postloan reconcile`: find and mend dates that were dropped or have become stale."""

import argparse
from datetime import date

from postloan.cli.run import run_date
from postloan.cli.shown import tell_outcome
from postloan.contracts import catalogue
from postloan.daybook import stale_dates, status, unopened_dates
from postloan.embedded.control import connect
from postloan.embedded.follow import ALL_DAGS
from postloan.settings import Settings, settings
from postloan.warehouse import open_warehouse


def _landed(home: Settings) -> set[date]:
    """Dates for which every required source has a complete delivery in the landing zone."""
    sources = {f.source for f in catalogue().feeds.values() if f.is_required}
    complete = []
    for source in sources:
        paths = (home.landing / source).glob("????-??-??/manifest.json")
        complete.append({date.fromisoformat(p.parent.name) for p in paths})
    return set.intersection(*complete) if complete else set()


def due_dates(home: Settings) -> dict[date, str]:
    """Dates that need a run and why, oldest first."""
    with open_warehouse(home.warehouse_url) as warehouse:
        book = {r.business_date: r for r in status(warehouse)}
        stale, unopened = stale_dates(warehouse), unopened_dates(warehouse)
    opening = next((r.business_date for r in book.values() if r.is_opening), None)
    due = {
        d: "delivered, and never taken in"
        for d in _landed(home) - set(book)
        if opening and d > opening
    }
    due |= dict.fromkeys(unopened, "taken in, and never closed")
    due |= dict.fromkeys(stale, "built on inputs that have changed since")
    return dict(sorted(due.items()))


def run(args: argparse.Namespace) -> int:
    """Run every date that needs it, oldest first; 0 when all of them are closed."""
    home = settings()
    due = due_dates(home)
    api = connect(home, print)
    if not due:
        print("Every date that was delivered is closed and up to date.")
        return 0
    in_work = {key for dag_id in ALL_DAGS for key in api.active_keys(dag_id)}
    for dag_id, key in api.pending():
        print(f"{key}: {dag_id} has an event that has started no run yet")
    for day, reason in due.items():
        print(f"{day}: {reason}")
        if day.isoformat() in in_work:
            print("  Airflow is working on it; it is left alone")
        elif not args.dry_run:
            tell_outcome(run_date(home, api, day))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `reconcile` command."""
    parser = subparsers.add_parser(
        "reconcile",
        help="find and mend dates that Airflow dropped or whose inputs have changed since",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what is due")
    parser.set_defaults(run=run)
