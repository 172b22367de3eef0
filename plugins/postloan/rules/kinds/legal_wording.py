"""What is said in words of checks and cases."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from postloan.rules.model import Pack, Rows, Words
from postloan.rules.rows import OfRule, column

SUBJECTS = ("claim_scope", "case_state", "case_reason")
"""What must be said in words of a claim and its case."""
Wording = Annotated[Mapping[str, Mapping[str, Words]], Field(min_length=1)]
"""Subject -> code -> how it is said."""


class RuleLegalWording(OfRule, title="法务用语"):
    """How codes of legal cases are said in files."""

    subject: str = column("对象", "What the code belongs to.", key=True, enum=SUBJECTS)
    code: str = column("代码", "The code.", key=True)
    title_zh: str = column("名称(中文)", "Name for people.")
    title_en: str = column("名称(英文)", "Name for people.")


def wording_rows(wording: Mapping[str, Mapping[str, Words]]) -> Rows:
    """Words by subject and code, as rows of `rule_legal_wording`."""
    for subject, words in wording.items():
        for code, title in words.items():
            yield RuleLegalWording(subject=subject, code=code, title_zh=title.zh, title_en=title.en)


class LegalWording(Pack):
    """How the reasons of checks are said in files and questions."""

    kind: Literal["legal_wording"]
    wording: Wording

    def rows(self) -> Rows:
        """The pack as rows of `rule_legal_wording`."""
        yield from wording_rows(self.wording)
