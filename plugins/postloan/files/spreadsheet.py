"""What a spreadsheet must not run or change, in every file that a person may open in one.

Text that would be taken for a formula, or for a number or a date that it is not, begins with an
apostrophe. Text that begins with one gets another, so that a reader takes exactly one off. So does
what would be a formula once a semicolon or a tab divides a cell, as it does in many countries.
"""

import re

GUARD = "'"
_BREAKS = ("\t", "\r", "\n")
_SIGNS = (
    r"[=+@\-\u2212\uff1d\uff0b\uff20\uff0d\ufe66\ufe62\ufe6b\ufe63"
    r"\u207a\u208a\u207b\u208b\u207c\u208c\u2a75\u2a76\ufb29]"
)
"""The signs of formulas in any width: `＝` and `﹢` run as `=` and `+` do in some programs."""
_UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Spaces of any width and marks that nobody sees (Unicode's Cc and Cf)."""
_BEGINS_FORMULA = re.compile(rf"[{_UNSEEN}]*{_SIGNS}")
_BETWEEN = rf"[{_UNSEEN}\";]"
_INNER_FORMULA = re.compile(
    rf"(?P<before>(?<!{_BETWEEN})(?={_BETWEEN}*?[;\t\r\n]){_BETWEEN}++)"
    rf"(?P<guards>'*+)(?P<sign>{_SIGNS})"
)
"""What begins a cell of its own where a program divides lines by other signs than a comma. All that
stands between two texts is looked at once, however long it is."""
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
    return text.startswith(_BREAKS) or _BEGINS_FORMULA.match(text) is not None
