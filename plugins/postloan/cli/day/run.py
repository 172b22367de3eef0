"""`python -m postloan day run --date D`: take one business date through its DAGs and follow it."""

import argparse
from datetime import date

from postloan.cli.common import tell, tell_outcome
from postloan.cli.dates import add_date
from postloan.cli.day.summary import show_summary
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.follow import Follower, Outcome
from postloan.local_airflow.together import airflow, turn
from postloan.settings import Settings, settings


def run_date(home: Settings, api: AirflowApi, day: date) -> Outcome:
    """Run one business date and print its progress."""
    print(f"Business date {day}", flush=True)
    with turn(home, day.isoformat(), tell):
        return Follower(api, home, day, tell).run()


def run(args: argparse.Namespace) -> int:
    """Run the date, show its summary; 0 when it is closed, 1 with the reason when it is not."""
    home = settings()
    with airflow(home, tell) as api:
        code = tell_outcome(run_date(home, api, args.date))
    show_summary(home, args.date)
    return code


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day run` command."""
    parser = subparsers.add_parser(
        "run",
        help="take one business date through its DAGs and follow it",
        description=(
            "Ingests what has been delivered for the date, asks the gate without waiting for the "
            "cut-off, and follows the chain. Safe to repeat: unchanged inputs change nothing, "
            "late or changed deliveries become the next revision."
        ),
    )
    add_date(parser, required=True)
    parser.set_defaults(run=run)
