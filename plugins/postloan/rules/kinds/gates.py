"""Gates before contact: which figure of a feed must lie between which limits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.rows import Big, OfRule, column
from postloan.rules.values import Distinct, IfTold, Natural, Number, Several, required

ANY = "any"
"""All feeds, or all measured columns of one."""

GateName = Literal["freshness", "completeness", "reconciliation", "restriction"]
Limit = Annotated[Decimal, "decimal(28,4)"]

Measure = Literal[
    "delivered",
    "newest_date",
    "dates_ahead",
    "same_content",
    "repeated_keys",
    "row_count",
    "amount_sum",
    "amount_average",
    "null_share",
    "quarantined_share",
    "rows_alike",
    "loans_left",
    "control_total",
    "nameless_rows",
    "delivery_refused",
    "delivery_not_loaded",
    "source_heard",
    "dates_unheard",
    "core_balance",
    "core_coverage",
]

_SOME_LIMIT: dict[str, Any] = {"anyOf": [required("at_least"), required("at_most")]}


class RuleGate(OfRule, title="门禁规则", needs_rule=True):
    """What a delivery must be like before anyone is contacted on it."""

    check_name: str = column("检查", "The check.", key=True)
    feed: str = column("数据源", "The feed it is asked of; any for all.", key=True)
    column_name: str = column(
        "字段", "The column it is asked of; any for all that are measured.", key=True
    )
    gate: GateName = column("门禁", "The gate that the check belongs to.")
    limit_low: Limit | None = column("下限", "Lowest value that passes; empty for none.")
    limit_high: Limit | None = column("上限", "Highest value that passes; empty for none.")
    minimum_rows: Big = column(
        "最少行数", "With fewer rows the figure says nothing and the check does not apply."
    )
    finding_zh: str = column("发现(中文)", "What is wrong when it fails.")
    finding_en: str = column("发现(英文)", "What is wrong when it fails.")
    advice_zh: str = column("处理(中文)", "What to do then.")
    advice_en: str = column("处理(英文)", "What to do then.")


def feed_and_column(target: str) -> tuple[str, str]:
    """Feed and column of one entry of `of`; `any` where none is named."""
    feed, _, column = target.partition(".")
    return (ANY, ANY) if feed == ANY else (feed, column or ANY)


def _in_a_contract(target: str) -> str:
    feed, column = feed_and_column(target)
    contract = catalogue().feeds.get(feed)
    names = {ANY, *(c.name for c in contract.file_columns)} if contract else {ANY}
    if (contract is None and feed != ANY) or column not in names:
        raise ValueError(
            f"no contract knows {target}. Name a feed, or a feed and a column of its file."
        )
    return target


Target = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)?$"),
    AfterValidator(_in_a_contract),
]
"""A feed, a column of its file, or any."""


class Gate(Cited, json_schema_extra=_SOME_LIMIT):
    """A check, what it is asked of, and its limits."""

    id: str
    gate: GateName
    check: Measure
    of: Annotated[Distinct[Target], Field(min_length=1)]
    at_least: IfTold[Number] = None
    at_most: IfTold[Number] = None
    minimum_rows: Natural
    finding: Words
    advice: Words

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("has no limit. Write at_least, at_most or both.")
        return self

    def asked(self) -> Iterator[tuple[str, str, str]]:
        """The check with each feed and column that it is asked of."""
        for target in self.of:
            yield (self.check, *feed_and_column(target))


def _one_limit_each(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    seen: list[tuple[str, str, str]] = []
    for gate in gates:
        for asked, target in zip(gate.asked(), gate.of, strict=True):
            if any(_overlap(asked, other) for other in seen):
                raise ValueError(
                    f"{gate.id}: {gate.check} is asked of {target} twice. Keep one limit for each."
                )
            seen.append(asked)
    return gates


def _overlap(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Whether two entries would judge the same figure; `any` takes in every name."""
    return all(a == b or ANY in (a, b) for a, b in zip(one, other, strict=True))


class Gates(Pack):
    """The gates of one occasion."""

    kind: Literal["gates"]
    checks: Annotated[Several[Gate], AfterValidator(_one_limit_each)]

    def rows(self) -> Rows:
        """The pack as rows of `rule_gate`, one per check and what it is asked of."""
        for gate in self.checks:
            for check, feed, name in gate.asked():
                yield RuleGate(
                    check_name=check,
                    feed=feed,
                    column_name=name,
                    gate=gate.gate,
                    limit_low=gate.at_least,
                    limit_high=gate.at_most,
                    minimum_rows=gate.minimum_rows,
                    finding_zh=gate.finding.zh,
                    finding_en=gate.finding.en,
                    advice_zh=gate.advice.zh,
                    advice_en=gate.advice.en,
                    rule_id=gate.id,
                )
