"""What Great Expectations checks: tables of a connection, or data frames.

It has no data source for DuckDB, and its own handling of connections would open a second one,
which sees neither the temporary tables nor the transaction. So the source here is handed the
warehouse's connection and keeps it. On Spark it is handed data frames, and the session they are of.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
import sqlglot
from great_expectations.compatibility import pydantic
from great_expectations.datasource.fluent import SparkDatasource, SQLDatasource
from great_expectations.execution_engine import SparkDFExecutionEngine, SqlAlchemyExecutionEngine
from sqlglot import exp

from postloan.ingestion.checks.check import BATCH, Check
from postloan.warehouse import Warehouse
from postloan.warehouse.capabilities import HasDataFrames, engine_of


class SharedConnectionEngine(SqlAlchemyExecutionEngine):
    """An execution engine that keeps the one connection it has."""

    _connection: Any

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """Yield the connection and leave it open."""
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class ConnectionSource(SQLDatasource):
    """The tables that the connection of an open warehouse sees."""

    type: Literal["postloan_warehouse"] = "postloan_warehouse"
    _lent: Any = pydantic.PrivateAttr(None)
    _lent_execution: Any = pydantic.PrivateAttr(None)

    @classmethod
    def on(cls, warehouse: Warehouse) -> "ConnectionSource":
        """Hand over the engine whose only connection is the warehouse's."""
        engine = engine_of(warehouse)
        source = cls(name="warehouse", connection_string=str(engine.url))
        source._lent = engine
        source._lent_execution = SharedConnectionEngine(engine=engine, create_temp_table=False)
        return source

    def batch(self, table: str, _checks: Sequence[Check]) -> Any:
        """All rows of a table."""
        asset = self.add_table_asset(name=table, table_name=table)
        return asset.add_batch_definition_whole_table("all rows").get_batch()

    def get_engine(self) -> sa.Engine:
        """The engine that was lent."""
        engine: sa.Engine = self._lent
        return engine

    def get_execution_engine(self) -> SharedConnectionEngine:
        """The execution engine on it."""
        engine: SharedConnectionEngine = self._lent_execution
        return engine


class DataFrameSource(SparkDatasource):
    """The tables of an open warehouse as Spark data frames."""

    type: Literal["postloan_frames"] = "postloan_frames"
    _warehouse: Any = pydantic.PrivateAttr(None)
    _lent_execution: Any = pydantic.PrivateAttr(None)

    @classmethod
    def on(cls, warehouse: HasDataFrames) -> "DataFrameSource":
        """Take the frames from a warehouse that has them."""
        source = cls(name="warehouse", persist=False)
        source._warehouse = warehouse
        return source

    def batch(self, table: str, checks: Sequence[Check]) -> Any:
        """All rows of a table; its session sees the other tables that the checks read."""
        frame = self._warehouse.data_frame(table, beside=_tables_beside(checks))
        if self._lent_execution is None:
            self._lent_execution = SparkDFExecutionEngine(spark=frame.sparkSession, persist=False)
        asset = self.add_dataframe_asset(name=table)
        whole = asset.add_batch_definition_whole_dataframe("all rows")
        return whole.get_batch(batch_parameters={"dataframe": frame})

    def get_execution_engine(self) -> SparkDFExecutionEngine:
        """The execution engine on the session of the warehouse."""
        engine: SparkDFExecutionEngine = self._lent_execution
        return engine


def source_on(warehouse: Warehouse) -> ConnectionSource | DataFrameSource:
    """What Great Expectations reads an open warehouse through.

    Raises:
        WarehouseError: the engine has neither data frames nor a connection to lend.
    """
    if isinstance(warehouse, HasDataFrames):
        return DataFrameSource.on(warehouse)
    return ConnectionSource.on(warehouse)


def _tables_beside(checks: Sequence[Check]) -> set[str]:
    """Tables that the queries of checks read beside the rows under test."""
    queries = (c.arguments.get("unexpected_rows_query") for c in checks)
    trees = (
        sqlglot.parse_one(str(q).replace("{batch}", BATCH), read="spark") for q in queries if q
    )
    return {t.name for tree in trees for t in tree.find_all(exp.Table)} - {BATCH}
