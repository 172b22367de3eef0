"""`python -m postloan admin prepare`: Airflow's database, pools and user, for docker compose."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from postloan.access.users import ADMIN, users, users_file
from postloan.errors import PostloanError
from postloan.files.modes import close_doors
from postloan.local_airflow.control import pools
from postloan.local_airflow.environment import with_passwords, write_private
from postloan.settings import settings


def _airflow(*arguments: str) -> None:
    ended = subprocess.run([sys.executable, "-m", "airflow", *arguments], check=False)  # noqa: S603 (own words)
    if ended.returncode:
        raise PostloanError(
            f"airflow {' '.join(arguments[:2])} ended with code {ended.returncode}."
        )


def run(_args: argparse.Namespace) -> int:
    """Bring the metadata up to date, make the pools, write the passwords; 0 on success."""
    path = os.environ.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE")
    password = os.environ.get("POSTLOAN_AIRFLOW_PASSWORD")
    if not path or not password:
        raise PostloanError(
            "This command belongs to docker-compose.yaml, which sets where the password goes. "
            "On one machine use: python -m postloan up"
        )
    close_doors(settings())
    listed = users(settings())
    if os.environ.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS") != listed.airflow_roles:
        raise PostloanError(
            f"{users_file(settings())} has changed since .env was written. On the machine that "
            "runs docker compose: python -m postloan admin compose-env --users"
        )
    file = Path(path)
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = with_passwords({**known, ADMIN: password}, listed)
    write_private(file, json.dumps(kept, indent=2) + "\n")
    _airflow("db", "migrate")
    for pool in pools(settings()):
        _airflow("pools", "set", pool.name, str(pool.slots), pool.purpose)
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin prepare` command."""
    parser = subparsers.add_parser(
        "prepare", help="make Airflow's database, pools and user; docker-compose.yaml runs it"
    )
    parser.set_defaults(run=run)
