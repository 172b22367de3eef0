"""A driver killed at any moment: what was there stays whole."""

import signal
import time
from pathlib import Path

import pytest

from postloan.warehouse import open_warehouse
from tests.support.spark import TestLake
from tests.support.spark_writer import lines_of, round_seen, start_writer

pytestmark = pytest.mark.spark


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
