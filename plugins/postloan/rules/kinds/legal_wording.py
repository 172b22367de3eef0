"""What is said in words of checks and cases."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from postloan.rules.model import Pack, Row, Rows, Words

Wording = Annotated[Mapping[str, Mapping[str, Words]], Field(min_length=1)]
"""Subject -> code -> how it is said."""


def wording_rows(wording: Mapping[str, Mapping[str, Words]], rule: Row) -> Rows:
    """Words as rows of `rule_legal_wording`.

    Args:
        wording: subject -> code -> how it is said.
        rule: what rows say of where they are from.
    """
    for subject, words in wording.items():
        for code, title in words.items():
            yield (
                "rule_legal_wording",
                {
                    "subject": subject,
                    "code": code,
                    "title_zh": title.zh,
                    "title_en": title.en,
                    **rule,
                },
            )


class LegalWording(Pack):
    """How the reasons of checks are said in files and questions."""

    kind: Literal["legal_wording"]
    wording: Wording

    def rows(self) -> Rows:
        """The pack as rows of `rule_legal_wording`."""
        yield from wording_rows(self.wording, self.rule)
