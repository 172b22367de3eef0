"""What the URL of a lake says, and what it cannot say."""

import sys
from pathlib import Path
from typing import Any

import pytest
from sqlglot import parse_one

from postloan.errors import WarehouseError
from postloan.local_airflow.control import pools
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from postloan.warehouse.spark.engine import SparkWarehouse
from postloan.warehouse.spark.errors import refusals
from postloan.warehouse.spark.options import options_of
from tests.support.spark import TestLake


def test_the_url_says_where_the_rows_lie_and_who_works_on_them() -> None:
    options = options_of(
        "spark:////srv/lake?master=spark://host:7077&conf.spark.executor.memory=8g&local_rows=5"
    )
    assert (options.root, options.master, options.remote) == ("/srv/lake", "spark://host:7077", "")
    assert dict(options.conf) == {"spark.executor.memory": "8g"}
    assert options.local_rows == 5
    assert options_of("spark:///s3a://bucket/lake?remote=sc://host:15002").root == (
        "s3a://bucket/lake"
    )


@pytest.mark.parametrize(
    ("options", "slots"),
    [("", 1), ("?master=local[4]", 1), ("?master=yarn", 8), ("?remote=sc://h", 8)],
)
def test_a_cluster_works_on_several_tasks_and_one_machine_on_one(
    monkeypatch: pytest.MonkeyPatch, options: str, slots: int
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", f"spark:////srv/lake{options}")
    assert {p.name: p.slots for p in pools(settings())}["warehouse"] == slots


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("spark:///", "names no lake"),
        ("spark://host:7077", "names no lake"),
        ("spark:////lake?mastr=local", "no option mastr"),
        ("spark:////lake?master=local&remote=sc://h", "not both"),
        ("spark:////lake?local_rows=few", "local_rows is 'few'"),
    ],
)
def test_a_url_that_says_something_else_is_refused(url: str, told: str) -> None:
    with pytest.raises(WarehouseError, match=told):
        options_of(url)


def test_where_spark_is_not_installed_the_error_says_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(WarehouseError, match="make setup-spark"):
        open_warehouse(f"spark:///{tmp_path}/lake")


@pytest.mark.spark
def test_a_url_cannot_change_what_makes_the_rows_equal(
    spark_lake: TestLake, tmp_path: Path
) -> None:
    conf = {
        "conf.spark.sql.session.timeZone": "Asia/Shanghai",
        "conf.spark.sql.ansi.enabled": "false",
        "conf.spark.sql.files.maxRecordsPerFile": "7",
    }
    with open_warehouse(spark_lake.url_of(tmp_path / "lake", **conf)) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        assert warehouse.spark.conf.get("spark.sql.session.timeZone") == "UTC"
        assert warehouse.spark.conf.get("spark.sql.ansi.enabled") == "true"
        assert warehouse.spark.conf.get("spark.sql.files.maxRecordsPerFile") == "7"


@pytest.mark.spark
def test_what_the_url_asks_of_java_lets_its_log_not_speak(lake: str) -> None:
    with open_warehouse(lake) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        java: Any = warehouse.spark.sparkContext._jvm
        asked = java.java.lang.System.getProperty
        assert asked("postloan.asked") == "yes"
        assert Path(asked("log4j2.configurationFile")).read_text().endswith("nowhere\n")


def test_what_spark_refuses_is_told_without_the_statement_and_with_what_to_do() -> None:
    errors = pytest.importorskip("pyspark.errors")
    said = "[UNRESOLVED_COLUMN] A column `x` cannot be resolved.\n== SQL ==\nselect 'Zhang San'"
    statement = parse_one("select x from customer where customer_name = 'Zhang San'")
    with pytest.raises(WarehouseError) as caught, refusals(statement):
        raise errors.AnalysisException(said)
    told = str(caught.value)
    assert told.startswith("Spark refused a statement: [UNRESOLVED_COLUMN] A column `x` cannot")
    assert "Run it again, and report it where it fails again" in told
    assert "Zhang" not in told
    assert "\n" not in told
    # Whoever asks for it with --debug has it.
    assert "customer_name" in caught.value.statement
