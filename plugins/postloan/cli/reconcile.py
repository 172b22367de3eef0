"""`python -m postloan reconcile`: find and mend dates that were dropped or have become stale."""

import argparse
from datetime import date

from postloan.cli.run import run_date
from postloan.cli.shown import date_of, tell, tell_outcome
from postloan.contracts import catalogue
from postloan.daybook import stale_dates, status, unopened_dates
from postloan.embedded.api import AirflowApi
from postloan.embedded.follow import ALL_DAGS
from postloan.embedded.together import airflow
from postloan.ingestion.horizon import newest_date, within_reach
from postloan.settings import Settings, settings
from postloan.warehouse import open_warehouse


def _landed(home: Settings) -> set[date]:
    """Dates for which every required source has a complete delivery in the landing zone."""
    sources = {f.source for f in catalogue().feeds.values() if f.is_required}
    complete = []
    for source in sources:
        paths = (home.landing / source).glob("????-??-??/manifest.json")
        complete.append(set(filter(None, map(date_of, paths))))
    return set.intersection(*complete) if complete else set()


def parked_dates(home: Settings) -> list[date]:
    """Delivered dates too far ahead of the book to be taken in, the first one first."""
    with open_warehouse(home.warehouse_url) as warehouse:
        newest = newest_date(warehouse)
    later = {d for d in _landed(home) if d > newest}
    return sorted(later - set(within_reach(later, newest)))


def due_dates(home: Settings) -> dict[date, str]:
    """Dates that need a run and why, oldest first."""
    with open_warehouse(home.warehouse_url) as warehouse:
        book = {r.business_date: r for r in status(warehouse)}
        stale, unopened = stale_dates(warehouse), unopened_dates(warehouse)
    opening = next((r.business_date for r in book.values() if r.is_opening), None)
    landed = {d for d in _landed(home) - set(book) if opening and d > opening}
    near = within_reach(landed, max(book, default=date.min))
    due = dict.fromkeys(near, "delivered, and never taken in")
    due |= dict.fromkeys(unopened, "taken in, and never closed")
    due |= dict.fromkeys(stale, "built on inputs that have changed since")
    return dict(sorted(due.items()))


def run(args: argparse.Namespace) -> int:
    """Run every date that needs it, oldest first; 0 when all of them are closed."""
    home = settings()
    due = due_dates(home)
    for day in parked_dates(home):
        print(f"{day}: delivered, and dated too far ahead of the book; left until that is near")
    with airflow(home, tell) as api:
        if due:
            return _mend(home, api, due, is_dry_run=args.dry_run)
    print("Every date that was delivered is closed and up to date.")
    return 0


def _mend(home: Settings, api: AirflowApi, due: dict[date, str], *, is_dry_run: bool) -> int:
    in_work = {key for dag_id in ALL_DAGS for key in api.active_keys(dag_id)}
    for dag_id, key in api.pending():
        print(f"{key}: {dag_id} has an event that has started no run yet")
    for day, reason in due.items():
        print(f"{day}: {reason}")
        if day.isoformat() in in_work:
            print("  Airflow is working on it; it is left alone")
        elif not is_dry_run:
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
