"""Bands of days past due: the stages of a loan, and what classifies it."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import IfTold, rising

STAGES = "overdue_stage"
"""The bands that are the stages of a loan; all others classify it."""


class RuleBand(OfRule, title="分档规则"):
    """Bands of a number, lower bounds only; the highest lower bound that is reached decides."""

    band_set: str = column("分档集", "What is divided, such as overdue_stage.", key=True)
    product: str = column("产品", "Product it holds for.", key=True)
    band: str = column("档位", "Name of the band.", key=True)
    lower_bound: int = column("下限", "The band holds from this number on.")
    band_rank: int = column("次序", "0 for the best band.")
    risk_floor: str | None = column("风险下限", "Risk level a customer in this band has at least.")
    subtracts_pauses: bool = column("扣除暂停天数", "Days within a pause do not count.")


class Band(Cited):
    """One band: from its lower bound to where the next begins."""

    band: str
    title: IfTold[Words] = None
    lower_bound: int
    risk_floor: IfTold[Literal["low", "medium", "high"]] = None


def _rise(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    rising([band.lower_bound for band in bands])
    return bands


class Bands(Pack):
    """A set of bands, for some products or all."""

    kind: Literal["bands"]
    band_set: IfTold[str] = None
    unit: str
    pauses: Annotated[
        Literal["counted", "subtracted"], Field(description="Whether paused days count.")
    ]
    bands: Annotated[tuple[Band, ...], Field(min_length=2), AfterValidator(_rise)]

    @model_validator(mode="after")
    def _pauses_freeze_stages(self) -> Self:
        if self.set_name == STAGES and self.pauses != "subtracted":
            raise ValueError("a pause freezes the stage; write pauses: subtracted.")
        return self

    @property
    def set_name(self) -> str:
        """What the bands are bands of."""
        return self.name if self.band_set is None else self.band_set

    def rows(self) -> Rows:
        """The pack as rows of `rule_band`."""
        for product in self.products():
            for rank, band in enumerate(self.bands):
                yield RuleBand(
                    band_set=self.set_name,
                    product=product,
                    band=band.band,
                    lower_bound=band.lower_bound,
                    band_rank=rank,
                    risk_floor=band.risk_floor,
                    subtracts_pauses=self.pauses == "subtracted",
                )
