"""The scorecard: the points of each indicator, the weight of each dimension, and the levels.

Indicators are worked out by SQL. A name that no file knows would silently never have a value and
drop out of the score, so the known ones are listed here and anything else is refused.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.rules.model import Cited, Pack, Part, Rows, Words
from postloan.rules.parameters import Count, Number, Parameter, Parameters
from postloan.rules.rows import Big, OfRule, column
from postloan.rules.values import (
    IfTold,
    Natural,
    Positive,
    Several,
    exactly_one,
    required,
    rising,
)

SCORED_INDICATORS: Mapping[str, tuple[str, ...]] = {
    "repayment_history": ("late_share", "days_past_due"),
    "income_stability": ("income_swing", "income_sources", "employment_contract"),
    "assets_and_liabilities": ("liability_share",),
    "bureau_information": ("overdue_with_others", "bureau_balance", "new_lenders"),
}
"""What `score_indicator.sql` works out, by dimension."""

RiskLevel = Literal["low", "medium", "high"]

_ONE_MEASURE: dict[str, Any] = {"oneOf": [required("bands"), required("categories")]}


class RuleScorecard(OfRule, title="评分卡", needs_rule=True):
    """The scorecard in force."""

    maximum_score: int = column("最高分", "Most points a dimension and the score can have.")
    minimum_dimensions: int = column("最少维度数", "With fewer dimensions there is no score.")
    rule_id: str = column("规则编号", "The rule that decided.", key=True)


class RuleScoreLevel(OfRule, title="评分等级规则", needs_rule=True):
    """Risk level by score; the highest lower bound that is reached decides."""

    risk_level: RiskLevel = column("风险等级", "The level.", key=True)
    level_rank: int = column("次序", "0 for the lowest risk.")
    lower_bound: int = column("下限", "The level holds from this score on.")
    upper_bound: int | None = column(
        "上限", "Lower bound of the next level, itself outside; empty for the last."
    )


class RuleScoreDimension(OfRule, title="评分维度规则", needs_rule=True):
    """Dimensions of the scorecard."""

    dimension: str = column("维度", "The dimension.", key=True, enum=tuple(SCORED_INDICATORS))
    weight: int = column("权重", "Weight among the dimensions that are scored.")
    minimum_data: int = column("最少数据量", "With less data the dimension is left out.")
    data_unit: str = column("数据单位", "What the data are counted in.")


class RuleScorePoints(OfRule, title="评分分值规则", needs_rule=True):
    """Points of an indicator by band or category."""

    dimension: str = column("维度", "The dimension.", key=True, enum=tuple(SCORED_INDICATORS))
    indicator: str = column("指标", "The indicator.", key=True)
    band_rank: int = column("次序", "Order in the rule pack.", key=True)
    lower_bound: Big | None = column(
        "下限", "The band holds from this value on; empty for a category."
    )
    upper_bound: Big | None = column(
        "上限", "Lower bound of the next band, itself outside; empty for the last."
    )
    category: str | None = column("类别", "The category; empty for a band.")
    points: int = column("分值", "Points given.")
    most_points: int = column("最高分值", "Most points the indicator can give.")


class Level(Cited):
    """From which score on a level of risk holds."""

    risk_level: RiskLevel
    lower_bound: Natural


def _fall(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    rising([level.lower_bound for level in levels])
    names = [level.risk_level for level in levels]
    if names != ["high", "medium", "low"]:
        raise ValueError(
            f"a higher score is a lower risk, so levels run high, medium, low; found "
            f"{', '.join(names)}."
        )
    return levels


class Score(Part):
    """The whole score, and how it becomes a level of risk."""

    maximum: Positive
    minimum_dimensions: Positive
    levels: Annotated[tuple[Level, ...], Field(min_length=3, max_length=3), AfterValidator(_fall)]

    def rows(self) -> Rows:
        """The levels as rows of `rule_score_level`, the mildest first."""
        ends = [level.lower_bound for level in self.levels[1:]] + [None]
        ranked = reversed(list(zip(self.levels, ends, strict=True)))
        for rank, (level, end) in enumerate(ranked):
            yield RuleScoreLevel(
                risk_level=level.risk_level,
                level_rank=rank,
                lower_bound=level.lower_bound,
                upper_bound=end,
            )


class PointsFrom(Part):
    """Points from a lower bound on."""

    lower_bound: Natural
    points: Natural


class PointsOf(Part):
    """Points of a category."""

    category: str
    points: Natural


def _rise(bands: tuple[PointsFrom, ...]) -> tuple[PointsFrom, ...]:
    rising([band.lower_bound for band in bands])
    return bands


class Indicator(Cited, json_schema_extra=_ONE_MEASURE):
    """An indicator, and what its values are worth."""

    indicator: str
    unit: str
    bands: IfTold[Annotated[tuple[PointsFrom, ...], Field(min_length=2), AfterValidator(_rise)]] = (
        None
    )
    categories: IfTold[Annotated[tuple[PointsOf, ...], Field(min_length=2)]] = None

    _one_measure = model_validator(mode="after")(exactly_one("bands", "categories"))

    @model_validator(mode="after")
    def _gives_points(self) -> Self:
        if self.most == 0:
            raise ValueError(f"{self.indicator} never gives any points.")
        return self

    @property
    def most(self) -> int:
        """The most points that it can give."""
        return max(one.points for one in self.bands or self.categories or ())

    def rows(self, dimension: str) -> Rows:
        """The points as rows of `rule_score_points`."""
        told: tuple[PointsFrom | PointsOf, ...] = self.bands or self.categories or ()
        bounds = [getattr(one, "lower_bound", None) for one in told]
        for rank, one in enumerate(told):
            yield RuleScorePoints(
                dimension=dimension,
                indicator=self.indicator,
                band_rank=rank,
                lower_bound=bounds[rank],
                upper_bound=[*bounds[1:], None][rank],
                category=getattr(one, "category", None),
                points=one.points,
                most_points=self.most,
            )


class Dimension(Cited):
    """A dimension of the score, its weight, and how much must be known for it to count."""

    dimension: str
    title: Words
    weight: Positive
    minimum_data: Positive
    data_unit: str
    indicators: Several[Indicator]

    @model_validator(mode="after")
    def _known_indicators(self) -> Self:
        found = [indicator.indicator for indicator in self.indicators]
        known = SCORED_INDICATORS.get(self.dimension, ())
        if known and (not set(found) <= set(known) or len(set(found)) < len(found)):
            raise ValueError(
                f"indicators of {self.dimension} are named once each and are some of "
                f"{', '.join(known)}; found {', '.join(found)}."
            )
        return self


def _known(dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    names = [dimension.dimension for dimension in dimensions]
    if set(names) - SCORED_INDICATORS.keys() or len(set(names)) < len(names):
        raise ValueError(
            f"dimensions are named once each and are some of {', '.join(SCORED_INDICATORS)}; "
            f"found {', '.join(names)}."
        )
    return dimensions


class LevelOfRisk(Parameter):
    """A level of risk."""

    value: RiskLevel


class LookBack(Parameters):
    """What counts where there is no score, and how far back is looked."""

    default_level: LevelOfRisk
    repayment_months: Count
    income_months: Count
    information_max_age_days: Number


class Scorecard(Pack):
    """The scorecard of customers."""

    kind: Literal["scorecard"]
    score: Score
    parameters: LookBack
    dimensions: Annotated[Several[Dimension], AfterValidator(_known)]

    def rows(self) -> Rows:
        """The pack as rows of `rule_scorecard`, `rule_score_dimension`, `_points`, `_level`."""
        yield RuleScorecard(
            maximum_score=self.score.maximum,
            minimum_dimensions=self.score.minimum_dimensions,
            rule_id=self.name,
        )
        yield from self.score.rows()
        for dimension in self.dimensions:
            yield RuleScoreDimension(
                dimension=dimension.dimension,
                weight=dimension.weight,
                minimum_data=dimension.minimum_data,
                data_unit=dimension.data_unit,
            )
            for indicator in dimension.indicators:
                yield from indicator.rows(dimension.dimension)
        yield from self.parameters.rows(self)
