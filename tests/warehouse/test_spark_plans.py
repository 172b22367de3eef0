"""No statement grows on Spark until it cannot be planned."""

import pytest
from sqlglot import exp

from postloan.warehouse import load_model, model_names, open_warehouse
from postloan.warehouse.models import expanded, sql_folder
from postloan.warehouse.spark.engine import SparkWarehouse
from postloan.warehouse.spark.shared_reads import MANY_READS, staged
from tests.support.spark import TestLake

STATEMENTS = [name for name in model_names() if load_model(name).write != "view"]


def all_reads(tree: exp.Expr) -> int:
    """Places that read a table once every common table expression stands where it is read."""
    grown: dict[str, int] = {}
    assert isinstance(tree, exp.Query)
    for cte in tree.ctes:
        grown[cte.alias] = sum(grown.get(t.name, 1) for t in cte.this.find_all(exp.Table))
    rest = tree.copy()
    rest.set("with_", None)
    return sum(grown.get(t.name, 1) for t in rest.find_all(exp.Table))


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_grows_is_made_in_steps(name: str) -> None:
    tree = expanded(load_model(name).text, sql_folder())
    before, statement = staged(tree)
    assert bool(before) == (all_reads(tree) > MANY_READS)
    assert all(
        all_reads(t) <= MANY_READS for t in (statement.tree, *(s.select.tree for s in before))
    )


@pytest.mark.spark
def test_the_steps_leave_nothing_behind(spark_lake: TestLake) -> None:
    shared = ", ".join(
        f"s{n} as (select a.n from s{n - 1} as a join s{n - 1} as b on a.n = b.n)"
        for n in range(1, 9)
    )
    asked = f"with s0 as (select count(*) + 7 as n from loan), {shared} select sum(n) as n from s8"
    with spark_lake.emptied() as url, open_warehouse(url) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        assert warehouse.scalar(asked) == 7
        shown = [row["viewName"] for row in warehouse.spark.sql("show views").collect()]
        assert "loan" in shown
        assert not [name for name in shown if name.startswith("shared_")]
