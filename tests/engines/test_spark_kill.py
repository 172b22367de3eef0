"""Spark processes killed at any moment: what was there stays whole, what is asked for arrives."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from postloan.settings import REPOSITORY
from postloan.warehouse import open_warehouse
from tests.support.spark import TestLake
from tests.support.spark_cluster import running_cluster
from tests.support.spark_writer import round_seen

pytestmark = pytest.mark.spark

SMALL_EXECUTORS = "conf.spark.executor.memory=512m&conf.spark.executor.cores=1"


def start_writer(url: str, rounds: int) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.spark_writer", url, str(rounds)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": path, "SPARK_LOCAL_IP": "127.0.0.1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def lines_of(writer: subprocess.Popen[str]) -> IO[str]:
    assert writer.stdout
    return writer.stdout


def test_a_driver_killed_in_the_midst_of_a_write_leaves_the_rows_of_before(
    spark_lake: TestLake, tmp_path: Path
) -> None:
    url = spark_lake.url_of(tmp_path / "lake", local_rows=0)
    writer = start_writer(url, 1000)
    said = lines_of(writer)
    assert said.readline() == "ready\n"
    assert said.readline() == "1\n"
    begun = time.monotonic()
    assert said.readline() == "2\n"
    seconds = time.monotonic() - begun
    # Between two commits: parts of the next round are written and do not count.
    time.sleep(seconds * 0.6)
    writer.send_signal(signal.SIGKILL)
    finished = 2 + len(said.readlines())
    writer.wait(60)

    with open_warehouse(url) as warehouse:
        # The last round may have been committed without having been told.
        assert int(round_seen(warehouse)) in (finished, finished + 1)


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
