"""From a table and its history to one table of versions.

Until 2026-11 a table whose rows are restated held what is known now, with the date since when in
`known_on`, and `<table>_history` what had been superseded, counted by `belief_no`. Both become
versions in the one table; nothing else of a row changes.
"""

from collections.abc import Iterable, Iterator

from sqlglot import exp

from postloan.contracts import Table
from postloan.contracts.model import VERSION_NO
from postloan.warehouse.carrying import Carried, Held, held_names, held_value


def merged_histories(tables: Iterable[Table], held: Held) -> Iterator[Carried]:
    """The versions of the tables whose superseded rows stand in a table of their own so far."""
    for table in tables:
        history = f"{table.name}_history"
        is_apart = table.keeps_versions and history in held and table.name in held
        if is_apart and VERSION_NO not in held_names(table.name, held):
            told = f"versions of {history} taken in"
            yield Carried(table, _all_versions(table, history, held), told, left=history)


def _all_versions(table: Table, history: str, held: Held) -> exp.Query:
    now, before = (
        exp.select(*(held_value(c, name, held) for c in table.made_columns)).from_(name)
        for name in (table.name, history)
    )
    key = [exp.column(k) for k in table.row_key]
    last = exp.select(*key, "max(belief_no) as last_no").from_(history).group_by(*key)
    same_key = [exp.column(k, table.name).eq(exp.column(k, "earlier")) for k in table.row_key]
    since = exp.func(
        "coalesce", exp.column("known_on"), exp.column(str(table.partition), table.name)
    )
    now = now.select(
        since.as_("known_from"),
        "cast(null as date) as known_before",
        f"cast(coalesce(earlier.last_no, 0) + 1 as bigint) as {VERSION_NO}",
    ).join(last.subquery("earlier"), on=exp.and_(*same_key), join_type="left")
    superseded = before.select("known_from", "known_before", f"belief_no as {VERSION_NO}")
    return exp.union(now, superseded, distinct=False)
