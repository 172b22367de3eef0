"""How every command asks for a date.

The one date that a command is about is `--date`; a further one has a name that says which it is.
"""

import argparse
from datetime import date

from postloan.business_date import FIRST_DATE, LAST_DATE, is_business_date
from postloan.text.shown_text import shown


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


def add_date(
    parser: argparse.ArgumentParser,
    option: str = "--date",
    words: str | None = None,
    *,
    required: bool = False,
) -> None:
    """Add a date to a command.

    Args:
        parser: of the command.
        option: its name.
        words: which date it is, where the name does not say it.
        required: whether the command cannot do without it.
    """
    parser.add_argument(
        option, type=business_date, required=required, metavar="YYYY-MM-DD", help=words
    )
