"""Cheaper ways to see that no key repeats.

Groups as many as there are rows are dear. Where one of these questions is answered with 0 no key
repeats, and most files repeat none; any other answer says only that it may be so.
"""

from functools import cache

from sqlglot import exp, parse_one

from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import PARTITION, equal_to


@cache
def repeated_hashes(name: str, key: tuple[str, ...], partition: str | None) -> Statement:
    """How many keys have the hash of another one: once sorted, hashes are beside their likes."""
    hashed = exp.func("hash", *(exp.column(k) for k in key)).as_("hashed")
    hashes = exp.select(hashed).from_(name)
    if partition:
        hashes = hashes.where(equal_to({partition: PARTITION}))
    before = exp.Window(
        this=exp.Lag(this=exp.column("hashed")), order=exp.Order(expressions=[exp.column("hashed")])
    )
    beside = exp.select("hashed", before.as_("before")).from_(hashes.subquery("hashes"))
    return _counting(beside.subquery("beside"), "hashed = before")


@cache
def repeated_numbers(name: str, key: tuple[str, ...]) -> Statement:
    """How many groups number a row twice, of a key whose last column numbers the rows of a group.

    A group holds the numbers of one span of 64, and each of them sets a bit of its own: where a
    group has as many bits as rows, none repeats.
    """
    *group, number = key
    span = parse_one(f"{number} >> 6", dialect="duckdb")
    bits = f"bit_count(bit_or(cast(1 as ubigint) << ({number} & 63)))"
    groups = exp.select("1").from_(name).group_by(*group, span)
    twice = groups.having(parse_one(f"count(*) <> {bits}", dialect="duckdb"))
    return _counting(twice.subquery("twice"))


def _counting(rows: exp.Subquery, where: str | None = None) -> Statement:
    count = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(rows)
    return Statement(count.where(where) if where else count)
