"""Reasons that people give: they stay on record and are read, by auditors too.

A reason says something that can be seen. It is the place neither for a decision about a single case
nor for anybody's telephone, identity or card number.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from postloan.errors import PostloanError
from postloan.text.shown_text import as_it_was, made_visible

if TYPE_CHECKING:
    from postloan.warehouse import Warehouse

LONGEST_REASON = 2_000
"""Characters of a reason of a command."""

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


class ReasonError(PostloanError):
    """A reason says nothing, or what may not be kept."""


def kept_reason(warehouse: "Warehouse", said: str, *, required: bool = True) -> str:
    """A reason as it is put on record.

    Args:
        warehouse: an open warehouse; a number that a loan, customer or case of it has is none of a
            person.
        said: what a person wrote.
        required: whether it may be left out.

    Raises:
        ReasonError: it is missing, shows nothing, is too long, holds what does not show as itself,
            or numbers of a person.
    """
    reason = plain_reason(said, required=required)
    check_impersonal(warehouse, reason)
    return reason


def plain_reason(said: str, *, required: bool = True) -> str:
    """A reason without the blanks around it, whatever numbers it holds.

    Raises:
        ReasonError: it is missing, shows nothing, is too long, or holds what does not show as
            itself.
    """
    reason = said.strip()
    if (required or reason) and not says_something(reason):
        raise ReasonError(
            "Give the reason, with letters or digits that can be seen: it stays on record, and is "
            "read."
        )
    if len(reason) > LONGEST_REASON:
        raise ReasonError(
            f"The reason has {len(reason):,} characters; {LONGEST_REASON:,} are the most."
        )
    if made_visible(reason) != reason or set(reason) & {"\t", "\n"}:
        raise ReasonError(
            "The reason holds a line break, or characters that steer a terminal or are not seen. "
            "Write it as plain text on one line."
        )
    return reason


def check_impersonal(warehouse: "Warehouse", reason: str) -> None:
    """Refuse a reason that tells a number of a person.

    Raises:
        ReasonError: it does.
    """
    if _has_personal_number(reason) and _has_personal_number(_without_own(warehouse, reason)):
        raise ReasonError(
            "The reason holds what looks like the telephone, identity or card number of a person. "
            "Reasons are kept and shown: write it without, and name a loan, a customer or a case "
            "by the lender's own number."
        )


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


# Numbers of persons -----------------------------------------------------------------------------

_SIGN = r"(?:[\s_.·•/()|*+~'\"\\-]|,(?!\s))"
"""What sets digits of one number apart; after a comma and a blank another number begins."""
_RUN = re.compile(rf"\d(?:{_SIGN}{{0,3}}\d)*(?:{_SIGN}?x(?![0-9a-z]))?")
_HARMLESS = re.compile(
    r"(?<!\d)(?:19|20)\d\d([-_./])(?:0?[1-9]|1[0-2])\1(?:[12]\d|3[01]|0?[1-9])(?!\d)"
    r"|(?<!\d)(?<!1[3-9]\d[-_./\s])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?![\d.]*\d)"
    r"|(?<![\d.])\d{1,10}\.\d{1,2}(?![\d.]*\d)"
)
"""Dates and amounts."""
_IDENTITY = re.compile(
    r"[1-9]\d{5}(?:(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})"
)
"""A region, a day of birth and a number on it."""
_TELEPHONE = re.compile(
    r"(?:0|(?:[+]|00)?86)?1[3-9]\d{9}"
    r"|(?:0|(?:[+]|00)86)(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}"
    r"|00(?:852|853|886)\d{8,9}"
    r"|[+]\d{9,15}"
)
"""A mobile number, one with its area code, one abroad."""
_CARD = re.compile(r"[3-6]\d{14,18}")
_NAMED = re.compile(
    r"(?:电话|手机|座机|身份证|证件|护照|卡号|微信|qq|tel|telephone|phone|mobile|passport)"
    r"(?:号码?|number|no)?[\s:.#=]{0,3}(?:[a-z]{1,2})?\d{7}"
)
"""A word for such a number, and digits."""
_CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")
_LENGTHS = range(10, 20)
"""Digits of a number of a person that no word names."""
_LONGEST_RUN = 200
"""Characters of digits and signs that are looked at; more of them are no reason."""

_PARTS = re.compile(r"[^\s,;，；。、]+")
_INNER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/#@+=~()-]*[0-9A-Za-z]")
"""A number between blanks, and one within a text of other letters."""
_MOST_PARTS = 20
_OWN = (
    "select count(*) as n from loan where loan_id = cast($number as varchar)",
    "select count(*) as n from customer where customer_id = cast($number as varchar)",
    "select count(*) as n from legal_case where case_id = cast($number as varchar)",
)


def _has_personal_number(reason: str) -> bool:
    """Whether digits in a reason have the form of a number of a person, however set apart."""
    text = _as_digits(_folded(reason))
    if _has_one(text, _IDENTITY):
        return True
    rest = _HARMLESS.sub(";", text)
    return _has_one(rest, _TELEPHONE) or _has_one(rest, _CARD) or bool(_NAMED.search(rest))


def _as_digits(text: str) -> str:
    plain = text.translate(_CHINESE)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)


def _has_one(text: str, form: re.Pattern[str]) -> bool:
    """Whether neighbouring groups of digits are of a form when they are put together."""
    for run in _RUN.finditer(text):
        groups = re.findall(r"\d+|x(?![0-9a-z])", run[0][:_LONGEST_RUN])
        sign = "+" if text[: run.start()].rstrip(" (").endswith("+") else ""
        for first in range(len(groups)):
            number = sign if first == 0 else ""
            for group in groups[first:]:
                number += group
                if len(number) > _LENGTHS[-1]:
                    break
                if len(number) >= _LENGTHS[0] and form.fullmatch(number):
                    return form is not _CARD or _has_check_digit(number)
    return False


def _has_check_digit(number: str) -> bool:
    """Whether the last digit is the one that numbers of cards end with (ISO/IEC 7812)."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _without_own(warehouse: "Warehouse", reason: str) -> str:
    """A reason without the numbers of the lender's loans, customers and cases."""
    parts = {p for p in _PARTS.findall(reason) + _INNER.findall(reason) if _has_personal_number(p)}
    for part in sorted(parts, key=len, reverse=True)[:_MOST_PARTS]:
        if any(warehouse.scalar(select, {"number": part}) for select in _OWN):
            reason = reason.replace(part, ";")
    return reason
