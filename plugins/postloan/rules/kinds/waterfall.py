"""In which order money pays what is due."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from postloan.rules.model import Cited, Pack, Rows
from postloan.rules.values import Distinct, Natural, Several, rising

Component = Literal["fee", "interest", "principal"]


class Regime(Cited):
    """The order that holds from a number of days past due on."""

    from_days_past_due: Natural
    processing: Literal["horizontal", "vertical"]
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
                    yield (
                        "rule_waterfall",
                        {
                            "product": product,
                            "from_days_past_due": regime.from_days_past_due,
                            "component": component,
                            "component_rank": rank,
                            "processing": regime.processing,
                            **self.rule,
                        },
                    )
