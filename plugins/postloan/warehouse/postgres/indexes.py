"""The indexes of a table on PostgreSQL.

Each is called `<table>_by_<columns>`, so that those of ours can be told from those that somebody
else made; these are left alone.
"""

from postloan.contracts import Table

LONGEST_NAME = 63

HELD_INDEXES = """
    SELECT t.relname::text, i.relname::text, string_agg(a.attname, ', ' ORDER BY k.place)
    FROM pg_index AS x
    JOIN pg_class AS t ON t.oid = x.indrelid
    JOIN pg_class AS i ON i.oid = x.indexrelid
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.attnum
    WHERE t.relnamespace = current_schema()::regnamespace AND NOT t.relispartition
    GROUP BY t.relname, i.relname
"""
"""Table, index and columns of every index of the schema."""


def indexes_of(table: Table) -> dict[str, str]:
    """The indexes a table has: name -> columns.

    Rows are replaced, and daily states read, by one date: that has an index.
    """
    if not table.partition:
        return {}
    return {f"{table.name}_by_{table.partition}"[:LONGEST_NAME]: table.partition}


def is_own_index(table: str, index: str) -> bool:
    """Whether an index of a table was made by `indexes_of`."""
    return index.startswith(f"{table}_by_")
