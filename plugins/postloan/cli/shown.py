"""Words that several commands share."""

import argparse
from datetime import date

from postloan.embedded.environment import USER, base_url, password_file
from postloan.embedded.follow import Outcome
from postloan.errors import PostloanError
from postloan.settings import Settings


def business_date(text: str) -> date:
    """A date argument.

    Raises:
        argparse.ArgumentTypeError: it is not written YYYY-MM-DD.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date YYYY-MM-DD") from None


def where_the_ui_is(home: Settings) -> str:
    """Address of the UI, and where its password is kept."""
    return f"Airflow: {base_url(home)}  user {USER}, password in {password_file(home)}"


def tell_outcome(outcome: Outcome) -> int:
    """Print how a date ended; exit code of the command."""
    for warning in outcome.warnings:
        print(f"  note: {warning}")
    if not outcome.is_good:
        raise PostloanError(f"{outcome.day} is {outcome.state}: {outcome.reason}")
    words = "closed" if outcome.state == "closed" else "closed already; nothing has changed"
    print(f"{outcome.day}: {words}")
    return 0
