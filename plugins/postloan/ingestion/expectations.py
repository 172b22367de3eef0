"""Great Expectations on a connection that is already open.

It has no data source for DuckDB, and its own handling of connections would open a second one,
which sees neither the temporary tables nor the transaction. So the data source here is handed the
warehouse's connection and keeps it.

Importing this module takes seconds; import it only when there is something to check.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from postloan.ingestion.quality import Check

# A failing metric is reported as the outcome of its check; its log would repeat whole statements.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Outcome:
    """What became of one check; never holds a value of the data."""

    check: Check
    passed: bool
    failed_rows: int = 0
    error: str = ""


class LentConnectionEngine(SqlAlchemyExecutionEngine):
    """An execution engine that keeps the one connection it has."""

    _connection: Any

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """Yield the connection and leave it open."""
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class WarehouseDatasource(SQLDatasource):
    """A data source for the connection of an open warehouse."""

    type: Literal["postloan_warehouse"] = "postloan_warehouse"
    _lent: Any = pydantic.PrivateAttr(None)
    _lent_execution: Any = pydantic.PrivateAttr(None)

    def lend(self, engine: sa.Engine) -> "WarehouseDatasource":
        """Hand over the engine whose only connection is the warehouse's."""
        self._lent = engine
        self._lent_execution = LentConnectionEngine(engine=engine, create_temp_table=False)
        return self

    def get_engine(self) -> sa.Engine:
        """The engine that was lent."""
        engine: sa.Engine = self._lent
        return engine

    def get_execution_engine(self) -> LentConnectionEngine:
        """The execution engine on it."""
        engine: LentConnectionEngine = self._lent_execution
        return engine


class ExpectationRunner:
    """Runs checks on tables of one open connection."""

    def __init__(self, engine: sa.Engine) -> None:
        """Make a context that lives in memory alone and sends nothing anywhere."""
        self._context: Any = gx.get_context(mode="ephemeral")
        self._context.enable_analytics(False)
        self._context.variables.progress_bars = {"globally": False}
        source = WarehouseDatasource(name="warehouse", connection_string=str(engine.url))
        source._data_context = self._context
        self._source = source.lend(engine)

    def run(self, table: str, checks: Sequence[Check]) -> list[Outcome]:
        """Check one table; an outcome for every check, in their order.

        Args:
            table: a table, temporary or not, that the connection sees.
            checks: expectations by type and arguments.
        """
        asset = self._source.add_table_asset(name=table, table_name=table)
        batch = asset.add_batch_definition_whole_table("all rows").get_batch()
        # Given as one list: added one by one, a check would replace another of its kind.
        configurations = [
            ExpectationConfiguration(
                type=check.kind, kwargs=dict(check.arguments), meta={"number": number}
            )
            for number, check in enumerate(checks)
        ]
        suite = gx.ExpectationSuite(name=table, expectations=configurations)
        wanted = {"result_format": "BASIC", "partial_unexpected_count": 0}
        found = {
            result.expectation_config.meta["number"]: result
            for result in batch.validate(suite, result_format=wanted).results
        }
        return [_outcome(check, found.get(number)) for number, check in enumerate(checks)]


def _outcome(check: Check, result: Any) -> Outcome:
    """Read a result with suspicion: no result, and a result without evidence, are failures."""
    if result is None:
        return Outcome(check, passed=False, error="no result")
    error = _error_of(result.exception_info or {})
    if error:
        return Outcome(check, passed=False, error=error)
    evidence: Mapping[str, Any] = result.result or {}
    if not {"element_count", "observed_value"} & set(evidence):
        return Outcome(check, passed=False, error="no evidence")
    failed = evidence.get("unexpected_count", 0)
    if not failed and check.kind == "unexpected_rows_expectation":
        failed = evidence["observed_value"]
    return Outcome(check, passed=bool(result.success), failed_rows=int(failed or 0))


def _error_of(info: Mapping[str, Any]) -> str:
    """The kind of the exception in a result, without its text, which may quote rows."""
    nested = [v for v in info.values() if isinstance(v, Mapping)]
    raised = [i for i in (info, *nested) if i.get("raised_exception")]
    if not raised:
        return ""
    return str(raised[0].get("exception_message", "error")).split(":")[0].split("(")[0].strip()[:80]
