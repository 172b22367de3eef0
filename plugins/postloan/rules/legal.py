"""Compilers of legal preparation: when a case is opened, what it needs, what may be claimed."""

from collections.abc import Iterator
from decimal import Decimal
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


def claim_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_legal_claim`, `rule_court_event`, `rule_legal_wording`.

    The share that a claim may grow by under its approval is a row of `rule_parameter`.
    """
    source = {"rule_id": pack.name, "rule_version": pack.version}
    minimum, two_above = pack.body["minimum_claim"], pack.body["two_approvers_above"]
    for currency in sorted({*minimum, *two_above}):
        yield (
            "rule_legal_claim",
            {
                "currency": currency,
                "minimum_claim": _amount(minimum.get(currency)),
                "two_approvers_above": _amount(two_above.get(currency)),
                **source,
            },
        )
    growth = pack.body["claim_growth_covered"]
    yield (
        "rule_parameter",
        {
            "pack": pack.name,
            "parameter": "claim_growth_covered",
            "value_text": growth,
            "value_number": Decimal(growth),
            **source,
        },
    )
    for event in pack.body["court_events"]:
        yield (
            "rule_court_event",
            {"event_kind": event["event_kind"], "effect": event["effect"], **source},
        )
    yield from wording_rows(pack, _known)


def wording_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """What a pack says in words, as rows of `rule_legal_wording`."""
    source = {"rule_id": pack.name, "rule_version": pack.version}
    for subject, words in pack.body["wording"].items():
        for code, title in words.items():
            yield (
                "rule_legal_wording",
                {
                    "subject": subject,
                    "code": code,
                    "title_zh": title["zh"],
                    "title_en": title["en"],
                    **source,
                },
            )


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
