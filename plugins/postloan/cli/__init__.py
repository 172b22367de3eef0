"""The command line: a package per group, a module per command, each with `add_parser`."""

import argparse
import os
import re
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path

from postloan.cli import old_names
from postloan.cli.harmless import Harmless
from postloan.errors import PostloanError, WarehouseError
from postloan.files.modes import keep_private
from postloan.text.advice import advised

GROUPS = ("day", "loan", "gate", "restriction", "feed", "data", "hold", "admin")
"""Packages of this one, each with its `HELP` and the modules of its `COMMANDS`."""
FIRST = ("demo", "up", "down")
"""What a newcomer types before knowing any group."""

_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m postloan", description="Post-loan management, one business date at a time."
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of an error as well"
    )
    subparsers = parser.add_subparsers(metavar="GROUP|COMMAND", required=True)
    for name in FIRST:
        import_module(f"postloan.cli.{name}").add_parser(subparsers)
    for name in GROUPS:
        _add_group(subparsers, name)
    return parser


def _add_group(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str
) -> None:
    group = import_module(f"postloan.cli.{name}")
    parser = subparsers.add_parser(name, help=group.HELP, description=group.__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in group.COMMANDS:
        import_module(f"postloan.cli.{name}.{command}").add_parser(commands)


def _defect(error: Exception) -> str:
    """Where an error arose that nobody foresaw; its text may hold anything and is not told."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"this is a defect ({type(error).__name__} in {Path(place.filename).name}, line "
        f"{place.lineno}). Nothing half-done counts; run it again, and report it with what "
        f"--debug shows."
    )


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 with one clear line on an error a person can act on.

    Whatever a command tells, no character of it steers the terminal or is one that nobody sees.
    """
    keep_private()
    given = sys.argv[1:] if arguments is None else arguments
    with redirect_stdout(Harmless(sys.stdout)), redirect_stderr(Harmless(sys.stderr)):
        if any(map(_NO_TEXT.search, given)):
            print("postloan: an argument holds bytes that are no UTF-8 text.", file=sys.stderr)
            return 1
        arguments, note = old_names.renewed(given)
        if note:
            print(f"postloan: {note}", file=sys.stderr)
        return _run(_parser().parse_args(arguments))


def _run(args: argparse.Namespace) -> int:
    try:
        return int(args.run(args))
    except PostloanError as error:
        if args.debug:
            if isinstance(error, WarehouseError) and error.statement:
                error.add_note(error.statement)
            raise
        print(f"postloan: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads the output has seen enough; nothing is left to say, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if args.debug:
            raise
        print(f"postloan: {advised(error) or _defect(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("postloan: interrupted; run the same command again to go on.", file=sys.stderr)
        return 130
