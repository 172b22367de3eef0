"""`python -m postloan open --as-of D`: open the book."""

import argparse
import json
from datetime import date

from postloan.cli.run import run_date
from postloan.cli.shown import business_date, tell_outcome
from postloan.cli.summary import show_summary
from postloan.contracts import catalogue
from postloan.embedded.control import connect
from postloan.errors import DayError
from postloan.settings import Settings, settings


def opening_dates(home: Settings) -> list[date]:
    """Dates for which a required source has delivered the full book, oldest first.

    Raises:
        DayError: a manifest cannot be read.
    """
    sources = {f.source for f in catalogue().feeds.values() if f.is_required}
    found = []
    for source in sources:
        for path in sorted((home.landing / source).glob("*/manifest.json")):
            try:
                manifest = json.loads(path.read_text(encoding="utf-8"))
                if manifest.get("opening") is True:
                    found.append(date.fromisoformat(path.parent.name))
            except (ValueError, AttributeError, OSError) as error:
                raise DayError(
                    f"{path} cannot be read: {error}. Have it delivered again."
                ) from error
    return sorted(found)


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
    check_opening(home, args.as_of)
    code = tell_outcome(run_date(home, connect(home, print), args.as_of))
    show_summary(home, args.as_of)
    return code


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `open` command."""
    parser = subparsers.add_parser(
        "open",
        help="open the book on its first business date",
        description=(
            "Loads the full book and its history. Stages are dated from facts; nobody is counted "
            "as having moved on this date."
        ),
    )
    parser.add_argument("--as-of", type=business_date, required=True, metavar="YYYY-MM-DD")
    parser.set_defaults(run=run)
