"""When a legal case is opened, and what it needs."""

from typing import Literal

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.parameters import parameter_row
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Several


class RuleLegalChecklist(OfRule, title="法务材料清单规则"):
    """What a lawsuit needs."""

    item: str = column("材料", "The item.", key=True)
    item_rank: int = column("次序", "Order in the list.")
    title_zh: str = column("名称(中文)", "Name for people.")
    title_en: str = column("名称(英文)", "Name for people.")


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
        yield parameter_row(self, "opens_at_stage", self.opens_at_stage)
        for rank, item in enumerate(self.checklist, start=1):
            yield RuleLegalChecklist(
                item=item.item, item_rank=rank, title_zh=item.title.zh, title_en=item.title.en
            )
