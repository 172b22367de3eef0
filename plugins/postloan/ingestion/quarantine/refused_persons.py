"""Who else a refused row of a customer is about: whoever has the identity or number in it.

A row that may tell of a death protects the person, under every customer number. What the customer
whom it names had before is known from the book (`same_person`, `shared_number`); here is what only
the refused row tells.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from sqlglot import exp

from postloan.ingestion.loading.relations import IS_READ, beside_text
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.loading.telephone_numbers import numbers_in
from postloan.ingestion.quarantine.swallowed_rows import PossibleRow
from postloan.ingestion.quarantine.unclear_names import whole_fields
from postloan.rules.kinds.contact_checks import CheckRule, ContactChecks
from postloan.rules.packs import rule_book

BEARER = "bearer"
FEED = "customer"
_IDENTITY, _NUMBER = "identity", "number"
_CHECK = "person_is_free"

Name = tuple[int, str, str]
Cell = tuple[int, str, str]

_TELLING = ("id_number", "phone", "deceased_on", "birth_on")

_BEARERS = """
    select told.kind, told.spelling, told.customer_id
    from (
        select cell.kind, cell.spelling, told_identity.customer_id
        from told_in_refused as cell
        inner join told_identity
            on cell.kind = 'identity' and cell.spelling = told_identity.identity_key
        union
        select cell.kind, cell.spelling, told_number.customer_id
        from told_in_refused as cell
        inner join told_number
            on cell.kind = 'number' and cell.spelling = told_number.number
    ) as told
"""

_SIGNS = re.compile(r"[^0-9A-Z\u4e00-\u9fa5]")
_WORDS = re.compile(r"[A-WYZ\u4e00-\u9fa5]")
_X = dict.fromkeys(map(ord, "\u00d7\u2169\u0425"), "X")
_DIGITS = str.maketrans("OIL", "011")
_BORN = "[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][1-9]|[123]0|31)[0-9]{3}[0-9X]"
_APART = re.compile(f"[^0-9]({_BORN})[^0-9]")
_TOGETHER = re.compile(f"({_BORN})")
_BEFORE_ANOTHER = re.compile(r"[A-Z\u4e00-\u9fa5]*([0-9]{17}[0-9X])[A-Z\u4e00-\u9fa5].*")
_WORDED = re.compile(r"PASSPORT|HKID|[\u4e00-\u9fa5]")
_SMALL_WORDS = re.compile(r"[|](?:(?:NO|ID)[|]+)+")
_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,}[0-9A-Z]*")
_PASSPORT = re.compile("(?:\u62a4\u7167(?:\u53f7\u7801?)?|PASSPORT(?:NO)?)([0-9]{7,9})")
_CARD = re.compile(
    "(?:[|\u4e00-\u9fa5]|HKID|ID|NO)*[|\u4e00-\u9fa5][A-Z]{1,2}[0-9]{6}[|]+[0-9A][|]+"
)
_YOUNGER = re.compile(r"([0-9]{6}20[0-9]{9})[0-9X]?")
_OLDER = re.compile(r"([0-9]{6})19([0-9]{9})[0-9X]?")
_PERMIT = re.compile(r"([HM][0-9]{8})[0-9]{2}")
_OF_A_COUNTRY = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]?")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def identity_keys(spelling: str) -> tuple[str, ...]:
    """What the identity numbers in a cell are known by, as the view `told_identity` reads them.

    Args:
        spelling: the number or numbers as somebody wrote them.

    Returns:
        The keys, the first found first; none of what is partly hidden or too short.
    """
    if "*" in spelling:
        return ()
    wide = unicodedata.normalize("NFKC", spelling).upper().translate(_X)
    keys = (_key(number) for number in _numbers("|" + _SIGNS.sub("|", wide) + "|"))
    return tuple(dict.fromkeys(key for key in keys if len(key) >= 6))


def identity_key(spelling: str) -> str | None:
    """The first of the keys of a cell, as `identity_keys` reads them."""
    return next(iter(identity_keys(spelling)), None)


def _numbers(apart: str) -> Iterator[str]:
    """The numbers in a cell whose signs all are bars."""
    digits = apart.translate(_DIGITS)
    first = _APART.search(digits)
    if not first:
        digits = digits.replace("|", "")
        first = _TOGETHER.search(digits)
    if first:
        yield first[1]
        rest = digits[: first.start(1)] + "A" + digits[first.end(1) :]
        if second := _TOGETHER.search(rest.replace("|", "")):
            yield second[1]
    else:
        yield from _other_numbers(apart)


def _other_numbers(apart: str) -> Iterator[str]:
    """The numbers in a cell that has none of 18 digits with a date of birth."""
    together = apart.replace("|", "")
    without_words = _SMALL_WORDS.sub("|", _WORDED.sub("|", apart)).replace("|", "")
    if before := _BEFORE_ANOTHER.match(together):
        yield before[1]
    elif re.search("[0-9]{15}", together):
        yield _WORDS.sub("", together)
    elif _DOCUMENT.fullmatch(without_words):
        yield without_words
    elif passport := _PASSPORT.fullmatch(together):
        yield passport[1]
    else:
        yield together
    if _CARD.fullmatch(apart):
        yield without_words[:-1]


def _key(number: str) -> str:
    if older := _OLDER.fullmatch(number):
        return f"{older[1]}{older[2]}"
    shorter = _YOUNGER.fullmatch(number) or _PERMIT.fullmatch(number)
    return shorter[1] if shorter else number


def bearers(
    staging: Staging,
    tables: Iterable[tuple[str, str]],
    lines: Collection[int],
    inside: Iterable[tuple[int, Sequence[PossibleRow]]],
    names: Iterable[Name],
) -> set[Name]:
    """Customers who have an identity or number that only a refused row tells of whom it names.

    Args:
        staging: a feed whose rows have become facts.
        tables: those of refused rows, each beside the one with their text.
        lines: those of the rows that are kept.
        inside: lines of records, each with the rows that it may be made of.
        names: line, subject and spelling of what the rows name.
    """
    if staging.feed.name != FEED:
        return set()
    cells = {c for pair in tables for c in _cells(staging, *pair) if c[0] in lines}
    cells |= {*_inner_cells(inside)}
    if not cells:
        return set()
    named: dict[int, set[str]] = {}
    for line_no, _, spelling in names:
        named.setdefault(line_no, set()).add(spelling)
    people, rules = _found(staging, {cell[1:] for cell in cells}), _rules(staging.business_date)
    found: set[Name] = set()
    told_of: set[tuple[str, str]] = set()
    for line_no, kind, spelling in sorted(cells):
        having = people.get((kind, spelling), set())
        if having & named.get(line_no, set()) or (kind, spelling) in told_of:
            continue
        is_shared = any(len(having) > (rule.most_customers or 0) for rule in rules)
        is_typed = any(re.search(rule.pattern or "", spelling) for rule in rules)
        if kind == _IDENTITY and (is_shared or is_typed):
            continue
        if is_shared:
            # Rows times customers would have no bound: the first row that tells it holds them all.
            told_of.add((kind, spelling))
        found |= {(line_no, BEARER, customer_id) for customer_id in having}
    return found


def _inner_cells(inside: Iterable[tuple[int, Sequence[PossibleRow]]]) -> Iterator[Cell]:
    """What the lines of a record tell, each by the line that the record begins on."""
    for line_no, parts in inside:
        yield from (c for one in parts for field in one.fields for c in _unread(line_no, field))


def _cells(staging: Staging, refused: str, text: str) -> Iterator[Cell]:
    cells = beside_text(refused, text).select(
        "refused.line_no", "refused.raw_text", IS_READ, *(exp.column(c, "text") for c in _TELLING)
    )
    for line_no, raw_text, is_read, identity, phone, died_on, born_on in staging.warehouse.fetch(
        cells
    ):
        if not is_read:
            fields, _ = whole_fields(staging.feed, raw_text or "")
            yield from (cell for field in fields for cell in _unread(line_no, field))
            continue
        # Whoever neither died nor may be a child needs no protection under another number.
        if (died_on or born_on or "").strip():
            yield from ((line_no, _IDENTITY, key) for key in identity_keys(identity or ""))
        if phone and phone.strip():
            yield from ((line_no, _NUMBER, number) for number in numbers_in(phone))


def _unread(line_no: int, field: str) -> Iterator[Cell]:
    """What a field is that may stand in any column: only what is nothing else."""
    keys = [key for key in identity_keys(field) if _OF_A_COUNTRY.fullmatch(key)]
    if keys:
        yield from ((line_no, _IDENTITY, key) for key in keys)
    elif field.strip():
        for number in numbers_in(field):
            if _MOBILE.fullmatch(number):
                yield line_no, _NUMBER, number


def _found(staging: Staging, told: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    """Kind and spelling -> the customers who have it."""
    warehouse, table = staging.warehouse, "told_in_refused"
    path = staging.scratch / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(("line_no", "kind", "spelling"))
        writer.writerows((number, *one) for number, one in enumerate(sorted(told)))
    warehouse.load_text(table, path, ("kind", "spelling"))
    path.unlink()
    found: dict[tuple[str, str], set[str]] = {}
    dated = {"known_on": staging.business_date}
    for kind, spelling, customer_id in warehouse.fetch(_BEARERS, dated):
        found.setdefault((kind, spelling), set()).add(customer_id)
    warehouse.drop_temporary(table)
    return found


def _rules(day: date) -> list[CheckRule]:
    """What is typed in place of an identity number, and how many customers one person can be."""
    return [
        rule
        for pack in rule_book().of_kind(ContactChecks, day)
        for rule in pack.rules
        if rule.check == _CHECK
    ]
