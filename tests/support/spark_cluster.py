"""A Spark cluster of several processes: a master, and workers that can be killed one by one."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil

PATIENCE_SECONDS = 120


HERE = ("--host", "127.0.0.1", "--webui-port", "0")
DEPLOY = "org.apache.spark.deploy"


@dataclass
class Cluster:
    """A running cluster.

    Attributes:
        master: URL of the master.
        folder: where its processes work and write their logs.
        memory: how much of it a worker has.
        workers: the processes of all workers there have been, the oldest first.
        numbers: the workers are numbered.
    """

    master: str
    folder: Path
    memory: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def start_workers(self, number: int) -> None:
        """Start so many workers of one core, and wait until the master knows them."""
        names = [f"worker{next(self.numbers)}" for _ in range(number)]
        for name in names:
            size = ("--cores", "1", "--memory", self.memory, "--work-dir", str(self.folder / name))
            arguments = (*HERE, *size, self.master)
            self.workers.append(_start(self.folder, name, f"{DEPLOY}.worker.Worker", *arguments))
        for name in names:
            _wait_for(self.folder / f"{name}.log", "Successfully registered")

    def oldest_worker(self) -> list[psutil.Process]:
        """The oldest worker that runs, and what it has started."""
        worker = psutil.Process(self.running[0].pid)
        return [worker, *worker.children(recursive=True)]

    @property
    def running(self) -> list[subprocess.Popen[bytes]]:
        """The workers that run."""
        return [worker for worker in self.workers if worker.poll() is None]


def _start(folder: Path, name: str, main: str, *arguments: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(home / "bin" / "spark-class"), main, *arguments],
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )


def _wait_for(log: Path, words: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in log.read_text(errors="replace"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{log.name} does not say '{words}'")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(started):
        if process.poll() is None:
            process.terminate()
            process.wait(30)


@contextmanager
def running_connect_server(folder: Path) -> Iterator[str]:
    """URL of a Spark Connect server on this machine; it is gone when the block ends."""
    port = _free_port()
    settings = ("spark.ui.enabled=false", f"spark.connect.grpc.binding.port={port}")
    server = _start(
        folder,
        "connect",
        "org.apache.spark.deploy.SparkSubmit",
        *(part for setting in settings for part in ("--conf", setting)),
        *("--master", "local[2]", "--class"),
        *("org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    )
    try:
        _wait_for(folder / "connect.log", "Spark Connect server started")
        yield f"sc://127.0.0.1:{port}"
    finally:
        _end([server])


@contextmanager
def running_cluster(folder: Path, workers: int = 2, memory: str = "700m") -> Iterator[Cluster]:
    """A master and some workers of one core each; they are gone when the block ends."""
    port = _free_port()
    cluster = Cluster(f"spark://127.0.0.1:{port}", folder, memory)
    master = _start(folder, "master", f"{DEPLOY}.master.Master", *HERE, "--port", str(port))
    try:
        _wait_for(folder / "master.log", "New state: ALIVE")
        cluster.start_workers(workers)
        yield cluster
    finally:
        _end([master, *cluster.workers])
