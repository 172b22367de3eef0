"""Words that several commands share."""

import argparse
from datetime import date
from pathlib import Path

from postloan.business_day import FIRST_DATE, LAST_DATE, is_business_date
from postloan.embedded.environment import base_url, password_file
from postloan.embedded.follow import Outcome
from postloan.errors import PostloanError
from postloan.settings import Settings
from postloan.shown_text import shown
from postloan.users import users


def business_date(text: str) -> date:
    """A date argument.

    Raises:
        argparse.ArgumentTypeError: it is not written YYYY-MM-DD, or is no date of our time.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise argparse.ArgumentTypeError(f"'{shown(text)}' is not a date YYYY-MM-DD")
    if not is_business_date(day):
        raise argparse.ArgumentTypeError(
            f"{day} is mistyped: no business date is before {FIRST_DATE} or after {LAST_DATE}"
        )
    return day


def date_of(manifest: Path) -> date | None:
    """The date of a delivery, or None where its folder only looks like that of one."""
    try:
        return date.fromisoformat(manifest.parent.name)
    except ValueError:
        return None


def tell(line: str) -> None:
    """Print a line at once, also where somebody reads it through a pipe."""
    print(line, flush=True)


def where_the_ui_is(home: Settings) -> str:
    """Address of the UI, who may log in, and where the passwords are kept."""
    names = ", ".join(u.user for u in users(home).users)
    return f"Airflow: {base_url(home)}\n  users {names}; passwords in {password_file(home)}"


def tell_outcome(outcome: Outcome) -> int:
    """Print how a date ended; exit code of the command."""
    for warning in outcome.warnings:
        print(f"  note: {warning}")
    if not outcome.is_good:
        raise PostloanError(f"{outcome.day} is {outcome.state}: {outcome.reason}")
    words = "closed" if outcome.state == "closed" else "closed already; nothing has changed"
    print(f"{outcome.day}: {words}")
    return 0
