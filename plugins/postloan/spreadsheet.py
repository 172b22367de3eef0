"""What a spreadsheet must not run or change, in every file that a person may open in one.

Text that would be taken for a formula, or for a number or a date that it is not, begins with an
apostrophe. Text that begins with one gets another, so that a reader takes exactly one off. So does
what would be a formula once a semicolon or a tab divides a cell, as it does in many countries.
"""

import re
import unicodedata

GUARD = "'"
FORMULA_SIGNS = frozenset("=+-@\N{MINUS SIGN}")
"""Behind any spaces, and in any width: `＝` and `﹢` run as `=` and `+` do in some programs."""

_BREAKS = ("\t", "\r", "\n")
_INNER_FORMULA = re.compile(
    r"(?<=[;\t\r\n])(?P<before>[\s\"]*)(?P<guards>'*)(?P<sign>[=+@\-\u2212\uff1d\uff0b\uff20\uff0d\ufe66\ufe62\ufe6b\ufe63])"
)
"""What begins a cell of its own where a program divides lines by other signs than a comma."""
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,10}")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?%?")
_DATE = re.compile(
    r"[0-9]{1,4}[-/][0-9]{1,2}(?:[-/][0-9]{1,4})?"
    r"|(?:[0-9]{1,2}[- ]?)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]?[0-9]{1,4}"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
    re.IGNORECASE,
)


def guarded(text: str) -> str:
    """Text that a spreadsheet shows as it is; unchanged where nothing threatens it.

    A number of up to eleven digits, such as a mobile number, keeps its digits and is left alone.
    """
    changed = (
        _NUMBER.fullmatch(text) is not None and _PLAIN_NUMBER.fullmatch(text) is None
    ) or _DATE.fullmatch(text) is not None
    begins = changed or text.startswith(GUARD) or _may_run(text)
    inner = _INNER_FORMULA.sub(rf"\g<before>\g<guards>{GUARD}\g<sign>", text)
    return GUARD + inner if begins else inner


def unguarded(text: str) -> str:
    """The text as it was before `guarded`; text without a guard stays as it is."""
    for bare in (text.removeprefix(GUARD), text):
        without = _INNER_FORMULA.sub(_one_guard_less, bare)
        if guarded(without) == text:
            return without
    return text


def _one_guard_less(found: re.Match[str]) -> str:
    return found["before"] + found["guards"].removeprefix(GUARD) + found["sign"]


def _may_run(text: str) -> bool:
    if text.startswith(_BREAKS):
        return True
    first = next((c for c in text if not _is_passed_over(c)), "")
    return bool(first) and unicodedata.normalize("NFKC", first)[:1] in FORMULA_SIGNS


def _is_passed_over(character: str) -> bool:
    """Spaces of any width and marks that nobody sees."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
