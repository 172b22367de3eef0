"""`python -m postloan down`: stop the embedded Airflow."""

import argparse

from postloan.local_airflow.control import stop
from postloan.local_airflow.together import let_it_stay, stop_after_users
from postloan.settings import settings


def run(args: argparse.Namespace) -> int:
    """Wait for whoever uses Airflow, then stop it; 0 also when nothing was running."""
    home = settings()
    was_running = stop(home) if args.now else stop_after_users(home, _tell)
    let_it_stay(home)
    print("Airflow is stopped." if was_running else "Airflow was not running.")
    return 0


def _tell(line: str) -> None:
    print(f"{line} (Ctrl-C leaves it running; --now stops it all the same)", flush=True)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `down` command."""
    parser = subparsers.add_parser(
        "down",
        help="stop the embedded Airflow",
        description="Waits for commands that are following a business date, and says which.",
    )
    parser.add_argument("--now", action="store_true", help="stop it under those who use it, too")
    parser.set_defaults(run=run)
