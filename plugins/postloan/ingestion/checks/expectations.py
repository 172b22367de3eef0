"""Great Expectations run on what an open warehouse sees.

Importing this module takes seconds; import it only when there is something to check.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import great_expectations as gx
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from postloan.ingestion.checks.check import Check, Outcome
from postloan.ingestion.checks.expectation_sources import source_on
from postloan.warehouse import Warehouse

# A failing metric is reported as the outcome of its check; its log would repeat whole statements.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


class ExpectationRunner:
    """Runs checks on tables of one open warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Make a context that lives in memory alone and sends nothing anywhere."""
        self._context: Any = gx.get_context(mode="ephemeral")
        self._context.enable_analytics(False)
        self._context.variables.progress_bars = {"globally": False}
        self._source = source_on(warehouse)
        self._source._data_context = self._context

    def run(self, table: str, checks: Sequence[Check]) -> list[Outcome]:
        """Check one table; an outcome for every check, in their order.

        Args:
            table: a table, temporary or not, that the warehouse sees.
            checks: expectations by type and arguments.
        """
        batch = self._source.batch(table, checks)
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
