"""When a legal case is opened, and what it needs."""

from typing import Literal

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.values import Several


class Item(Cited):
    """What a lawsuit needs."""

    item: str
    title: Words


class LegalPreparation(Pack):
    """The stage that opens a case, and its checklist."""

    kind: Literal["legal_preparation"]
    opens_at_stage: str
    checklist: Several[Item]

    def rows(self) -> Rows:
        """The pack as rows of `rule_legal_checklist` and one of `rule_parameter`."""
        yield (
            "rule_parameter",
            {
                "pack": self.name,
                "parameter": "opens_at_stage",
                "value_text": self.opens_at_stage,
                "value_number": None,
                **self.rule,
            },
        )
        for rank, item in enumerate(self.checklist, start=1):
            yield (
                "rule_legal_checklist",
                {
                    "item": item.item,
                    "item_rank": rank,
                    "title_zh": item.title.zh,
                    "title_en": item.title.en,
                    **self.rule,
                },
            )
