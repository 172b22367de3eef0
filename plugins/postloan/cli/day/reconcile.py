"""`python -m postloan day reconcile`: find and mend dates that were dropped or are stale."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from postloan.business_day.ledger import CLOSED, OPEN, stale_dates, status, unopened_dates
from postloan.cli.common import date_of, tell, tell_outcome
from postloan.cli.day.run import run_date
from postloan.contracts import catalogue
from postloan.ingestion.arrivals.horizon import newest_date, within_reach
from postloan.ingestion.arrivals.not_taken_in import arrived
from postloan.ingestion.arrivals.refused_deliveries import OpenRefusal, open_refusals
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.follow import ALL_DAGS
from postloan.local_airflow.together import airflow
from postloan.settings import Settings, settings
from postloan.warehouse import open_warehouse


def _required_sources() -> set[str]:
    return {f.source for f in catalogue().feeds.values() if f.is_required}


def _landed(home: Settings) -> set[date]:
    """Dates for which every required source has a complete delivery in the landing zone."""
    complete = []
    for source in _required_sources():
        paths = (home.landing / source).glob("????-??-??/manifest.json")
        complete.append(set(filter(None, map(date_of, paths))))
    return set.intersection(*complete) if complete else set()


def parked_dates(home: Settings) -> list[date]:
    """Delivered dates too far ahead of the book to be taken in, the first one first."""
    with open_warehouse(home.warehouse_url) as warehouse:
        newest = newest_date(warehouse)
    later = {d for d in _landed(home) if d > newest}
    return sorted(later - set(within_reach(later, newest)))


REFUSED = "delivered, and refused when it was taken in; what lies there now is tried again"


@dataclass(frozen=True)
class State:
    """What is to be said and done about the dates of an installation.

    Attributes:
        due: dates that need a run and why, oldest first.
        refused: deliveries that were refused and not taken in since.
        settled: dates that are closed or were passed over, and need no run.
    """

    due: Mapping[date, str]
    refused: tuple[OpenRefusal, ...]
    settled: frozenset[date]


def look(home: Settings) -> State:
    """Compare the landing zone, the ledger of deliveries and the book of dates."""
    with open_warehouse(home.warehouse_url) as warehouse:
        book = {r.business_date: r for r in status(warehouse)}
        stale, unopened = stale_dates(warehouse), unopened_dates(warehouse)
        refused, late = open_refusals(warehouse), arrived(warehouse, home.landing)
    opening = next((r.business_date for r in book.values() if r.is_opening), None)
    landed = {d for d in _landed(home) - set(book) if opening and d > opening}
    near = within_reach(landed, max(book, default=date.min))
    settled = {d for d, r in book.items() if r.state != OPEN}
    closed = {d for d, r in book.items() if r.state == CLOSED}
    # Whether it has been delivered again since shows only when it is read.
    tried = {r.business_date for r in refused if r.source in _required_sources()}
    due = {d: REFUSED if d in tried else "delivered, and never taken in" for d in near}
    due |= {
        a.business_date: f"{a.source} has delivered since, and it was never taken in"
        for a in late
        if a.business_date in closed
    }
    due |= dict.fromkeys(unopened, "taken in, and never closed")
    due |= dict.fromkeys(stale, "built on inputs that have changed since")
    return State(dict(sorted(due.items())), refused, frozenset(settled - due.keys()))


def due_dates(home: Settings) -> Mapping[date, str]:
    """Dates that need a run and why, oldest first."""
    return look(home).due


def run(args: argparse.Namespace) -> int:
    """Run every date that needs it, oldest first; 0 when all of them are closed."""
    home = settings()
    state, parked = look(home), parked_dates(home)
    for day in parked:
        print(f"{day}: delivered, and dated too far ahead of the book; left until that is near")
    for refused in state.refused:
        print(f"{refused.business_date}: {refused.words}")
        print(f"  → {refused.remedy}")
    with airflow(home, tell) as api:
        if state.due:
            return _mend(home, api, state, is_dry_run=args.dry_run)
    but = ", but for what is told above" if parked or state.refused else ""
    print(f"Every date that was delivered is closed and up to date{but}.")
    return 0


def _mend(home: Settings, api: AirflowApi, state: State, *, is_dry_run: bool) -> int:
    in_work = {key for dag_id in ALL_DAGS for key in api.active_keys(dag_id)}
    settled = {day.isoformat() for day in state.settled}
    for dag_id, key in api.pending():
        # Airflow keeps what was left over when another run has done the work.
        if key not in settled:
            print(f"{key}: {dag_id} has an event that has started no run yet")
    for day, reason in state.due.items():
        print(f"{day}: {reason}")
        if day.isoformat() in in_work:
            print("  Airflow is working on it; it is left alone")
        elif not is_dry_run:
            tell_outcome(run_date(home, api, day))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day reconcile` command."""
    parser = subparsers.add_parser(
        "reconcile",
        help="find and mend dates that Airflow dropped or whose inputs have changed since",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what is due")
    parser.set_defaults(run=run)
