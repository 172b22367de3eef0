"""Compilers of the risk packs: the scorecard and the thresholds of alerts.

Both name indicators that SQL files work out. A name that no file knows would silently never have
a value and drop out of the score, so the known ones are listed here and anything else is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from postloan.errors import RuleError
from postloan.rules.packs import Pack
from postloan.rules.parameters import parameter_rows

Row = dict[str, Any]

SCORED_INDICATORS = {
    "repayment_history": ("late_share", "days_past_due"),
    "income_stability": ("income_swing", "income_sources", "employment_contract"),
    "assets_and_liabilities": ("liability_share",),
    "bureau_information": ("overdue_with_others", "bureau_balance", "new_lenders"),
}
"""What `score_indicator.sql` works out, by dimension."""

THRESHOLD_INDICATORS = {
    "multi_lender": ("open_lenders", "new_lenders_short", "new_lenders_long", "debt_to_income"),
}
"""What the SQL of each alert works out, by pack."""


def _check_rising(pack: Pack, what: str, bounds: Sequence[int]) -> None:
    if bounds[0] != 0 or list(bounds) != sorted(set(bounds)):
        raise RuleError(
            f"{pack.path.name}: lower bounds of {what} start at 0 and rise; found {list(bounds)}."
        )


def _level_rows(pack: Pack) -> Iterator[tuple[str, Row]]:
    levels = pack.body["score"]["levels"]
    _check_rising(pack, "the score levels", [level["lower_bound"] for level in levels])
    names = [level["risk_level"] for level in levels]
    if names != ["high", "medium", "low"]:
        raise RuleError(
            f"{pack.path.name}: a higher score is a lower risk, so levels run high, medium, low; "
            f"found {', '.join(names)}."
        )
    ends = [level["lower_bound"] for level in levels[1:]] + [None]
    for rank, (level, end) in enumerate(reversed(list(zip(levels, ends, strict=True)))):
        yield (
            "rule_score_level",
            {
                "risk_level": level["risk_level"],
                "level_rank": rank,
                "lower_bound": level["lower_bound"],
                "upper_bound": end,
                "rule_id": pack.name,
                "rule_version": pack.version,
            },
        )


def _points(pack: Pack, dimension: str, indicator: Row) -> Iterator[tuple[str, Row]]:
    bands = indicator.get("bands") or indicator["categories"]
    if "bands" in indicator:
        _check_rising(pack, indicator["indicator"], [band["lower_bound"] for band in bands])
    most = max(band["points"] for band in bands)
    if most == 0:
        raise RuleError(f"{pack.path.name}: {indicator['indicator']} never gives any points.")
    ends = [band.get("lower_bound") for band in bands[1:]] + [None]
    for rank, (band, end) in enumerate(zip(bands, ends, strict=True)):
        yield (
            "rule_score_points",
            {
                "dimension": dimension,
                "indicator": indicator["indicator"],
                "band_rank": rank,
                "lower_bound": band.get("lower_bound"),
                "upper_bound": end,
                "category": band.get("category"),
                "points": band["points"],
                "most_points": most,
                "rule_id": pack.name,
                "rule_version": pack.version,
            },
        )


def _check_dimensions(pack: Pack) -> None:
    dimensions = pack.body["dimensions"]
    names = [d["dimension"] for d in dimensions]
    unknown = sorted(set(names) - SCORED_INDICATORS.keys())
    if unknown or len(set(names)) < len(names):
        raise RuleError(
            f"{pack.path.name}: dimensions are named once each and are some of "
            f"{', '.join(SCORED_INDICATORS)}; found {', '.join(names)}."
        )
    for dimension in dimensions:
        found = [i["indicator"] for i in dimension["indicators"]]
        known = SCORED_INDICATORS[dimension["dimension"]]
        if not set(found) <= set(known) or len(set(found)) < len(found):
            raise RuleError(
                f"{pack.path.name}: indicators of {dimension['dimension']} are named once each "
                f"and are some of {', '.join(known)}; found {', '.join(found)}."
            )


def scorecard_rows(pack: Pack, known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """A scorecard as rows of `rule_scorecard`, `rule_score_dimension`, `_points` and `_level`.

    Raises:
        RuleError: bounds do not rise from 0, or a name is one that no SQL file works out.
    """
    _check_dimensions(pack)
    score = pack.body["score"]
    yield (
        "rule_scorecard",
        {
            "maximum_score": score["maximum"],
            "minimum_dimensions": score["minimum_dimensions"],
            "rule_id": pack.name,
            "rule_version": pack.version,
        },
    )
    yield from _level_rows(pack)
    for dimension in pack.body["dimensions"]:
        yield (
            "rule_score_dimension",
            {
                "dimension": dimension["dimension"],
                "weight": dimension["weight"],
                "minimum_data": dimension["minimum_data"],
                "data_unit": dimension["data_unit"],
                "rule_id": pack.name,
                "rule_version": pack.version,
            },
        )
        for indicator in dimension["indicators"]:
            yield from _points(pack, dimension["dimension"], indicator)
    yield from parameter_rows(pack, known)


def threshold_rows(pack: Pack, known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """Thresholds as rows of `rule_threshold`, one per indicator and level.

    Raises:
        RuleError: a threshold names an indicator that no SQL file works out or an unknown level.
    """
    levels = pack.body["levels"]
    indicators = THRESHOLD_INDICATORS.get(pack.name, ())
    seen = set()
    for threshold in pack.body["thresholds"]:
        indicator, level = threshold["indicator"], threshold["level"]
        if indicator not in indicators or level not in levels or (indicator, level) in seen:
            raise RuleError(
                f"{pack.path.name}, {threshold['id']}: name one of the indicators "
                f"{', '.join(indicators)} and one of the levels {', '.join(levels)}, "
                f"each pair once; found {indicator}, {level}."
            )
        seen.add((indicator, level))
        yield (
            "rule_threshold",
            {
                "pack": pack.name,
                "indicator": indicator,
                "alert_level": level,
                "level_rank": levels.index(level) + 1,
                "lower_bound": threshold["lower_bound"],
                "rule_id": threshold["id"],
                "rule_version": pack.version,
            },
        )
    yield from parameter_rows(pack, known)
