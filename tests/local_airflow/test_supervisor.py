"""The supervisor with real processes: restarts what dies, ends what it started, leaves nothing."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from requests.adapters import HTTPAdapter

from postloan.errors import PostloanError
from postloan.local_airflow.control import connect, is_supervised, stop
from postloan.local_airflow.health import signs_of_life
from postloan.local_airflow.processes import Started, end, recorded
from postloan.local_airflow.supervisor import take_lock
from postloan.settings import REPOSITORY, settings

# A component with a child of its own, as the scheduler has workers.
SLEEP = "import time; time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"
SERVE = """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        states = dict.fromkeys(("metadatabase", "dag_processor", "triggerer"), "healthy")
        page = {n: {"status": s} for n, s in {**states, "scheduler": "unhealthy"}.items()}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(page).encode())
    def log_message(self, *_): pass

HTTPServer(("127.0.0.1", PORT), Health).serve_forever()
"""
"""Airflow's health page, on which only the scheduler has fallen silent."""
SUPERVISE = f"""
import os, sys
from postloan.local_airflow import supervisor
from postloan.local_airflow.processes import recorded
from postloan.local_airflow.supervisor import Supervisor, take_lock
from postloan.local_airflow.processes import end
from postloan.settings import settings
home = settings()
lock = take_lock(home)
if lock is None:
    sys.exit(3)
end(s for n, s in recorded(home).items() if n != "supervisor")
supervisor.HEALTH_CHECK_SECONDS = 0.2
supervisor.SILENCE_SECONDS = supervisor.STARTING_SECONDS = 1
names = sys.argv[1:] or ["one"]
works = dict.fromkeys(names, {PARENT!r})
if "api-server" in names:
    works["api-server"] = {SERVE!r}.replace("PORT", os.environ["TEST_PORT"])
Supervisor(home, os.environ, {{n: [sys.executable, "-c", w] for n, w in works.items()}}).run()
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
    (home / "airflow").mkdir(parents=True, exist_ok=True)
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


@pytest.fixture
def port(home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port, on record as that of Airflow."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = int(free.getsockname()[1])
    monkeypatch.setenv("TEST_PORT", str(found))
    (home / "airflow").mkdir(parents=True)
    (home / "airflow" / "port").write_text(str(found))
    return found


def test_a_component_that_hangs_is_started_again_and_the_others_are_left_alone(
    port: int, supervise: Callable[..., Running]
) -> None:
    running = supervise("api-server", "scheduler", "triggerer")
    hung, at_work = running.component("scheduler"), running.component("triggerer")
    members = family(hung)
    wait_for(lambda: running.component("scheduler") != hung)
    wait_for(lambda: are_gone(members))
    assert running.component("triggerer") == at_work


def test_a_stranger_on_the_port_of_airflow_ends_nothing(
    port: int, supervise: Callable[..., Running]
) -> None:
    command = [sys.executable, "-c", SERVE.replace("PORT", str(port))]
    stranger = subprocess.Popen(command)
    try:
        running = supervise("scheduler", "triggerer")
        members = family(running.component("scheduler"))
        # Twice as long as a silence may last.
        time.sleep(2.5)
        assert all(process.is_running() for process in members)
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize(
    "page", ["[]", "null", "{}", '{"scheduler": null}', '{"scheduler": "dead"}', "7", "<html>"]
)
def test_what_is_no_health_page_says_nothing_of_the_others(page: str) -> None:
    class Door(HTTPAdapter):
        def send(self, *_arguments: Any, **_options: Any) -> requests.Response:
            answer = requests.Response()
            answer.status_code, answer.raw = 200, io.BytesIO(page.encode())
            return answer

    assert signs_of_life("http://127.0.0.1:9", Door()) == {"api-server": False}


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
