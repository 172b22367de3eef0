"""A check of a staged table, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BATCH = "batch_under_test"
"""The rows under test, in the queries of checks."""


@dataclass(frozen=True)
class Check:
    """One expectation on a staged table.

    Attributes:
        kind: type of the expectation, in the words of Great Expectations.
        arguments: its arguments.
        description: what a person should know when it fails.
        stops: whether the delivery is refused then.
    """

    kind: str
    arguments: Mapping[str, Any]
    description: str
    stops: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of one check; never holds a value of the data."""

    check: Check
    passed: bool
    failed_rows: int = 0
    error: str = ""
