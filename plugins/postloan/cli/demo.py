"""`python -m postloan demo`: what `make run` runs, from an empty folder to published files."""

import argparse
from datetime import date

from postloan.business_day.summary import finished_dates
from postloan.cli.common import date_of, tell, tell_outcome, where_the_ui_is
from postloan.cli.day.open_ import opening_dates
from postloan.cli.day.run import run_date
from postloan.cli.day.summary import show_summary
from postloan.cli.feed import sample
from postloan.errors import PostloanError
from postloan.files.modes import close_doors
from postloan.ingestion.arrivals.horizon import within_reach
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.together import airflow, turn
from postloan.settings import Settings, settings

LAST_DATE = date(2026, 11, 20)
"""A Friday; fixed, so that two people who try the demo see the same."""
LAST_DATES = 2
SEED = 11
"""A lender in which every process has something to show on the last two dates."""


def dates_to_run(home: Settings) -> list[date]:
    """Dates of the landing zone that are not closed, and the last two in any case.

    Raises:
        PostloanError: no delivery opens the book.
    """
    openings = opening_dates(home)
    if not openings:
        raise PostloanError(
            f"No delivery in {home.landing} opens the book. Import or generate one (python -m "
            f"postloan feed import, python -m postloan feed sample), or empty the landing zone."
        )
    paths = (home.landing / "core_banking").glob("????-??-??/manifest.json")
    found = {d for d in map(date_of, paths) if d and d >= openings[0]}
    dates = within_reach(found, openings[0])
    finished = set(finished_dates(home.reports))
    return [d for d in dates if d not in finished or d in dates[-LAST_DATES:]]


def _write_sample(loans: int) -> None:
    parser = argparse.ArgumentParser()
    sample.add_parser(parser.add_subparsers())
    size = ["--loans", str(loans), "--days", str(LAST_DATES), "--seed", str(SEED)]
    args = parser.parse_args(["sample", *size, "--until", LAST_DATE.isoformat()])
    args.run(args)


def _run_dates(home: Settings, api: AirflowApi, dates: list[date]) -> None:
    for day in dates:
        tell_outcome(run_date(home, api, day))
    show_summary(home, dates[-1])


def run(args: argparse.Namespace) -> int:
    """Sample lender if there is no input, Airflow if it is not up, the dates, the summary."""
    home = settings()
    print(f"All state is in {home.home}")
    close_doors(home)
    with turn(home, "sample", tell):
        if not any(home.landing.glob("*/*/manifest.json")):
            _write_sample(args.loans)
    dates = dates_to_run(home)
    with airflow(home, tell, for_now=True) as api:
        print(where_the_ui_is(home))
        _run_dates(home, api, dates)
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `demo` command."""
    parser = subparsers.add_parser(
        "demo",
        help="sample lender, Airflow, two business dates, summary",
    )
    parser.add_argument("--loans", type=int, default=10_000, help="size of the sample lender")
    parser.set_defaults(run=run)
