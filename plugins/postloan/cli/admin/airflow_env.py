"""`python -m postloan admin airflow-env`: the environment of the embedded Airflow."""

import argparse
import os
import shlex

from postloan.local_airflow.environment import PREFERRED_PORT, airflow_environment, known_port
from postloan.settings import settings


def run(_args: argparse.Namespace) -> int:
    """Print `export` lines that differ from this environment; 0 on success."""
    home = settings()
    found = airflow_environment(home, known_port(home) or PREFERRED_PORT)
    for name, value in sorted(found.items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin airflow-env` command."""
    parser = subparsers.add_parser(
        "airflow-env",
        help="print the environment of the embedded Airflow; it holds secrets",
        description="Prints what Airflow's own commands need, with its secrets: "
        'eval "$(python -m postloan admin airflow-env)".',
    )
    parser.set_defaults(run=run)
