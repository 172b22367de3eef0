"""`python -m postloan compose-env`: fresh secrets for `docker-compose.yaml`."""

import argparse
import os
from pathlib import Path

from postloan.embedded.environment import new_compose_environment, write_private
from postloan.errors import PostloanError
from postloan.settings import REPOSITORY


def run(args: argparse.Namespace) -> int:
    """Write the file; 0 on success.

    Raises:
        PostloanError: the file is there already; its secrets are in use.
    """
    if args.to.exists():
        raise PostloanError(
            f"{args.to} is there already, and its secrets may be in use. Delete it first."
        )
    text = "".join(
        f"{k}={v}\n" for k, v in new_compose_environment(os.getuid(), os.getgid()).items()
    )
    write_private(args.to, text)
    print(
        f"Written: {args.to} (readable by you only; POSTLOAN_AIRFLOW_PASSWORD is the one of the UI)"
    )
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `compose-env` command."""
    parser = subparsers.add_parser(
        "compose-env", help="write .env with fresh secrets for docker-compose.yaml"
    )
    parser.add_argument("--to", type=Path, default=REPOSITORY / ".env", metavar="FILE")
    parser.set_defaults(run=run)
