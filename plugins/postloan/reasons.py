"""Reasons that people give: they stay on record and are read, by auditors too.

A reason says something that can be seen. It is the place neither for a decision about a single case
nor for anybody's telephone, identity or card number.
"""

import re
import unicodedata
from collections.abc import Iterable

from postloan.shown_text import as_it_was

_BLANKS = frozenset({"FILLER", "BLANK"})
"""Letters by category that show nothing: U+3164 HANGUL FILLER and the like."""
_FEWEST_DIGITS = 5
"""A number of digits alone with fewer of them is taken for a quantity."""
_NUMBER = r"(?:[a-z]+[-_./#]?\d[0-9a-z._/#-]*|\d[0-9._/#-]*[a-z][0-9a-z._/#-]*)"
"""Letters and digits: dates and quantities have digits alone."""
_DECISION = r"(?:reject|rejected|leave|approve|驳回|保留|批准)"
_BEFORE_A_NUMBER = r"(?:reject|leave|驳回|保留)"
_GLUE = r"[\s:=,;、(\[-]{0,3}"
_LIKE_AN_EXCEPTION = re.compile(
    rf"(?:(?<![0-9a-z]){_NUMBER}[)\]]?{_GLUE}{_DECISION}(?![a-z])"
    rf"|(?<![a-z]){_BEFORE_A_NUMBER}{_GLUE}(?:the\s+)?(?:case|loan|案件|借据)?{_GLUE}"
    rf"{_NUMBER}"
    rf"|\d\s*[:=]\s*{_DECISION}d?(?![a-z]))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[0-9a-z]{6,}")


def says_something(text: str) -> bool:
    """Whether a text holds a letter or a digit that can be seen."""
    return any(
        c.isalnum() and _BLANKS.isdisjoint(unicodedata.name(c, "").split()) for c in _folded(text)
    )


# What it is about -------------------------------------------------------------------------------


def named_in(reason: str, numbers: Iterable[str]) -> list[str]:
    """Which of several numbers a reason names, whole or by a longer part of it.

    Numbers are compared without case, width, and signs between their letters and digits.

    Args:
        reason: what a person wrote.
        numbers: of cases, loans or customers.
    """
    text = _folded(reason)
    tokens = _TOKEN.findall(text)
    return [n for n in numbers if _names(text, tokens, _folded(n))]


def reads_like_an_exception(reason: str) -> bool:
    """Whether a number of a case or loan stands beside a word that decides: `L7: reject`."""
    return bool(_LIKE_AN_EXCEPTION.search(_folded(reason)))


def _names(text: str, tokens: list[str], number: str) -> bool:
    signs = [re.escape(c) for c in number if c.isalnum()]
    if not signs or (number.isdigit() and len(signs) < _FEWEST_DIGITS):
        return False
    whole = r"[\W_]{0,2}".join(signs)
    if re.search(rf"(?<![0-9a-z]){whole}(?![0-9a-z])", text):
        return True
    bare = "".join(c for c in number if c.isalnum())
    return any(bare.startswith(token) or bare.endswith(token) for token in tokens)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", as_it_was(text)).casefold()
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")
