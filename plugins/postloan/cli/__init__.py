"""The command line: one module per command, each with `add_parser`."""

import argparse
import sys
from importlib import import_module

from postloan.errors import PostloanError

COMMANDS = (
    "demo",
    "up",
    "down",
    "open_",
    "run",
    "close",
    "release",
    "release_gate",
    "reconcile",
    "doctor",
    "status",
    "summary",
    "explain",
    "stages",
    "belief",
    "show",
    "roles",
    "migrate",
    "hold",
    "expire",
    "sample",
    "feed",
    "import_",
    "fetch",
    "docs",
    "airflow_env",
    "compose_env",
    "prepare",
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m postloan", description="Post-loan management, one business date at a time."
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of an error as well"
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"postloan.cli.{name}").add_parser(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 with one clear line on an error a person can act on."""
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except PostloanError as error:
        if args.debug:
            raise
        print(f"postloan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("postloan: interrupted; run the same command again to go on.", file=sys.stderr)
        return 130
