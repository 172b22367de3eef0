"""Which days are working days; Python reads it where due dates roll."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from postloan.rules.model import Pack
from postloan.rules.rows import RuleRow, column
from postloan.rules.values import Day, IfTold

ROLL_YEARS = range(2000, 2041)
"""Due dates that a roll to the next working day is worked out for."""


class RuleDueDateRoll(RuleRow, title="应还日顺延"):
    """Due dates that are no working day, and the day they move to."""

    product: str = column("产品", "Product it holds for.", key=True)
    due_on: date = column("应还日", "Contractual due date.", key=True)
    effective_due_on: date = column("顺延后应还日", "The next working day.")


class Calendar(Pack):
    """Weekends, holidays, and weekends that are worked."""

    kind: Literal["calendar"]
    weekend: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    holidays: tuple[Day, ...]
    working_weekends: IfTold[tuple[Day, ...]] = None

    def rolled(self) -> Iterator[tuple[date, date]]:
        """Days that are no working days, each with the next one that is (Civil Code 203)."""
        holidays, extra = set(self.holidays), set(self.working_weekends or ())
        weekend = set(self.weekend)

        def works(day: date) -> bool:
            return day in extra or (day.isoweekday() not in weekend and day not in holidays)

        day, following = date(ROLL_YEARS[-1] + 1, 1, 1), date(ROLL_YEARS[-1] + 1, 1, 1)
        while day > date(ROLL_YEARS[0], 1, 1):
            day -= timedelta(days=1)
            if works(day):
                following = day
            else:
                yield day, following
