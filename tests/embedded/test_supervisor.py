"""The supervisor with real processes: restarts what dies, ends what it started, leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from postloan.embedded.control import connect, is_supervised, stop
from postloan.embedded.processes import Started, end
from postloan.embedded.supervisor import recorded, take_lock
from postloan.errors import PostloanError
from postloan.settings import REPOSITORY, settings

# A component with a child of its own, as the scheduler has workers.
SLEEP = "import time; time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"
SUPERVISE = f"""
import os, sys
from postloan.embedded import supervisor
from postloan.embedded.supervisor import Supervisor, recorded, take_lock
from postloan.embedded.processes import end
from postloan.settings import settings
home = settings()
lock = take_lock(home)
if lock is None:
    sys.exit(3)
end(s for n, s in recorded(home).items() if n != "supervisor")
supervisor.HEALTH_CHECK_SECONDS = 0.2
supervisor.SILENCE_SECONDS = supervisor.STARTING_SECONDS = 1
names = sys.argv[1:] or ["one"]
Supervisor(home, os.environ, {{name: [sys.executable, "-c", {PARENT!r}] for name in names}}).run()
"""


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def family(pid: int) -> list[psutil.Process]:
    """A component and its child, once both are there."""
    wait_for(lambda: psutil.pid_exists(pid) and psutil.Process(pid).children())
    return [psutil.Process(pid), *psutil.Process(pid).children()]


def are_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, *names: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")}
        command = [sys.executable, "-c", SUPERVISE, *names]
        self.process = subprocess.Popen(command, env=environment)

    def component(self, name: str = "one") -> int:
        wait_for(lambda: name in recorded(settings()))
        return recorded(settings())[name].pid


@pytest.fixture
def supervise(home: Path) -> Iterator[Callable[..., Running]]:
    (home / "airflow").mkdir(parents=True)
    started: list[Running] = []

    def begin(*names: str) -> Running:
        started.append(Running(*names))
        return started[-1]

    yield begin
    end(recorded(settings()).values(), grace_seconds=2)
    for running in started:
        running.process.kill()
        running.process.wait()


def test_a_component_that_dies_is_started_again_without_its_orphans(
    supervise: Callable[..., Running],
) -> None:
    running = supervise()
    first = running.component()
    members = family(first)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: running.component() != first)
    wait_for(lambda: are_gone(members))
    assert family(running.component())


class Health(BaseHTTPRequestHandler):
    """Airflow's health page, on which only the scheduler has fallen silent."""

    def do_GET(self) -> None:
        states = dict.fromkeys(("metadatabase", "dag_processor", "triggerer"), "healthy")
        body = json.dumps(
            {n: {"status": s} for n, s in {**states, "scheduler": "unhealthy"}.items()}
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        """Keep quiet."""


def test_a_component_that_hangs_is_started_again_and_the_others_are_left_alone(
    supervise: Callable[..., Running], home: Path
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        (home / "airflow" / "port").write_text(str(server.server_port))
        running = supervise("scheduler", "triggerer")
        hung, at_work = running.component("scheduler"), running.component("triggerer")
        members = family(hung)
        wait_for(lambda: running.component("scheduler") != hung)
        wait_for(lambda: are_gone(members))
        assert running.component("triggerer") == at_work
        server.shutdown()


def test_stopping_ends_every_process(supervise: Callable[..., Running]) -> None:
    running = supervise()
    members = family(running.component())
    assert stop(settings())
    assert running.process.wait(10) == 0
    assert are_gone(members)
    assert not is_supervised(settings())
    assert recorded(settings()) == {}


def test_one_supervisor_at_a_time(supervise: Callable[..., Running]) -> None:
    running = supervise()
    running.component()
    assert supervise().process.wait(10) == 3
    assert running.process.poll() is None


def test_what_a_killed_supervisor_left_is_ended_by_the_next(
    supervise: Callable[..., Running],
) -> None:
    killed = supervise()
    first = killed.component()
    members = family(first)
    killed.process.kill()
    killed.process.wait()
    assert not is_supervised(settings())
    assert not are_gone(members)
    following = supervise()
    wait_for(lambda: are_gone(members))
    wait_for(lambda: following.component() != first)


def test_what_a_killed_supervisor_left_can_be_stopped(supervise: Callable[..., Running]) -> None:
    killed = supervise()
    members = family(killed.component())
    killed.process.kill()
    killed.process.wait()
    assert stop(settings())
    assert are_gone(members)


def test_stopping_what_does_not_run_is_no_error(home: Path) -> None:
    assert not stop(settings())


def test_a_stranger_with_the_same_number_is_left_alone() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        end([Started(stranger.pid, created=1.0)], grace_seconds=0)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_the_lock_is_given_back(home: Path) -> None:
    held = take_lock(settings())
    assert held is not None
    assert take_lock(settings()) is None
    held.close()
    assert not is_supervised(settings())


def test_a_command_that_needs_airflow_says_how_to_start_it(home: Path) -> None:
    with pytest.raises(PostloanError, match="make up"):
        connect(settings())
