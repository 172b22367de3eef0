"""`python -m postloan doctor`: what this installation needs, and what of it is there."""

import argparse
import textwrap
from collections.abc import Iterator

from postloan.doctor import Finding, State, examine
from postloan.settings import settings

MARKS = {State.FINE: "", State.NOTE: "note: ", State.MISSING: "MISSING: "}


def _lines(finding: Finding) -> Iterator[str]:
    first, *more = finding.words.splitlines()
    yield f"  {finding.what:<28} {MARKS[finding.state]}{first}"
    yield from textwrap.indent("\n".join(more), " " * 31).splitlines()
    for line in finding.remedy.splitlines():
        yield f"  {'':<28} → {line}"


def run(_args: argparse.Namespace) -> int:
    """Print what was found; 0 where nothing that is needed is missing, 1 otherwise."""
    topic, missing = "", 0
    for finding in examine(settings()):
        if finding.topic != topic:
            topic = finding.topic
            print(topic)
        print("\n".join(_lines(finding)))
        missing += finding.state is State.MISSING
    print(f"Missing: {missing}." if missing else "Nothing is missing.")
    return 1 if missing else 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `doctor` command."""
    parser = subparsers.add_parser(
        "doctor",
        help="what this installation needs, what of it is there, and how to get the rest",
        description=(
            "Looks at Python, disk, contracts, rules, the warehouse, the sources and Airflow, and "
            "changes nothing. Ends with 1 where something is missing that the product needs."
        ),
    )
    parser.set_defaults(run=run)
