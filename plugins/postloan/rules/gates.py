"""Compiler of the gates before contact: which figure of a feed must lie between which limits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.packs import Pack

Row = dict[str, Any]

ANY = "any"
"""All feeds, or all measured columns of one."""


def gate_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_gate`, one per check and what it is asked of.

    Raises:
        RuleError: a check is asked of something that no contract knows, or twice of the same.
    """
    seen: list[tuple[str, str, str]] = []
    for rule in pack.body["checks"]:
        for target in rule["of"]:
            feed, column = _target(pack, rule["id"], target)
            asked = (rule["check"], feed, column)
            if any(_overlap(asked, other) for other in seen):
                raise RuleError(
                    f"{pack.path.name}, {rule['id']}: {rule['check']} is asked of {target} "
                    f"twice. Keep one limit for each."
                )
            seen.append(asked)
            yield (
                "rule_gate",
                {
                    "check_name": rule["check"],
                    "feed": feed,
                    "column_name": column,
                    "gate": rule["gate"],
                    "limit_low": _limit(rule.get("at_least")),
                    "limit_high": _limit(rule.get("at_most")),
                    "minimum_rows": rule["minimum_rows"],
                    "finding_zh": rule["finding"]["zh"],
                    "finding_en": rule["finding"]["en"],
                    "advice_zh": rule["advice"]["zh"],
                    "advice_en": rule["advice"]["en"],
                    "rule_id": rule["id"],
                    "rule_version": pack.version,
                },
            )


def _overlap(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Whether two entries would judge the same figure; `any` takes in every name."""
    return all(a == b or ANY in (a, b) for a, b in zip(one, other, strict=True))


def _limit(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _target(pack: Pack, rule_id: str, target: str) -> tuple[str, str]:
    """Feed and column of one entry of `of`; `any` where none is named."""
    feed, _, column = target.partition(".")
    if feed == ANY:
        return ANY, ANY
    contract = catalogue().feeds.get(feed)
    names = {c.name for c in contract.file_columns} if contract else set()
    if contract is None or (column and column not in names):
        raise RuleError(
            f"{pack.path.name}, {rule_id}: no contract knows {target}. Name a feed, or a feed and "
            f"a column of its file."
        )
    return feed, column or ANY
