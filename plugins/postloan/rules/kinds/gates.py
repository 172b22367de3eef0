"""Gates before contact: which figure of a feed must lie between which limits."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.values import Distinct, IfTold, Natural, Number, Several, required

ANY = "any"
"""All feeds, or all measured columns of one."""

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
    gate: Literal["freshness", "completeness", "reconciliation", "restriction"]
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
            for check, feed, column in gate.asked():
                yield (
                    "rule_gate",
                    {
                        "check_name": check,
                        "feed": feed,
                        "column_name": column,
                        "gate": gate.gate,
                        "limit_low": gate.at_least,
                        "limit_high": gate.at_most,
                        "minimum_rows": gate.minimum_rows,
                        "finding_zh": gate.finding.zh,
                        "finding_en": gate.finding.en,
                        "advice_zh": gate.advice.zh,
                        "advice_en": gate.advice.en,
                        **self.rule_of(gate.id),
                    },
                )
