"""Small valid rows of every feed, made from its contract alone."""

import re
from datetime import date, timedelta
from functools import cache

from hypothesis import find
from hypothesis import strategies as st

from postloan.contracts import Catalogue, Column, FeedContract

CANARY = "Zq7Canary"
"""Stands in every free text of the seeds; no message may ever hold it."""

BACKGROUND = range(3)
"""Numbers of the rows that are there before a fuzzed file comes; its rows refer to them."""

FIRST_DAY = date(2026, 1, 5)

Row = list[str]


@cache
def matching(pattern: str) -> str:
    """The simplest text that a pattern of a contract allows."""
    return find(st.from_regex(pattern, fullmatch=True), lambda _: True)


def rows_of(feed: FeedContract, contracts: Catalogue, numbers: range) -> list[Row]:
    """Valid rows of a feed, one for each number, in the order of its file's columns.

    Args:
        feed: the contract.
        contracts: all contracts, for what the feed refers to.
        numbers: what makes a row's key its own.
    """
    return [[_value(column, feed, contracts, n) for column in feed.file_columns] for n in numbers]


def _value(column: Column, feed: FeedContract, contracts: Catalogue, number: int) -> str:
    """A valid value; what a row may do without is left out in some rows."""
    if column.name in feed.references:
        target, key = feed.references[column.name]
        referred = contracts.feeds[target]
        return _value(referred.table.column(key), referred, contracts, number % len(BACKGROUND))
    if column.references or (not column.required and number % 4 == 3):
        return ""
    return valid_value(column, number)


def valid_value(column: Column, number: int) -> str:
    """A value that the contract of a column allows; of a key, another one for another number.

    Raises:
        NotImplementedError: the column has a type that no feed had when this was written.
    """
    match column.sql_type.partition("(")[0]:
        case "varchar":
            return _text(column, number)
        case "integer" | "bigint":
            return str(int(_lowest(column)) + number + 1)
        case "decimal":
            # A share, for one, is never more than 1.
            step = 10**-column.scale if column.option("maximum") is not None else 1
            return f"{_lowest(column) + (number + 1) * step:.{column.scale}f}"
        case "date":
            return (FIRST_DAY + timedelta(days=number)).isoformat()
        case "timestamp":
            return f"{FIRST_DAY + timedelta(days=number)} 08:30:00"
        case "boolean":
            return ("true", "false")[number % 2]
        case kind:
            raise NotImplementedError(f"{column.name}: make a valid value of type {kind} here")


def _text(column: Column, number: int) -> str:
    if column.enum:
        return column.enum[number % len(column.enum)]
    own = f"{CANARY}{number}"[-int(column.option("maxLength") or 64) :]
    pattern = str(column.option("pattern") or ".*")
    return own if re.fullmatch(pattern, own) else matching(pattern)


def _lowest(column: Column) -> float:
    return float(column.option("minimum") or column.option("exclusiveMinimum") or 0)
