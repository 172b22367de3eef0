"""What all DAGs have in common: owner, retries, time limits, pools, tags."""

from datetime import timedelta
from typing import Any

POOL = "warehouse"
"""One slot on DuckDB, which allows one writing process; more on a database server."""

SOURCES_POOL = "sources"
"""Fetching waits for other systems; it must not keep the warehouse waiting with it."""

OWNER = "postloan-operations"

TASK_DEFAULTS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=1),
}
"""Retries are for what passes by itself: a killed process, a busy warehouse, a lost connection.
Errors in data or rules fail at once, see `operators`."""


def dag_defaults(*tags: str, runs_at_once: int = 1) -> dict[str, Any]:
    """Arguments that every DAG is made with.

    There is no start date: with one, a nightly DAG would run for last night as soon as it is
    first seen. Nothing starts paused, because events that arrive while a DAG is paused are lost.

    Args:
        tags: the kind of process.
        runs_at_once: how many business dates may be in work at the same time.
    """
    return {
        "catchup": False,
        "is_paused_upon_creation": False,
        "max_active_runs": runs_at_once,
        "default_args": TASK_DEFAULTS,
        "tags": ["postloan", *tags],
    }
