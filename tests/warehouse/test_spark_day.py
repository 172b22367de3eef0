"""Whole business dates on Spark: the tables and the task files of DuckDB, byte for byte.

And the rows of every table, as another reader finds them in its Delta table.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from postloan.contracts import catalogue
from postloan.landing.sample import write_sample
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.spark import TestLake
from tests.support.whole_day import files, run_whole_day, tables

pytestmark = pytest.mark.spark

LAST = date(2026, 11, 20)


def days_run(home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Open the book of the sample lender and run one more date; hashes of tables and files."""
    monkeypatch.setenv("POSTLOAN_HOME", str(home))
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", url)
    write_sample(settings().landing, loans=300, days=1, seed=3, last_business_date=LAST)
    with open_warehouse() as warehouse:
        for day in (LAST - timedelta(days=1), LAST):
            run_whole_day(warehouse, day)
        return [tables(warehouse), files(settings().outbox)]


@pytest.mark.parametrize("local_rows", [10_000, 100], ids=["few rows", "mostly jobs"])
def test_a_business_date_ends_as_it_does_on_duckdb(
    spark_lake: TestLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, local_rows: int
) -> None:
    duckdb = tmp_path / "duckdb"
    expected = days_run(duckdb, f"duckdb:///{duckdb}/warehouse.duckdb", monkeypatch)
    assert any(name.endswith("manifest.json") for name in expected[1])

    spark = tmp_path / "spark"
    url = spark_lake.url_of(spark / "lake", local_rows=local_rows, tables="delta")
    assert days_run(spark, url, monkeypatch) == expected
    with open_warehouse(url) as warehouse:
        for table in catalogue().tables.values():
            columns = list(table.column_names)
            told = DeltaTable(spark / "lake" / table.name).to_pyarrow_table().select(columns)
            held = warehouse.stream(f"select {', '.join(columns)} from {table.name}")
            assert sorted(map(str, held)) == sorted(
                str(tuple(r.values())) for r in told.to_pylist()
            )
