"""`docs/dags.md`: every DAG, what it waits for and what it hands on, and its manual."""

import inspect
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from postloan.errors import PostloanError
from postloan.settings import REPOSITORY

INTRODUCTION = """
# DAGs

Generated from the files of `dags/` by `make docs`; edit those. Times are in the lender's time zone.

An arrow is an asset: the process at its tail hands a business date on to the process at its head.
"""


def dags_page() -> str:
    """The whole page, in Markdown.

    Raises:
        PostloanError: Airflow cannot import one of the DAG files.
    """
    with _airflow_without_state():
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(REPOSITORY / "dags")
        if bag.import_errors:
            files = ", ".join(sorted(bag.import_errors))
            raise PostloanError(f"Airflow cannot import {files}; run `airflow dags list`.")
        dags = sorted(bag.dags.values(), key=lambda dag: _order(dag, bag.dags))
    sections = [_section(dag) for dag in dags]
    return "\n\n".join((INTRODUCTION.strip(), _picture(dags), *sections)) + "\n"


@contextmanager
def _airflow_without_state() -> Iterator[None]:
    """Airflow writes a folder when it is imported: not into that of a user."""
    with tempfile.TemporaryDirectory() as home:
        quiet = {
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }
        before = dict(os.environ)
        os.environ.update(quiet)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


# What a DAG says of itself ------------------------------------------------------------------


def _assets_of(condition: Any) -> list[str]:
    """Names of the assets of a condition, nested or not, in order."""
    if condition is None:
        return []
    if hasattr(condition, "objects"):
        return [name for part in condition.objects for name in _assets_of(part)]
    return [str(condition.name)]


def _waits_for(dag: Any) -> list[str]:
    return _assets_of(getattr(dag.timetable, "asset_condition", None))


def _hands_on(dag: Any) -> list[str]:
    return [outlet.name for task in dag.tasks for outlet in task.outlets]


def _order(dag: Any, dags: dict[str, Any], behind: tuple[str, ...] = ()) -> tuple[int, str]:
    """Position in the chain: the fewest steps from a start; the last may wake the first again."""
    makers = {asset: d for d in dags.values() for asset in _hands_on(d)}
    before = [makers[a] for a in _waits_for(dag) if a in makers]
    passed = (*behind, dag.dag_id)
    depths = [_order(d, dags, passed)[0] for d in before if d.dag_id not in passed]
    return (min(depths, default=-1) + 1, dag.dag_id)


def _starts(dag: Any) -> str:
    assets = _waits_for(dag)
    if assets:
        return "after " + " or ".join(f"`{a}`" for a in assets)
    expression = getattr(dag.timetable, "expression", None) or getattr(
        dag.timetable, "_expression", None
    )
    return f"cron `{expression}`" if expression else "by hand"


def _section(dag: Any) -> str:
    tasks = "\n".join(
        f"| `{t.task_id}` | {t.task_type} | {', '.join(sorted(t.upstream_task_ids)) or '–'} "
        f"| {', '.join(o.name for o in t.outlets) or '–'} | {t.pool} | {t.retries} "
        f"| {t.execution_timeout or 'none'} |"
        for t in dag.topological_sort()
    )
    manual = inspect.cleandoc(dag.doc_md or "").replace("### ", "**", 1).replace("\n", "**\n", 1)
    tags = ", ".join(sorted(dag.tags))
    return "\n\n".join(
        (
            f"## {dag.dag_id}",
            manual,
            f"Starts {_starts(dag)}. At most {dag.max_active_runs} at once. Tags: {tags}. "
            f"File: `dags/{dag.dag_id}.py`.",
            "| Task | Kind | After | Hands on | Pool | Retries | Time limit |\n"
            "|---|---|---|---|---|---|---|\n" + tasks,
        )
    )


def _picture(dags: list[Any]) -> str:
    makers = {asset: d.dag_id for d in dags for asset in _hands_on(d)}
    arrows = [
        f"    {makers[asset]} -- {asset} --> {dag.dag_id}"
        for dag in dags
        for asset in _waits_for(dag)
        if asset in makers
    ]
    return "\n".join(("```mermaid", "flowchart TD", *arrows, "```"))
