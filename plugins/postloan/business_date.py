"""A business date: the function that the whole product computes is a function of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

FIRST_DATE, LAST_DATE = dt.date(1990, 1, 1), dt.date(2999, 12, 31)
"""The rules begin with the first; beyond either, a date is mistyped and no arithmetic holds."""


def is_business_date(day: dt.date) -> bool:
    """Whether a business date can be such a date."""
    return FIRST_DATE <= day <= LAST_DATE


@dataclass(frozen=True)
class BusinessDay:
    """One business date as the gate has opened it.

    Attributes:
        date: close of this day in the lender's time zone is what everything is true for.
        revision: counts the versions of its inputs, from 1.
        previous_date: the date whose state it builds on; None on the opening.
        is_opening: the book is opened on this date; no entry events are raised.
    """

    date: dt.date
    revision: int = 1
    previous_date: dt.date | None = None
    is_opening: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that SQL files may use."""
        return {
            "business_date": self.date,
            "previous_date": self.previous_date,
            "is_opening": self.is_opening,
            "revision": self.revision,
        }
