"""The quality gate: Great Expectations run where the data is, before it is committed.

The rows have been checked one by one and the bad ones are in quarantine. The suite made here from
the contract is the proof on what is about to be loaded, and it holds what only the whole table
shows. It runs in the warehouse, on the connection of the open transaction. A check that errors
has failed.
"""

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from open_data_contract_standard.model import DataQuality
from sqlglot import exp
from sqlglot.errors import SqlglotError

from postloan.contracts import Column, FeedContract
from postloan.errors import ContractError, DeliveryError
from postloan.ingestion.checks.check import BATCH, Check, Outcome
from postloan.ingestion.loading.ledger import FeedCount
from postloan.text.shown_text import shown
from postloan.text.yaml_text import yaml_document
from postloan.warehouse import Warehouse
from postloan.warehouse.portable_functions import ALLOWED, FORBIDDEN, OUTSIDE

OPENING = "opening"
"""Tag of checks that only a delivery of the full book has to pass."""

STOP, WARN = "stop", "warn"
QUERY = "unexpected_rows_query"
_TABLE = re.compile("[a-z][a-z0-9_]*")


def checks_of(feed: FeedContract, *, is_opening: bool) -> tuple[Check, ...]:
    """All checks of a feed: those its columns imply, and those its contract adds.

    Keys are not among them: rows that repeat one are held back before, and the warehouse refuses
    facts in which one occurs twice.

    Raises:
        ContractError: a `quality` entry of the contract is not one that can be run.
    """
    checks = [c for column in feed.file_columns for c in _implied_by(column)]
    entries = [*feed.table.checks, *(c for column in feed.file_columns for c in column.checks)]
    checks += [
        _stated(entry, feed) for entry in entries if is_opening or OPENING not in (entry.tags or [])
    ]
    return tuple(checks)


def _implied_by(column: Column) -> list[Check]:
    name, found = {"column": column.name}, []
    if column.required:
        found.append(
            Check("expect_column_values_to_not_be_null", name, f"{column.name} must be given.")
        )
    if column.enum:
        found.append(
            Check(
                "expect_column_values_to_be_in_set",
                {**name, "value_set": list(column.enum)},
                f"{column.name} is one of a list.",
            )
        )
    bounds: dict[str, Any] = {}
    for side in ("min", "max"):
        for option, strict in ((f"{side}imum", False), (f"exclusive{side.capitalize()}imum", True)):
            if column.option(option) is not None:
                bounds |= {f"{side}_value": column.option(option), f"strict_{side}": strict}
    if bounds:
        found.append(
            Check(
                "expect_column_values_to_be_between",
                {**name, **bounds},
                f"{column.name} keeps its bounds.",
            )
        )
    return found


def _stated(entry: DataQuality, feed: FeedContract) -> Check:
    """A check that the contract states in the words of Great Expectations."""
    told = entry.implementation
    body = yaml_document(told) if isinstance(told, str) else told
    if (
        (entry.engine or "").lower() != "greatexpectations"
        or not isinstance(body, dict)
        or not isinstance(body.get("type"), str)
    ):
        raise ContractError(
            f"{feed.path.name}: quality '{entry.name}' needs `engine: greatExpectations` and an "
            f"`implementation` with `type` and `kwargs`."
        )
    if entry.severity not in (STOP, WARN) or not entry.description:
        raise ContractError(
            f"{feed.path.name}: quality '{entry.name}' needs a description and the severity "
            f"'{STOP}' or '{WARN}'."
        )
    arguments = body.get("kwargs") or {}
    if QUERY in arguments and (fault := _fault_of(str(arguments[QUERY]))):
        raise ContractError(f"{feed.path.name}: the query of quality '{entry.name}' {fault}")
    return Check(body["type"], arguments, entry.description, stops=entry.severity == STOP)


def _fault_of(query: str) -> str:
    """What a query may not say: it runs in the warehouse, whose every right it has."""
    try:
        trees = sqlglot.parse(query.replace("{batch}", BATCH), read="duckdb")
    except (SqlglotError, RecursionError):
        return "is no SQL. Write one SELECT."
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Query):
        return "is not exactly one SELECT. Write one; a check changes nothing."
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or not _TABLE.fullmatch(table.name):
            return "reads from what is no table. Read from {batch} and from tables by their names."
    for node in tree.walk():
        kind = type(node)
        is_known = kind in ALLOWED or (kind in FORBIDDEN and kind not in OUTSIDE)
        if kind in OUTSIDE or (isinstance(node, exp.Func) and not is_known):
            name = node.name if isinstance(node, exp.Anonymous) else kind.key
            return (
                f"uses {shown(name)}, which is not known to tell of the rows alone, on every "
                f"engine. Use the functions of include/sql."
            )
    return ""


def in_dialect(check: Check, dialect: str) -> Check:
    """The check with its SQL, if it has any, translated for an engine.

    The contract writes it in the DuckDB dialect, with `{batch}` for the rows under test.
    """
    query = check.arguments.get(QUERY)
    if query is None:
        return check
    parsed = sqlglot.parse_one(str(query).replace("{batch}", BATCH), read="duckdb")
    translated = parsed.sql(dialect=dialect).replace(BATCH, "{batch}")
    arguments = {**check.arguments, QUERY: translated}
    return Check(check.kind, arguments, check.description, check.stops)


@dataclass
class QualityGate:
    """Runs the checks of the feeds of one delivery.

    Attributes:
        warehouse: where the staged tables are.
        is_opening: whether the delivery holds the full book.
        warnings: what failed without stopping the delivery, for a person to read.
        tested: feed and outcome of every check that was run.
    """

    warehouse: Warehouse
    is_opening: bool
    warnings: list[str] = field(default_factory=list)
    tested: list[tuple[str, Outcome]] = field(default_factory=list)
    _runner: Any = None

    def check(self, feed: FeedContract, staged: str, count: FeedCount) -> None:
        """Check one staged table.

        Raises:
            DeliveryError: a check that stops has failed, or any check could not be run.
        """
        found = self.outcomes(feed, staged, count)
        self.tested += [(feed.name, outcome) for outcome in found]
        for outcome in found:
            self._judge(feed, count, outcome)

    def outcomes(self, feed: FeedContract, staged: str, count: FeedCount) -> list[Outcome]:
        """What became of every check of one staged table; judges none of them."""
        checks = checks_of(feed, is_opening=self.is_opening)
        if not count.rows_loaded:
            # Nothing can be wrong with no rows, unless rows are what is asked for.
            checks = tuple(c for c in checks if c.kind.startswith("expect_table_row_count"))
        if not checks:
            return []
        return self._run(staged, [in_dialect(c, self.warehouse.dialect) for c in checks])

    def _run(self, staged: str, checks: list[Check]) -> list[Outcome]:
        if self._runner is None:
            # Great Expectations takes seconds to import; a delivery without rows needs none of it.
            with warnings.catch_warnings():
                # Where PySpark is installed it is imported too, and warns of what we do not use.
                warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
                from postloan.ingestion.checks.expectations import ExpectationRunner

            self._runner = ExpectationRunner(self.warehouse)
        outcomes: list[Outcome] = self._runner.run(staged, checks)
        return outcomes

    def _judge(self, feed: FeedContract, count: FeedCount, outcome: Outcome) -> None:
        if outcome.passed:
            return
        check = outcome.check
        column = check.arguments.get("column") or ", ".join(check.arguments.get("column_list", ()))
        told = f"{feed.source} {feed.name}: {check.kind}{f' on {column}' if column else ''}"
        if outcome.error:
            raise DeliveryError(
                f"{told} could not be run ({outcome.error}). A check that errors counts as failed; "
                f"nothing was loaded. Mend the check in {feed.path.name}, then ingest again."
            )
        rows = (
            f"{outcome.failed_rows} of {count.rows_loaded} rows fail"
            if outcome.failed_rows
            else "failed"
        )
        message = f"{told}: {rows}. {check.description}"
        if check.stops:
            raise DeliveryError(
                f"{message} Nothing was loaded. Have the sender correct and deliver the feed again."
            )
        self.warnings.append(message)
