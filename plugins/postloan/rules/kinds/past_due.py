"""When an instalment is past due, and how its days are counted."""

from typing import Annotated, Literal

from pydantic import Field

from postloan.rules.model import Cited, Pack, Part, Rows
from postloan.rules.values import Money, Natural


class Grace(Part):
    """Days after the due date, and whether they count once they have gone by."""

    days: Natural
    mode: Literal["forgive", "subtract"]


class Counting(Cited):
    """How days past due are counted."""

    tolerance_amount: Money
    grace: Grace
    due_date_counts_as: Annotated[int, Field(ge=0, le=1)]
    due_date_roll: Literal["none", "following"]


class PastDue(Pack):
    """What is past due, for some products or all."""

    kind: Literal["past_due"]
    past_due: Counting

    def rows(self) -> Rows:
        """The pack as rows of `rule_past_due`."""
        counting = self.past_due
        for product in self.products():
            yield (
                "rule_past_due",
                {
                    "product": product,
                    "tolerance_amount": counting.tolerance_amount,
                    "grace_days": counting.grace.days,
                    "grace_mode": counting.grace.mode,
                    "due_date_counts_as": counting.due_date_counts_as,
                    "due_date_roll": counting.due_date_roll,
                    **self.rule,
                },
            )
