"""What can be killed while a slice is written, and how it is brought back."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from tests.support.killing import Writer
from tests.support.postgres import TestServer
from tests.support.postgres_crash import (
    backend,
    processes,
    restart,
    wait_for_end,
    wait_for_recovery,
)
from tests.support.spark import TestLake
from tests.support.spark_cluster import running_cluster

FEW_TASKS = {"conf.spark.sql.shuffle.partitions": 2}
"""As many as there are cores: with more, starting tasks takes longer than the write."""


def nothing() -> None:
    """What has to be brought back where only the writer was killed."""


@dataclass
class Target:
    """Something to kill.

    Attributes:
        writer_url: the warehouse as the writer opens it.
        reader_url: the same warehouse as it is looked at after a kill.
        eights: how many rows the slice has: 8 to the power of this.
        aim: finds, for a writer and the number of the kill, the processes to be killed.
        bring_back: lets what was killed start again.
        goes_on: whether the write ends well in spite of the kill.
    """

    writer_url: str
    reader_url: str
    eights: int
    aim: Callable[[Writer, int], list[psutil.Process]]
    bring_back: Callable[[], None] = nothing
    goes_on: bool = False


def shoot(killed: Iterable[psutil.Process]) -> None:
    """Kill processes without a word; one may have gone with another."""
    for process in killed:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def writing_process(writer: Writer, _number: int) -> list[psutil.Process]:
    """The process of the task."""
    return [psutil.Process(writer.process.pid)]


@contextmanager
def duckdb_task(folder: Path, _request: pytest.FixtureRequest) -> Iterator[Target]:
    """The task, on DuckDB."""
    url = f"duckdb:///{folder}/warehouse.duckdb"
    yield Target(url, url, 6, writing_process)


@contextmanager
def postgres_task(_folder: Path, request: pytest.FixtureRequest) -> Iterator[Target]:
    """The task, on PostgreSQL."""
    server: TestServer = request.getfixturevalue("careful_server")
    with server.database() as url:
        yield Target(url, url, 5, writing_process)


@contextmanager
def postgres_backend(_folder: Path, request: pytest.FixtureRequest) -> Iterator[Target]:
    """The process of PostgreSQL that works for the task; the server ends all others with it."""
    server: TestServer = request.getfixturevalue("careful_server")
    running: list[psutil.Process] = []

    def aim(_: Writer, __: int) -> list[psutil.Process]:
        running[:] = processes(server)[1:]
        return [backend(server, database)]

    def bring_back() -> None:
        wait_for_end(running)
        wait_for_recovery(server)

    with server.database() as url:
        database = url.partition("?")[0].rpartition("/")[2]
        yield Target(url, url, 5, aim, bring_back)


@contextmanager
def postgres_server(_folder: Path, request: pytest.FixtureRequest) -> Iterator[Target]:
    """The PostgreSQL server: by turns all its processes, and the one that has started them."""
    server: TestServer = request.getfixturevalue("careful_server")
    running: list[psutil.Process] = []

    def aim(_: Writer, number: int) -> list[psutil.Process]:
        running[:] = processes(server)
        return running if number % 2 == 0 else running[:1]

    def bring_back() -> None:
        wait_for_end(running)
        restart(server)

    with server.database() as url:
        yield Target(url, url, 5, aim, bring_back)


@contextmanager
def spark_driver(folder: Path, request: pytest.FixtureRequest) -> Iterator[Target]:
    """The driver of Spark: by turns the task, and the Java that it has started."""
    lake: TestLake = request.getfixturevalue("spark_lake")

    def aim(writer: Writer, number: int) -> list[psutil.Process]:
        task = psutil.Process(writer.process.pid)
        return [task] if number % 2 == 0 else task.children(recursive=True)

    yield Target(
        writer_url=lake.url_of(folder / "lake", local_rows=0, **FEW_TASKS),
        reader_url=lake.url_of(folder / "lake"),
        eights=4,
        aim=aim,
    )


@contextmanager
def spark_worker(folder: Path, request: pytest.FixtureRequest) -> Iterator[Target]:
    """A worker of a Spark cluster with its executor; the write goes on without it."""
    lake: TestLake = request.getfixturevalue("spark_lake")
    with running_cluster(folder) as cluster:

        def aim(_: Writer, __: int) -> list[psutil.Process]:
            cluster.start_workers(2 - len(cluster.running))
            return cluster.oldest_worker()

        small = {"conf.spark.executor.memory": "512m", "conf.spark.executor.cores": 1}
        options = {"master": cluster.master, "local_rows": 0, **small, **FEW_TASKS}
        yield Target(
            writer_url=f"spark:///{folder}/lake?{urlencode(options)}",
            reader_url=lake.url_of(folder / "lake"),
            eights=4,
            aim=aim,
            goes_on=True,
        )
