"""A Spark cluster of several processes: a master, and workers that can be killed one by one."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE_SECONDS = 120


@dataclass
class Cluster:
    """A running cluster.

    Attributes:
        master: URL of the master.
        workers: the processes of the workers.
    """

    master: str
    workers: list[subprocess.Popen[bytes]]

    def kill_worker(self) -> None:
        """Kill a worker and what it has started, without a word."""
        worker = psutil.Process(self.workers.pop().pid)
        for process in [*worker.children(recursive=True), worker]:
            process.kill()


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
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    master = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    started = [_start(folder, "master", f"{deploy}.master.Master", *here, "--port", str(port))]
    try:
        _wait_for(folder / "master.log", "New state: ALIVE")
        for number in range(workers):
            name = f"worker{number}"
            size = ("--cores", "1", "--memory", memory, "--work-dir", str(folder / name))
            started.append(_start(folder, name, f"{deploy}.worker.Worker", *here, *size, master))
        for number in range(workers):
            _wait_for(folder / f"worker{number}.log", "Successfully registered")
        yield Cluster(master, started[1:])
    finally:
        _end(started)
