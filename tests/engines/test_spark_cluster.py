"""Spark in other processes: a cluster of which a part dies, and a Spark Connect server."""

import time
from pathlib import Path

import pytest

from postloan.errors import WarehouseError
from postloan.warehouse import open_warehouse
from postloan.warehouse.abilities import ReadsPlainFiles
from tests.support.spark import why_no_spark
from tests.support.spark_cluster import running_cluster, running_connect_server
from tests.support.spark_writer import (
    DAY,
    ROWS,
    lines_of,
    replace_both,
    round_seen,
    start_writer,
)

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(why_no_spark() is not None, reason=why_no_spark() or ""),
]

SMALL_EXECUTORS = "conf.spark.executor.memory=512m&conf.spark.executor.cores=1"


def test_a_worker_killed_in_the_midst_of_a_write_costs_time_and_no_rows(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        url = f"spark:///{tmp_path}/lake?master={cluster.master}&local_rows=0&{SMALL_EXECUTORS}"
        writer = start_writer(url, 3)
        said = lines_of(writer)
        assert said.readline() == "ready\n"
        assert said.readline() == "1\n"
        time.sleep(0.5)
        cluster.kill_worker()
        assert said.readlines() == ["2\n", "3\n"]
        assert writer.wait(120) == 0


def test_a_spark_connect_server_does_the_same_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("a\n" + "".join(f"{n}\n" for n in range(2, 200_002)), encoding="utf-8")
    with running_connect_server(tmp_path) as server:
        url = f"spark:///{tmp_path}/lake?remote={server}&local_rows=0"
        with open_warehouse(url) as warehouse:
            replace_both(warehouse, 1)
            replace_both(warehouse, 2)
            assert round_seen(warehouse) == "2"
            assert isinstance(warehouse, ReadsPlainFiles)
            typed = {"a": "cast(a as bigint)"}
            assert warehouse.load_plain("plain", path, ["a"], typed, "typed_a > 5") == 199_996
            assert warehouse.scalar("select count(*) from plain where a <> line_no") == 0
            with pytest.raises(WarehouseError, match="CAST_INVALID_INPUT") as caught:
                warehouse.fetch("select cast(pack || 'secret' as date) as d from rule_version")
        with open_warehouse(url) as warehouse:
            assert warehouse.count("rule_version", DAY) == ROWS
    assert "0secret" not in str(caught.value) + "".join(capfd.readouterr())
