"""In which order money pays what is due."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from postloan.rules.model import Cited, Pack, Rows
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Distinct, Natural, Several, rising

Component = Literal["fee", "interest", "principal"]
Processing = Literal["horizontal", "vertical"]


class RuleWaterfall(OfRule, title="清偿顺序规则"):
    """In which order a repayment pays the components of what is due."""

    product: str = column("产品", "Product it holds for.", key=True)
    from_days_past_due: int = column(
        "起始逾期天数", "Holds for payments made at this many days past due or more.", key=True
    )
    component: Component = column("款项", "Fee, interest or principal.", key=True)
    component_rank: int = column("次序", "1 is paid first.")
    processing: Processing = column(
        "方式", "Horizontal pays instalment by instalment, vertical component by component."
    )


class Regime(Cited):
    """The order that holds from a number of days past due on."""

    from_days_past_due: Natural
    processing: Processing
    order: Annotated[Distinct[Component], Field(min_length=3, max_length=3)]


def _rise(regimes: tuple[Regime, ...]) -> tuple[Regime, ...]:
    rising([regime.from_days_past_due for regime in regimes])
    return regimes


class Waterfall(Pack):
    """The regimes of payment, for some products or all."""

    kind: Literal["waterfall"]
    regimes: Annotated[Several[Regime], AfterValidator(_rise)]

    def rows(self) -> Rows:
        """The pack as rows of `rule_waterfall`."""
        for product in self.products():
            for regime in self.regimes:
                for rank, component in enumerate(regime.order, start=1):
                    yield RuleWaterfall(
                        product=product,
                        from_days_past_due=regime.from_days_past_due,
                        component=component,
                        component_rank=rank,
                        processing=regime.processing,
                    )
