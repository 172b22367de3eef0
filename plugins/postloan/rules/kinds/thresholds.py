"""When debts with several lenders call for control measures."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.parameters import Count, Parameters
from postloan.rules.rows import Big, OfRule, column
from postloan.rules.values import Distinct, Positive, Several

INDICATORS = ("open_lenders", "new_lenders_short", "new_lenders_long", "debt_to_income")
"""What `multi_lender_exposure.sql` works out; another name would silently never have a value."""

NO_LEVEL = "none"
"""Level of a customer who meets no threshold."""


class RuleThreshold(OfRule, title="预警阈值规则", needs_rule=True):
    """From which value on an indicator raises an alert."""

    pack: str = column("规则包", "The pack.", key=True)
    indicator: str = column("指标", "The indicator.", key=True)
    alert_level: str = column("预警等级", "Level of the alert.", key=True)
    level_rank: int = column("次序", "1 for the mildest level.")
    lower_bound: Big = column("下限", "The threshold is met from this value on.")


def _is_one(level: str) -> str:
    if level == NO_LEVEL:
        raise ValueError(f"'{NO_LEVEL}' is the level of who meets no threshold. Name another.")
    return level


Level = Annotated[
    str, AfterValidator(_is_one), Field(json_schema_extra={"not": {"const": NO_LEVEL}})
]


class Windows(Parameters):
    """How far back new lenders and income are looked at."""

    new_lender_days_short: Count
    new_lender_days_long: Count
    income_months: Count


class Threshold(Cited):
    """From which value of an indicator on a level is met."""

    id: str
    indicator: str
    level: str
    lower_bound: Positive
    title: Words


class Thresholds(Pack):
    """The thresholds of the alerts about several lenders."""

    kind: Literal["thresholds"]
    name: Literal["multi_lender"] = Field(alias="pack")
    parameters: Windows
    levels: Annotated[
        Distinct[Level], Field(min_length=1, description="From mild to grave; the gravest decides.")
    ]
    thresholds: Several[Threshold]

    @model_validator(mode="after")
    def _each_pair_once(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for one in self.thresholds:
            pair = (one.indicator, one.level)
            if one.indicator not in INDICATORS or one.level not in self.levels or pair in seen:
                raise ValueError(
                    f"{one.id}: name one of the indicators {', '.join(INDICATORS)} and one of the "
                    f"levels {', '.join(self.levels)}, each pair once; found {', '.join(pair)}."
                )
            seen.add(pair)
        return self

    def rows(self) -> Rows:
        """The pack as rows of `rule_threshold`, one per indicator and level."""
        for threshold in self.thresholds:
            yield RuleThreshold(
                pack=self.name,
                indicator=threshold.indicator,
                alert_level=threshold.level,
                level_rank=self.levels.index(threshold.level) + 1,
                lower_bound=threshold.lower_bound,
                rule_id=threshold.id,
            )
        yield from self.parameters.rows(self)
