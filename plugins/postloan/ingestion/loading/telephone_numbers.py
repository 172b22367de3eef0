"""Telephone numbers in one form: what the spellings of a book mean, worked out once each.

Eleven digits of a mobile number, with or without the country code, are read by the SELECTs
themselves. Every other spelling goes through `phonenumbers`, which knows the numbers of all
countries, and becomes a row of `phone_spelling`.
"""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers

from postloan.warehouse import Warehouse

HOME = "CN"
"""Country of a number that names none."""

_PLAIN = "^([+]86)?1[3-9][0-9]{9}$"

_SEVERAL = re.compile(r"[/、;；|\n]+")
_EXTENSION = re.compile(r"(?:转|轉|分机|分機|内线).*$", re.DOTALL)
_DECIMALS = re.compile(r"[.]0+$")
"""What a spreadsheet leaves behind a number."""

_LOOK_ALIKE = re.compile(r"(?=.*[OoIl])[\W_0-9OoIl]+", re.DOTALL)
_AS_DIGITS = str.maketrans("OoIl", "0011")
"""What is typed for a digit that looks the same."""

_TWO_PLUS = re.compile(r"^[\W_]*86[\W_]*[+]")
_GLUED = re.compile(r"(?<![0-9])(1[3-9][0-9]{9})(?=1[3-9][0-9]{9}(?![0-9]))")
_MOBILE = re.compile(
    r"(?<![0-9])(?:(?:00|[+])?86[\W_]*)?0?[\W_]*(1[3-9](?:[\W_]?[0-9]){9})(?![0-9])"
)
"""A mobile number with signs between or behind that the library does not take."""

_HOME_CODE = phonenumbers.country_code_for_region(HOME)
_DIGIT = re.compile(r"[0-9]")
_NO_DIGITS = re.compile(r"[^0-9]")
_LONGER = re.compile(r"1[3-9][0-9]{10,}")
_TWICE = re.compile(rf"{_HOME_CODE}1[3-9][0-9]{{9}}$")

_NUMBERS = """
    select spelling, spelling as number
    from new_spelling
    where false
"""

_READ = """
    select new_spelling.received_on, new_spelling.customer_id, new_spelling.spelling,
        spelling_number.number
    from new_spelling
    inner join spelling_number
        on new_spelling.spelling = spelling_number.spelling
"""

_COLUMNS = ("received_on", "customer_id", "spelling", "number")


def numbers_in(spelling: str) -> tuple[str, ...]:
    """The numbers that a spelling means, each in its one form; the text itself if it is none.

    A Chinese number is its digits without country code and trunk prefix, any other begins with +
    and its country code. An extension is left out: the number is that of whoever answers.

    Args:
        spelling: a telephone number as somebody wrote it, not empty.
    """
    plain = _DECIMALS.sub("", unicodedata.normalize("NFKC", spelling))
    # Letters that stand for digits make no number to call, yet it is known whose it would be.
    is_typed = _LOOK_ALIKE.fullmatch(plain)
    found = tuple(dict.fromkeys(_parts(plain.translate(_AS_DIGITS) if is_typed else plain)))
    text = plain.strip() or spelling
    return (*found, text) if is_typed or not found else found


def _parts(plain: str) -> Iterator[str]:
    told = _TWO_PLUS.sub(f"+{_HOME_CODE}", _GLUED.sub(r"\1/", plain))
    for part in _SEVERAL.split(told):
        yield from _numbers(_EXTENSION.sub("", part))


def _numbers(text: str) -> Iterator[str]:
    """The number that a text is or, among other words, those that it holds."""
    try:
        whole = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        whole = None
    if whole and _is_whole(whole, text):
        yield _one_form(whole)
    elif mobiles := _MOBILE.findall(text):
        yield from (_NO_DIGITS.sub("", mobile) for mobile in mobiles)
        # An extension, or a digit too many: it is known whose number it would be, and not called.
        if _DIGIT.search(_MOBILE.sub("", text)):
            yield text.strip()
    else:
        leniency = phonenumbers.Leniency.POSSIBLE
        for match in phonenumbers.PhoneNumberMatcher(text, HOME, leniency):
            yield _one_form(match.number)


def _is_whole(number: phonenumbers.PhoneNumber, text: str) -> bool:
    """Whether a text is that number: no letter read as a digit, no mobile number with more."""
    digits = phonenumbers.national_significant_number(number)
    if digits not in _NO_DIGITS.sub("", text) or _is_twice(number):
        return _is_twice(number)
    is_longer = number.country_code == _HOME_CODE and _LONGER.match(digits)
    return phonenumbers.is_possible_number(number) and not is_longer


def _one_form(number: phonenumbers.PhoneNumber) -> str:
    if number.country_code != _HOME_CODE:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = phonenumbers.national_significant_number(number)
    return digits.removeprefix(str(_HOME_CODE)) if _is_twice(number) else digits


def _is_twice(number: phonenumbers.PhoneNumber) -> bool:
    """Whether the country code was written twice."""
    digits = phonenumbers.national_significant_number(number)
    return number.country_code == _HOME_CODE and bool(_TWICE.match(digits))


def read_spellings(warehouse: Warehouse) -> int:
    """Work out the spellings that are new in the book; number of rows written.

    Run again it adds nothing. The loop is over different spellings, not over customers.

    Args:
        warehouse: an open warehouse.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    with warehouse.transaction():
        written = 0
        if warehouse.temporary("new_spelling", {"plain": _PLAIN}):
            warehouse.temporary_from("spelling_number", _NUMBERS)
            # All are read before the first is written: a connection does one of the two.
            meanings = list(_meanings(warehouse))
            warehouse.insert_rows("spelling_number", ("spelling", "number"), meanings)
            written = warehouse.append_from("phone_spelling", _COLUMNS, _READ)
            warehouse.drop_temporary("spelling_number")
        warehouse.drop_temporary("new_spelling")
    return written


def _meanings(warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    spellings = warehouse.fetch("select distinct spelling from new_spelling order by spelling")
    for (spelling,) in spellings:
        for number in numbers_in(spelling):
            yield spelling, number
