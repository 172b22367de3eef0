"""Every SQL file gives the same rows on every engine, whatever rows it is given.

`POSTLOAN_PARITY_EXAMPLES` says how many books are invented for each file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from postloan.warehouse import Warehouse, load_model, model_names, open_warehouse
from tests.support.inventing import answer_of, differences, inputs_of, lay_rules
from tests.support.postgres import TestServer
from tests.support.spark import TestLake

MODELS = tuple(
    name
    for name in model_names()
    if not load_model(name).is_made
    or name in ("customer_balance", "current_customer_balance", "current_bureau_loan")
    or name in ("contact_refusal", "judging_check")
)
"""All SQL files, one of each kind that follows from a contract, and what the checks make."""

EXAMPLES = int(os.environ.get("POSTLOAN_PARITY_EXAMPLES", "3"))
EXAMPLES_ON_SPARK = int(os.environ.get("POSTLOAN_PARITY_EXAMPLES", "2"))


def names_on_spark() -> tuple[str, ...]:
    """SQL files that Spark is asked: without those that it is asked as a part of others.

    A view is put into every statement that reads it, and Spark plans for seconds what others plan
    at once. `POSTLOAN_TEST_SPARK=all` asks each by itself.
    """
    models = [load_model(name) for name in MODELS]
    parts = {read for m in models if m.area != "lineage" for read in m.reads}
    if os.environ.get("POSTLOAN_TEST_SPARK") == "all":
        parts = set()
    return tuple(m.name for m in models if m.write != "view" or m.name not in parts)


@contextmanager
def _with_rules(url: str) -> Iterator[Warehouse]:
    with open_warehouse(url) as warehouse:
        lay_rules(warehouse)
        yield warehouse


@pytest.fixture(scope="module")
def duckdb_warehouse() -> Iterator[Warehouse]:
    with _with_rules("duckdb:///:memory:") as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def postgres_warehouse(postgres_server: TestServer) -> Iterator[Warehouse]:
    with postgres_server.emptied() as url, _with_rules(url) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def spark_warehouse(spark_lake: TestLake) -> Iterator[Warehouse]:
    with spark_lake.emptied() as url, _with_rules(url) as warehouse:
        yield warehouse


def _compare(model: str, one: Warehouse, other: Warehouse, examples: int = EXAMPLES) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples <= 3,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def same_answer(data: st.DataObject) -> None:
        book = data.draw(inputs_of(model))
        # The other engine gets the rows the other way round: no answer may rest on their order.
        turned_round = {name: rows[::-1] for name, rows in book.items()}
        # A file that an engine refuses is an error: nothing invented here breaks a promise.
        here, there = answer_of(one, model, book), answer_of(other, model, turned_round)
        told = "\n".join(differences(here, there))
        assert here == there, f"{model}: {one.dialect} (-), {other.dialect} (+)\n{told}"

    same_answer()


@pytest.mark.postgres
@pytest.mark.parametrize("model", MODELS)
def test_postgres_answers_as_duckdb(
    model: str, duckdb_warehouse: Warehouse, postgres_warehouse: Warehouse
) -> None:
    _compare(model, duckdb_warehouse, postgres_warehouse)


@pytest.mark.spark
@pytest.mark.parametrize("model", names_on_spark())
def test_spark_answers_as_duckdb(
    model: str, duckdb_warehouse: Warehouse, spark_warehouse: Warehouse
) -> None:
    _compare(model, duckdb_warehouse, spark_warehouse, EXAMPLES_ON_SPARK)
