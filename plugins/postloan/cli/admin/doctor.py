"""`python -m postloan admin doctor`: what this installation needs, and what of it is there."""

import argparse
import textwrap
from collections.abc import Iterator

from postloan.cli.common import counted_as
from postloan.doctor import Finding, State, examine
from postloan.settings import settings

MARKS = {
    State.FINE: "",
    State.NOTE: "note: ",
    State.WAITS: "WAITS: ",
    State.MISSING: "MISSING: ",
}


def _lines(finding: Finding) -> Iterator[str]:
    first, *more = finding.words.splitlines()
    yield f"  {finding.what:<28} {MARKS[finding.state]}{first}"
    yield from textwrap.indent("\n".join(more), " " * 31).splitlines()
    for line in finding.remedy.splitlines():
        yield f"  {'':<28} → {line}"


def run(_args: argparse.Namespace) -> int:
    """Print what was found; 0 where nothing that is needed is missing, 1 otherwise."""
    topic, missing, waiting = "", 0, 0
    for finding in examine(settings()):
        if finding.topic != topic:
            topic = finding.topic
            print(topic)
        print("\n".join(_lines(finding)))
        missing += finding.state is State.MISSING
        waiting += finding.state is State.WAITS
    told = f"Missing: {missing}" if missing else "Nothing is missing"
    waits = f"; {waiting} {counted_as(waiting, 'thing waits', 'things wait')} for a person, above"
    print(f"{told}{waits if waiting else ''}.")
    return 1 if missing else 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin doctor` command."""
    parser = subparsers.add_parser(
        "doctor",
        help="what this installation needs, what of it is there, and how to get the rest",
        description=(
            "Looks at Python, disk, contracts, rules, the warehouse, the sources and Airflow, and "
            "changes nothing. Ends with 1 where something is missing that the product needs. "
            "Deliveries that are not loaded and a gate that is shut wait for a person."
        ),
    )
    parser.set_defaults(run=run)
