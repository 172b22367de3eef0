"""An engine's own connection lent to SQLAlchemy.

Some tools speak nothing but SQLAlchemy, and what they must see lives in one connection: its
temporary tables and its open transaction. The engine made here has no other connection, and
can neither end the transaction nor close what it was lent.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

DUCKDB_TYPES: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "BIGINT": sa.BigInteger,
    "BOOLEAN": sa.Boolean,
    "DATE": sa.Date,
    "DECIMAL": sa.Numeric,
    "INTEGER": sa.Integer,
    "TIMESTAMP": sa.DateTime,
    "VARCHAR": sa.String,
}


def shared_engine(url: str, connection: Any) -> sa.Engine:
    """An SQLAlchemy engine whose only connection is the one given.

    Args:
        url: names the dialect and driver; nothing is connected to.
        connection: an open connection of that driver.
    """
    engine = sa.create_engine(url, creator=lambda: connection, poolclass=StaticPool)
    dialect: Any = engine.dialect
    for ending in ("do_begin", "do_commit", "do_rollback", "do_close", "do_terminate"):
        setattr(dialect, ending, _do_nothing)
    return engine


def lend_duckdb(connection: Any) -> sa.Engine:
    """The same for DuckDB, whose dialect lags behind: its way to list columns fails on 2.0."""
    from duckdb_engine import ConnectionWrapper

    engine = shared_engine("duckdb:///:memory:", ConnectionWrapper(connection))
    dialect: Any = engine.dialect
    dialect.get_columns = _duckdb_columns
    return engine


def _do_nothing(*_args: Any, **_options: Any) -> None:
    """Whoever lends the connection ends its transactions."""


def _duckdb_columns(
    connection: sa.Connection, table_name: str, _schema: str | None = None, **_options: Any
) -> list[dict[str, Any]]:
    rows = connection.exec_driver_sql(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE table_name = $1 ORDER BY column_index",
        (table_name,),
    ).fetchall()
    return [
        {"name": n, "type": DUCKDB_TYPES[t.split("(")[0]](), "nullable": nullable, "default": None}
        for n, t, nullable in rows
    ]
