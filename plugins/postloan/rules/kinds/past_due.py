"""When an instalment is past due, and how its days are counted."""

from typing import Annotated, Literal

from pydantic import Field

from postloan.rules.model import Cited, Pack, Part, Rows
from postloan.rules.rows import Amount, OfRule, column
from postloan.rules.values import Money, Natural

GraceMode = Literal["forgive", "subtract"]
Roll = Literal["none", "following"]


class RulePastDue(OfRule, title="逾期认定规则"):
    """How days past due are counted."""

    product: str = column("产品", "Product it holds for.", key=True)
    tolerance_amount: Amount = column(
        "容差", "An instalment with no more than this unpaid is not past due."
    )
    grace_days: int = column("宽限天数", "Days of grace.")
    grace_mode: GraceMode = column("宽限方式", "Forgive or subtract.")
    due_date_counts_as: int = column("应还日计为", "0 or 1 day past due on the due date.")
    due_date_roll: Roll = column("节假日顺延", "Whether due dates move to the next working day.")


class Grace(Part):
    """Days after the due date, and whether they count once they have gone by."""

    days: Natural
    mode: GraceMode


class Counting(Cited):
    """How days past due are counted."""

    tolerance_amount: Money
    grace: Grace
    due_date_counts_as: Annotated[int, Field(ge=0, le=1)]
    due_date_roll: Roll


class PastDue(Pack):
    """What is past due, for some products or all."""

    kind: Literal["past_due"]
    past_due: Counting

    def rows(self) -> Rows:
        """The pack as rows of `rule_past_due`."""
        counting = self.past_due
        for product in self.products():
            yield RulePastDue(
                product=product,
                tolerance_amount=counting.tolerance_amount,
                grace_days=counting.grace.days,
                grace_mode=counting.grace.mode,
                due_date_counts_as=counting.due_date_counts_as,
                due_date_roll=counting.due_date_roll,
            )
