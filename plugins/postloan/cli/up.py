"""`python -m postloan up`: start the embedded Airflow and leave it running."""

import argparse

from postloan.cli.common import tell, where_the_ui_is
from postloan.files.modes import check_home
from postloan.local_airflow.control import start
from postloan.local_airflow.together import let_it_stay, using
from postloan.settings import settings


def run(_args: argparse.Namespace) -> int:
    """Start Airflow, or mend it, and say where it is; 0 on success."""
    home = settings()
    check_home(home)
    with using(home, tell):
        start(home, tell)
        let_it_stay(home)
    print(where_the_ui_is(home))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `up` command."""
    parser = subparsers.add_parser("up", help="start the embedded Airflow and leave it running")
    parser.set_defaults(run=run)
