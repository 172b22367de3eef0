"""What a table holds, in two numbers that are the same on every engine.

Every row is written as one text, which all engines write alike; the text is hashed, and the hashes
are added up. The order of rows does not matter, and any other value in any row shows.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from postloan.contracts import Table
from postloan.warehouse.statement import Statement

if TYPE_CHECKING:
    from postloan.warehouse.warehouse import Warehouse

PART_DIGITS = 7
"""Hexadecimal digits in a part of a hash: few enough that ten billion of them fit a bigint."""
COUNTED_OUT = " + ".join(
    f"cast(strpos('0123456789abcdef', substr({{digits}}, {place}, 1)) - 1 as bigint) "
    f"* {16 ** (PART_DIGITS - place)}"
    for place in range(1, PART_DIGITS + 1)
)
"""The number that so many digits write, for engines that read no hexadecimals."""
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Checksum:
    """What a table holds: number of rows, and a text that tells its content from any other."""

    rows: int
    content: str


def checksum(warehouse: "Warehouse", table: Table) -> Checksum:
    """Number and content of the rows of a table."""
    summing = _summing(table, warehouse.seven_hexadecimals)
    ((rows, first, second),) = warehouse.stream_rows(summing, {})
    return Checksum(int(rows), f"{int(first):x}-{int(second):x}")


@cache
def _summing(table: Table, number: str | None) -> Statement:
    parts = (f"substr(hash, {start}, {PART_DIGITS})" for start in (1, 1 + PART_DIGITS))
    numbers = ((number or COUNTED_OUT).replace("{digits}", part) for part in parts)
    sums = (f"cast(coalesce(sum({n}), 0) as bigint) as sum_{i}" for i, n in enumerate(numbers))
    texts = f" || '{SEPARATOR}' || ".join(_text(name) for name in table.column_names)
    hashed = exp.select(f"md5({texts}) as hash", dialect="duckdb").from_(table.name)
    totals = exp.select("count(*) as row_count", *sums, dialect="duckdb")
    return Statement(totals.from_(hashed.subquery("hashed", copy=False)))


def _text(column: str) -> str:
    """A value as text; an empty text is not an absent one."""
    return f"coalesce('=' || cast({column} as varchar), '-')"
