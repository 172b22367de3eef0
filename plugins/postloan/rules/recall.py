"""Compiler of the recall pack: which differences make a task that was sent wrong."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from postloan.rules.packs import Pack

Row = dict[str, Any]


def recall_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_task_recall`."""
    for rank, rule in enumerate(pack.body["findings"], start=1):
        yield (
            "rule_task_recall",
            {
                "finding": rule["finding"],
                "finding_rank": rank,
                "more_than": Decimal(rule["more_than"]) if "more_than" in rule else None,
                "reason_zh": rule["reason"]["zh"],
                "reason_en": rule["reason"]["en"],
                "rule_id": rule["id"],
                "rule_version": pack.version,
            },
        )
