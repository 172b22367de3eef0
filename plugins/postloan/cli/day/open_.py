"""`python -m postloan day open --date D`: open the book."""

import argparse
from datetime import date
from pathlib import Path

from postloan.cli.common import date_of, tell, tell_outcome
from postloan.cli.dates import add_date
from postloan.cli.day.run import run_date
from postloan.cli.day.summary import show_summary
from postloan.contracts import catalogue
from postloan.errors import DayError, DeliveryError
from postloan.ingestion.reading.manifest import MAX_MANIFEST_BYTES
from postloan.ingestion.reading.opened import open_delivered
from postloan.local_airflow.together import airflow
from postloan.settings import Settings, settings
from postloan.text.json_text import JsonError, json_document


def opening_dates(home: Settings) -> list[date]:
    """Dates for which a required source has delivered the full book, oldest first.

    Raises:
        DayError: a manifest cannot be read.
    """
    sources = {f.source for f in catalogue().feeds.values() if f.is_required}
    found = []
    for source in sources:
        for path in sorted((home.landing / source).glob("*/manifest.json")):
            day = date_of(path)
            if day and read_opening(path):
                found.append(day)
    return sorted(found)


def read_opening(path: Path) -> bool:
    """Whether a manifest says that it opens the book.

    Raises:
        DayError: it cannot be read.
    """
    told = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        with open_delivered(path) as stream:
            content = stream.read(MAX_MANIFEST_BYTES + 1)
        if len(content) > MAX_MANIFEST_BYTES:
            raise DayError(f"{told} is larger than any manifest. Have it delivered again.")
        manifest = json_document(content)
    except DeliveryError as error:
        raise DayError(f"{told} cannot be read: {error}") from error
    except JsonError as error:
        raise DayError(f"{told} cannot be read: {error}. Have it delivered again.") from error
    if not isinstance(manifest, dict):
        raise DayError(f"{told} cannot be read: it is no object. Have it delivered again.")
    return manifest.get("opening") is True


def check_opening(home: Settings, day: date) -> None:
    """Refuse an opening for which nobody has delivered the full book.

    Raises:
        DayError: names the dates that could be opened.
    """
    dates = opening_dates(home)
    if day not in dates:
        known = ", ".join(d.isoformat() for d in dates) or "none"
        raise DayError(
            f"No delivery for {day} in {home.landing} opens the book (manifest with "
            f'"opening": true). Dates with one: {known}.'
        )


def run(args: argparse.Namespace) -> int:
    """Open the book and run its first date; 0 when it is closed."""
    home = settings()
    check_opening(home, args.date)
    with airflow(home, tell) as api:
        code = tell_outcome(run_date(home, api, args.date))
    show_summary(home, args.date)
    return code


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day open` command."""
    parser = subparsers.add_parser(
        "open",
        help="open the book on its first business date",
        description=(
            "Loads the full book and its history. Stages are dated from facts; nobody is counted "
            "as having moved on this date."
        ),
    )
    add_date(parser, required=True)
    parser.set_defaults(run=run)
