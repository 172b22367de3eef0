"""What Spark says when it refuses, without the values it quotes: they may be somebody's data."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from sqlglot import exp

from postloan.errors import RunAgainError, WarehouseError
from postloan.text.shown_text import shown
from postloan.warehouse.engine import LONGEST_WORDS, REPORT
from postloan.warehouse.spark.dialect import DIALECT

_LIBRARIES = ("pyspark", "py4j", "grpc")
_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]")


@contextmanager
def refusals(what: exp.Expr | str) -> Iterator[None]:
    """Say what was refused and why, in words of our own.

    Args:
        what: the statement, or what was being read.

    Raises:
        RunAgainError: the driver, or the storage of the lake, has gone away.
        WarehouseError: Spark or Arrow refused. The cause is cut off on purpose: its text may quote
            whole rows.
    """
    try:
        yield
    except pa.ArrowException as error:
        raise WarehouseError(f"Cannot read {_told(what)}: {type(error).__name__}.") from None
    except Exception as error:
        if _is_loss(error):
            raise RunAgainError(
                f"Spark or the storage of the lake went away at {_told(what)}. What was not "
                f"committed is gone; run it again."
            ) from None
        if type(error).__module__.partition(".")[0] not in _LIBRARIES:
            raise
        said = shown(_without_values(error), LONGEST_WORDS)
        raise WarehouseError.about(
            f"Spark refused {_told(what)}: {said}. {REPORT}", _statement(what)
        ) from None


def _is_loss(error: Exception) -> bool:
    """Whether nobody answers any more; Java that dies in a call is an error without its words."""
    if isinstance(error, ConnectionError):
        return True
    kind = type(error)
    if kind.__module__ != "py4j.protocol":
        return False
    return kind.__name__ == "Py4JNetworkError" or (
        kind.__name__ == "Py4JError" and "Trace:" not in str(error)
    )


def _told(what: exp.Expr | str) -> str:
    """What was being done; the statement itself is for `--debug`, as on the other engines."""
    return what if isinstance(what, str) else "a statement"


def _statement(what: exp.Expr | str) -> str:
    return "" if isinstance(what, str) else what.sql(DIALECT)


def _without_values(error: Exception) -> str:
    """The name of the condition, and for statements that cannot be understood what is wrong."""
    from pyspark.errors import AnalysisException, ParseException

    text = str(error).strip()
    if isinstance(error, AnalysisException | ParseException):
        return text.split("\n", 1)[0]
    found = _CONDITION.search(text)
    return found.group(1) if found else type(error).__name__
