"""What the tests of the engines share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.warehouse import open_warehouse
from postloan.warehouse.spark.engine import SparkWarehouse
from tests.support.engines import WITH_EVERY_WAY
from tests.support.spark import TestLake


@pytest.fixture(params=WITH_EVERY_WAY)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the engine; a test that uses it runs once on each, and on Spark in both ways."""
    return str(request.param)


@pytest.fixture
def lake(spark_lake: TestLake, tmp_path: Path) -> str:
    """URL of a lake of its own."""
    return spark_lake.url_of(tmp_path / "lake")


@pytest.fixture(params=[10_000, 0], ids=["few rows", "jobs"])
def spark(request: pytest.FixtureRequest, spark_lake: TestLake) -> Iterator[SparkWarehouse]:
    """An empty lake, with and without short ways."""
    with spark_lake.emptied(local_rows=request.param) as url, open_warehouse(url) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        yield warehouse
