"""`python -m postloan admin migrate --to URL`: from one warehouse to another, with proof."""

import argparse
import re

from postloan.errors import PostloanError
from postloan.local_airflow.control import is_supervised
from postloan.settings import Settings, settings
from postloan.text.shown_text import shown
from postloan.warehouse import open_warehouse
from postloan.warehouse.redacted_url import without_password
from postloan.warehouse.transfer import carry

TOLD_EVERY_ROWS = 1_000_000


def _tell(table: str, done: int, rows: int) -> None:
    """A line for each table, and for each million rows of a large one."""
    if done == rows:
        print(f"  {table:<36} {rows:>12,} rows, the same on both sides", flush=True)
    elif done % TOLD_EVERY_ROWS == 0:
        print(f"  {table:<36} {done:>12,} of {rows:,}", flush=True)


def _refuse_while_airflow_runs(home: Settings) -> None:
    if home.airflow_home.is_dir() and is_supervised(home):
        raise PostloanError("Airflow is running and may write while rows are carried: make down")


def run(args: argparse.Namespace) -> int:
    """Carry every table and prove that it arrived; 0 on success."""
    home = settings()
    source, target = without_password(home.warehouse_url), without_password(args.to)
    if home.warehouse_url == args.to or source == target:
        raise PostloanError(f"{target} is the warehouse in use. Name another one with --to.")
    if re.match(r"duckdb:/*(:memory:[^?]*)?(\?|$)", args.to):
        raise PostloanError(
            f"{shown(target)} names no file, so all that is carried would be gone with this "
            f"command. Name a file: duckdb:///FILE"
        )
    _refuse_while_airflow_runs(home)
    print(f"From {source}\n  to {target}")
    with open_warehouse(home.warehouse_url) as used, open_warehouse(args.to) as new:
        rows = carry(used, new, source, _tell)
    print(f"{rows:,} rows carried, every table proved to be the same.")
    print("From now on: export POSTLOAN_WAREHOUSE=URL, with the URL that was carried to.")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin migrate` command."""
    parser = subparsers.add_parser(
        "migrate",
        help="carry the warehouse to another engine or place, and prove that nothing changed",
        description=(
            "Copies every table of POSTLOAN_WAREHOUSE to an empty warehouse, one transaction each, "
            "and compares number and checksum of the rows on both sides. Interrupted, it goes on "
            "where it was when it is run again. The warehouse in use is not changed."
        ),
    )
    parser.add_argument(
        "--to", required=True, metavar="URL", help="duckdb:///FILE or postgresql://USER@HOST/NAME"
    )
    parser.set_defaults(run=run)
