"""`python -m postloan admin compose-env`: fresh secrets for `docker-compose.yaml`."""

import argparse
import os
from pathlib import Path

from postloan.access.users import ADMIN, Users, users
from postloan.errors import PostloanError
from postloan.files.modes import check_home
from postloan.local_airflow.environment import COMPOSE_USERS, new_compose_environment, write_private
from postloan.settings import REPOSITORY, settings


def run(args: argparse.Namespace) -> int:
    """Write the file; 0 on success.

    Raises:
        PostloanError: the file is there already; its secrets are in use.
    """
    listed = users(settings())
    if args.users:
        return _rewrite_users(args.to, listed)
    if args.to.exists():
        raise PostloanError(
            f"{args.to} is there already, and its secrets may be in use. Delete it first, or write "
            "only the users anew: python -m postloan admin compose-env --users"
        )
    made = new_compose_environment(os.getuid(), os.getgid(), listed)
    write_private(args.to, "".join(f"{k}={v}\n" for k, v in made.items()))
    # Docker would make the folder that is mounted itself, and give it to root.
    check_home(settings())
    print(
        f"Written: {args.to} (readable by you only; POSTLOAN_AIRFLOW_PASSWORD is that of "
        f"{ADMIN}, the others are in passwords.json of Airflow's folder)"
    )
    return 0


def _rewrite_users(path: Path, listed: Users) -> int:
    """Bring the list of users up to date and keep every secret; 0 on success."""
    if not path.exists():
        raise PostloanError(f"{path} is not there yet: python -m postloan admin compose-env")
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{COMPOSE_USERS}=")]
    write_private(path, "\n".join((*kept, f"{COMPOSE_USERS}={listed.airflow_roles}", "")))
    print(f"Written: {path}, the users alone. Then: docker compose up --detach")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin compose-env` command."""
    parser = subparsers.add_parser(
        "compose-env", help="write .env with fresh secrets for docker-compose.yaml"
    )
    parser.add_argument("--to", type=Path, default=REPOSITORY / ".env", metavar="FILE")
    parser.add_argument(
        "--users", action="store_true", help="only write the list of users anew (users.yaml)"
    )
    parser.set_defaults(run=run)
