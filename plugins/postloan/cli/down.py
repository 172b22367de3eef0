"""`python -m postloan down`: stop the embedded Airflow."""

import argparse

from postloan.embedded.control import stop
from postloan.settings import settings


def run(_args: argparse.Namespace) -> int:
    """Stop what is running; 0 also when nothing was."""
    was_running = stop(settings())
    print("Airflow is stopped." if was_running else "Airflow was not running.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `down` command."""
    parser = subparsers.add_parser("down", help="stop the embedded Airflow")
    parser.set_defaults(run=run)
