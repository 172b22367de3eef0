"""Compiler of legal preparation: when a case is opened, and what a lawsuit needs."""

from collections.abc import Iterator
from typing import Any

from postloan.rules.packs import Pack

Row = dict[str, Any]


def legal_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_legal_checklist` and one of `rule_parameter`."""
    source = {"rule_id": pack.name, "rule_version": pack.version}
    yield (
        "rule_parameter",
        {
            "pack": pack.name,
            "parameter": "opens_at_stage",
            "value_text": pack.body["opens_at_stage"],
            "value_number": None,
            **source,
        },
    )
    for rank, item in enumerate(pack.body["checklist"], start=1):
        yield (
            "rule_legal_checklist",
            {
                "item": item["item"],
                "item_rank": rank,
                "title_zh": item["title"]["zh"],
                "title_en": item["title"]["en"],
                **source,
            },
        )
