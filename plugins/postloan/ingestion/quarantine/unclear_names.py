"""Whom a refused row names, however it is spelt; a record that cannot be read may name somebody.

Nothing is guessed: what names nobody beyond doubt names nobody, and then nobody is contacted.
"""

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator

from postloan.contracts import FeedContract
from postloan.contracts.file_format import file_format_of

SUBJECTS = {"customer": "customer_id", "loan": "loan_id"}
"""Who or what a row names -> the column that says so."""

MOST_FIELDS = 4
"""Times as many fields as the feed has columns; those of a longer record tell nothing."""

MAX_SPELLING = 64
"""No number of a customer or a loan is longer."""

_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164")
"""Letters and signs by name that leave no ink."""

_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
"""How the quarantine shows what is not printable."""

_QUOTES = "'\"`´‘’“”«»"


def folded(text: str) -> str:
    """A number without white space and invisible signs, in half width; its case is kept."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in wide if not _is_invisible(sign)).strip(_QUOTES)


def _is_invisible(sign: str) -> bool:
    return (
        unicodedata.category(sign)[0] in "ZC" or sign in _BLANK or ord(sign) in _VARIATION_SELECTORS
    )


def spellings(text: str | None) -> frozenset[str]:
    """The ways in which the book may spell a number that a row writes like this."""
    if not text:
        return frozenset()
    bare = folded(text)
    ways = {text, text.strip(), bare, bare.upper(), bare.lower()}
    return frozenset(way for way in ways if way and len(way) <= MAX_SPELLING and _is_text(way))


def _is_text(way: str) -> bool:
    """Whether a number may be spelt so: no control character, no half of a character."""
    return not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in way)


def named_column(feed: FeedContract) -> str:
    """The column by which a row of the feed names whom, or which claim, it is about."""
    names = {c.name for c in feed.file_columns}
    if feed.makes_claims:
        return SUBJECTS["loan"]
    return next(column for column in SUBJECTS.values() if column in names)


def whole_fields(feed: FeedContract, raw_text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of an unreadable record that are whole, and those that stand where the name does.

    Args:
        feed: the contract.
        raw_text: the record as it is kept in quarantine.

    Returns:
        All whole fields, and among them those in the place of the column that names whom the row
        is about, counted from the front and from the back. None where the fields of a record
        cannot be told apart, or are far too many: each would be looked for in all its spellings.
    """
    form = file_format_of(feed)
    column = named_column(feed)
    names = [c.name for c in feed.file_columns]
    if form.kind == "json_lines":
        found, named = _json_fields(raw_text, column)
        return (found, named) if len(found) <= MOST_FIELDS * len(names) else ((), ())
    if form.kind != "delimited":
        return (), ()
    fields = [unescaped(field) for field in split_record(raw_text, form.delimiter)]
    if sum(bool(field) for field in fields) > MOST_FIELDS * len(names):
        return (), ()
    last = len(fields) - (raw_text.endswith("…") or len(fields) < len(names))
    # Counted from the back a record that was cut off has no places.
    places = {names.index(column)}
    if not raw_text.endswith("…"):
        places.add(len(fields) - len(names) + names.index(column))
    named = tuple(fields[n] for n in sorted(places) if 0 <= n < last)
    return tuple(fields[:last]), named


def unescaped(raw_text: str) -> str:
    """Text as it was before the quarantine showed what is not printable by its number."""
    return _ESCAPE.sub(_as_sign, raw_text)


def _as_sign(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2] or escape[3], 16)
    return chr(number) if number <= sys.maxunicode else ""


def split_record(raw_text: str, delimiter: str) -> list[str]:
    """The fields of a record; where its quotes are wrong they count for nothing."""
    try:
        if len(delimiter) == 1:
            return next(csv.reader([raw_text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        pass
    return [part.strip('"') for part in raw_text.split(delimiter)]


def _json_fields(raw_text: str, column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        found = json.loads(raw_text, object_pairs_hook=list)
    except ValueError:
        return (), ()
    pairs = list(_texts(found))
    return tuple(value for _, value in pairs), tuple(v for name, v in pairs if name == column)


def _texts(pairs: object) -> Iterator[tuple[str, str]]:
    if isinstance(pairs, list):
        for pair in pairs:
            if isinstance(pair, tuple) and isinstance(pair[1], str | int):
                yield str(pair[0]), str(pair[1])
