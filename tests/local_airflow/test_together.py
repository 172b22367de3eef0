"""Several commands on one home: nobody is cut off, everybody is told, the last one cleans up.

The supervisor is a real process; in place of Airflow's components it has one that sleeps.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

from postloan.cli import main
from postloan.errors import PostloanError
from postloan.local_airflow import watch as watching
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.control import is_supervised, stop, stopped_by
from postloan.local_airflow.environment import choose_port
from postloan.local_airflow.processes import end, recorded
from postloan.local_airflow.supervisor import is_locked, take_lock
from postloan.local_airflow.together import let_it_stay, turn, users
from postloan.local_airflow.watch import Watch
from postloan.settings import REPOSITORY, settings

SUPERVISE = """
import os, sys
from postloan.local_airflow.supervisor import Supervisor, take_lock
from postloan.settings import settings
lock = take_lock(settings(), patience_seconds=2)
if lock is None:
    sys.exit(3)
sleep = [sys.executable, "-c", "import time; time.sleep(99)"]
Supervisor(settings(), os.environ, {"one": sleep}).run()
"""
USE = """
import sys
from postloan.local_airflow.together import using
from postloan.settings import settings
with using(settings(), lambda line: print(line, flush=True), for_now="for_now" in sys.argv):
    print("in", flush=True)
    sys.stdin.readline()
"""
TAKE_TURN = """
import sys
from postloan.local_airflow.together import turn
from postloan.settings import settings
with turn(settings(), "2026-11-20", print):
    print("in", flush=True)
    sys.stdin.readline()
"""


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Other:
    """Another command on the same home."""

    def __init__(self, script: str, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *words],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def end(self) -> str:
        """Let it end; what it said last."""
        return self.process.communicate("\n", timeout=20)[0]


@pytest.fixture
def other(home: Path) -> Iterator[Callable[..., Other]]:
    (home / "airflow").mkdir(parents=True)
    begun: list[Other] = []

    def begin(script: str, *words: str) -> Other:
        begun.append(Other(script, *words))
        return begun[-1]

    yield begin
    end(recorded(settings()).values(), grace_seconds=1)
    for process in (o.process for o in begun):
        process.kill()
        process.wait()


def supervise(other: Callable[..., Other]) -> Other:
    supervisor = other(SUPERVISE)
    wait_for(lambda: "one" in recorded(settings()))
    return supervisor


def enter(other: Callable[..., Other], *words: str) -> Other:
    """A user who is on record before anything else happens."""
    user = other(USE, *words)
    assert user.says() == "in"
    return user


# Who stops Airflow ----------------------------------------------------------------------------


def test_the_last_user_stops_what_the_first_has_started(other: Callable[..., Other]) -> None:
    first = enter(other, "demo", "for_now")
    second = enter(other, "demo", "for_now")
    supervise(other)
    assert "uses it, and the last one stops it" in first.end()
    assert is_supervised(settings())
    assert "Stopping Airflow again" in second.end()
    assert not is_supervised(settings())
    assert "for_now" in (stopped_by(settings()) or "")


def test_a_killed_user_is_not_waited_for(other: Callable[..., Other]) -> None:
    killed = enter(other, "demo", "for_now")
    last = enter(other, "run")
    supervise(other)
    assert len(users(settings())) == 2
    killed.process.kill()
    killed.process.wait()
    assert [u.pid for u in users(settings())] == [last.process.pid]
    assert "Stopping Airflow again" in last.end()
    assert not is_supervised(settings())


def test_what_up_has_started_stays(other: Callable[..., Other]) -> None:
    supervise(other)
    visitor = enter(other, "demo", "for_now")
    assert visitor.end() == ""
    assert is_supervised(settings())


def test_up_keeps_what_a_demo_has_started(other: Callable[..., Other]) -> None:
    demo = enter(other, "demo", "for_now")
    supervise(other)
    let_it_stay(settings())
    assert demo.end() == ""
    assert is_supervised(settings())


def test_down_waits_for_who_is_there_and_names_him(
    other: Callable[..., Other], capsys: pytest.CaptureFixture[str]
) -> None:
    # The first call of a command takes seconds to load.
    assert main(["down"]) == 0
    supervise(other)
    follower = enter(other, "run --date 2026-11-20")
    threading.Timer(1.5, follower.end).start()
    began = time.monotonic()
    assert main(["down"]) == 0
    assert time.monotonic() - began > 1
    told = capsys.readouterr().out
    assert "run --date 2026-11-20" in told
    assert f"process {follower.process.pid}" in told
    assert not is_supervised(settings())


def test_down_now_does_not_wait(other: Callable[..., Other]) -> None:
    supervise(other)
    enter(other, "run")
    assert main(["down", "--now"]) == 0
    assert not is_supervised(settings())


# Turns ----------------------------------------------------------------------------------------


def test_a_date_is_followed_by_one_command_at_a_time(other: Callable[..., Other]) -> None:
    first = other(TAKE_TURN)
    assert first.says() == "in"
    told: list[str] = []
    threading.Timer(1, first.end).start()
    with turn(settings(), "2026-11-20", told.append):
        assert first.process.wait(10) == 0
    assert len(told) == 1
    assert f"process {first.process.pid}" in told[0]
    with turn(settings(), "2026-11-20", told.append), turn(settings(), "2026-11-21", told.append):
        assert len(told) == 1


def test_looking_does_not_take_the_lock_from_a_supervisor(home: Path) -> None:
    (home / "airflow").mkdir(parents=True)
    take_lock(settings())
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            is_locked(settings())

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(50):
            lock = take_lock(settings(), patience_seconds=2)
            assert lock is not None
            lock.close()
    finally:
        done.set()
        for looker in lookers:
            looker.join()


# Airflow comes and goes -----------------------------------------------------------------------


class Version(BaseHTTPRequestHandler):
    """As much of an API server as one request needs."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"dags": [{"dag_id": "a"}], "access_token": "t"}).encode()
        self.send_response(201 if self.path == "/auth/token" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        """Keep quiet."""


def watched(told: list[str], monkeypatch: pytest.MonkeyPatch) -> AirflowApi:
    monkeypatch.setattr(watching, "TELL_AFTER_SECONDS", 0.1)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0)
    port = choose_port(settings())
    api = AirflowApi(f"http://127.0.0.1:{port}", "admin", "p", Watch(settings(), told.append))
    api._session.trust_env = False
    return api


def test_an_api_server_that_is_away_is_waited_for_while_somebody_supervises(
    other: Callable[..., Other], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    api = watched(told, monkeypatch)
    supervise(other)
    server: list[ThreadingHTTPServer] = []

    def begin() -> None:
        port = int(api.url.rpartition(":")[2])
        server.append(ThreadingHTTPServer(("127.0.0.1", port), Version))
        server[0].serve_forever()

    timer = threading.Timer(3, begin)
    timer.start()
    try:
        assert api.has_dag("a")
    finally:
        timer.join(0)
        server[0].shutdown()
        server[0].server_close()
    assert "waiting until it is up again" in told[0]
    assert told[1:] == ["  Airflow answers again."]


def test_an_airflow_that_was_stopped_is_given_up(
    other: Callable[..., Other], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = watched([], monkeypatch)
    supervise(other)
    assert stop(settings())
    with pytest.raises(PostloanError, match=r"stopped by .* run the same command again"):
        api.has_dag("a")
    with pytest.raises(PostloanError, match="stopped by"):
        api.look()


def test_a_supervisor_that_was_killed_is_started_again(
    other: Callable[..., Other], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    api = watched(told, monkeypatch)
    supervisor = supervise(other)
    started: list[bool] = []
    monkeypatch.setattr(watching, "start", lambda *_: started.append(True))
    assert not api.look()
    supervisor.process.kill()
    supervisor.process.wait()
    assert api.look()
    assert started == [True]
    assert "supervisor was killed" in told[0]


def test_a_part_that_was_started_again_is_told(
    other: Callable[..., Other], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "COMPONENTS", ("one",))
    told: list[str] = []
    supervise(other)
    api = watched(told, monkeypatch)
    first = recorded(settings())["one"].pid
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: recorded(settings())["one"].pid != first)
    assert api.look()
    assert not api.look()
    assert "one died and was started again" in told[0]


# Ports and the warehouse ----------------------------------------------------------------------


def test_the_port_that_was_asked_for_is_taken_or_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        taken = occupied.getsockname()[1]
        monkeypatch.setenv("POSTLOAN_AIRFLOW_PORT", str(taken))
        assert main(["up"]) == 1
        told = capsys.readouterr().err
        assert f"Port {taken} (POSTLOAN_AIRFLOW_PORT) is in use" in told
    assert choose_port(settings()) == taken


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_told(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTLOAN_AIRFLOW_PORT", text)
    assert main(["day", "status"]) == 1
    assert f"POSTLOAN_AIRFLOW_PORT is '{text}'" in capsys.readouterr().err


def test_a_command_says_that_it_waits_for_the_warehouse(home: Path) -> None:
    home.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")}
    with duckdb.connect(str(home / "warehouse.duckdb")):
        waiting = subprocess.Popen(
            [sys.executable, "-m", "postloan", "day", "status"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr
        told = waiting.stderr.readline()
        assert waiting.poll() is None
    assert f"in use by process {os.getpid()}; waiting for it" in told
    assert "not open yet" in waiting.communicate(timeout=60)[0]
    assert waiting.returncode == 0
