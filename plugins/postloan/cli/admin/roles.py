"""`python -m postloan admin roles`: who may do what in a PostgreSQL warehouse."""

import argparse
from collections.abc import Iterable
from datetime import date

from sqlalchemy.exc import DBAPIError

from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.publication.allow_list import checked_contract, checked_recall_file
from postloan.settings import settings
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.capabilities import engine_of
from postloan.warehouse.postgres.roles import PLACE, Place, role_statements


def _statements(warehouse: Warehouse) -> tuple[str, ...]:
    """What is checked is what leaves the house by the rules of the newest date of the book."""
    newest = warehouse.scalar("select max(business_date) as day from business_day") or date.max
    files = [checked_contract(queue, newest) for queue in catalogue().task_files]
    with engine_of(warehouse).connect() as connection:
        place = Place(*connection.exec_driver_sql(PLACE).one())
    return role_statements(place, files, checked_recall_file(newest))


def _apply(warehouse: Warehouse, statements: Iterable[str]) -> None:
    """Run all statements or none of them."""
    try:
        with warehouse.transaction(), engine_of(warehouse).connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        raise PostloanError(
            f"The roles cannot be made: {error.orig}Run this as a user who owns the tables and may "
            f"create roles, or let one run what `python -m postloan admin roles` prints."
        ) from None


def run(args: argparse.Namespace) -> int:
    """Print the statements, or run them as the owner of the tables; 0 on success."""
    url = settings().warehouse_url
    if not url.startswith("postgres"):
        raise PostloanError(
            "Roles are those of a PostgreSQL server. A warehouse in files is protected by the "
            "rights of its folder."
        )
    with open_warehouse(url) as warehouse:
        statements = _statements(warehouse)
        if args.apply:
            _apply(warehouse, statements)
    if args.apply:
        print(f"{len(statements)} statements run. Grant the roles to the users you have.")
    else:
        print(";\n".join(statements) + ";")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin roles` command."""
    parser = subparsers.add_parser(
        "roles",
        help="print or make the roles of a PostgreSQL warehouse: a writer, a reader per receiver",
        description=(
            "Prints SQL that makes a role for the daily work and one for each receiver of task "
            "files, who sees the published rows of its queues in views and nothing else. Run it "
            "again after a contract of a task file has changed."
        ),
    )
    parser.add_argument("--apply", action="store_true", help="run it, as the owner of the tables")
    parser.set_defaults(run=run)
