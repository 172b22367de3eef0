"""Only the Airflow of this home is asked who somebody is, and only it is sent a password."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.cli.acting import acting_person
from postloan.errors import PostloanError
from postloan.local_airflow import api as client
from postloan.local_airflow.api import AirflowApi, AirflowAwayError
from postloan.local_airflow.environment import choose_port, known_port, write_private
from postloan.local_airflow.processes import Started
from postloan.settings import settings

SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Believer(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with open(sys.argv[2], "ab") as heard:
            heard.write(self.requestline.encode() + body)
        answer = b'{"access_token": "x.y.z"}'
        self.send_response(201)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    do_GET = do_POST
    def log_message(self, *_): pass

server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Believer)
open(sys.argv[2], "ab").close()
server.serve_forever()
"""


class Listener:
    """A server that believes everybody, on the port of Airflow."""

    def __init__(self, heard: Path) -> None:
        self.heard = heard
        port = str(choose_port(settings()))
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, port, str(heard)], start_new_session=True
        )
        while not heard.exists():
            assert self.process.poll() is None
            time.sleep(0.02)

    def put_on_record(self, pid: int | None = None) -> None:
        """As the supervisor does with what it has started."""
        started = Started.of(pid or self.process.pid)
        record = {"api-server": vars(started)}
        write_private(settings().airflow_home / "processes.json", json.dumps(record))


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("POSTLOAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("POSTLOAN_AIRFLOW_URL", raising=False)
    monkeypatch.setenv("POSTLOAN_AIRFLOW_USER", "legal_approver_1")
    monkeypatch.setenv("POSTLOAN_AIRFLOW_PASSWORD", "hunter2secret")
    found = Listener(tmp_path / "heard")
    yield found
    found.process.kill()
    found.process.wait()


def test_a_stranger_on_the_port_of_airflow_is_neither_believed_nor_sent_a_password(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    api = AirflowApi.of(settings())
    for record in (None, os.getpid()):
        if record:
            listener.put_on_record(record)
        with pytest.raises(PostloanError, match=r"not the Airflow of this home.*nobody can tell"):
            acting_person("Li Lei")
        with pytest.raises(AirflowAwayError, match="no password was sent"):
            api.has_dag("a")
        assert not api.is_healthy()
    assert listener.heard.read_bytes() == b""


def test_a_record_of_an_earlier_process_of_that_number_proves_nothing(listener: Listener) -> None:
    earlier = {"api-server": {"pid": listener.process.pid, "created": time.time() - 3600}}
    write_private(settings().airflow_home / "processes.json", json.dumps(earlier))
    with pytest.raises(PostloanError, match="not the Airflow of this home"):
        acting_person()
    assert listener.heard.read_bytes() == b""


def test_the_server_that_the_supervisor_has_started_is_asked(listener: Listener) -> None:
    listener.put_on_record()
    assert acting_person("Li Lei").startswith("Li Lei (Airflow user legal_approver_1; OS user ")
    assert b"hunter2secret" in listener.heard.read_bytes()


def test_an_airflow_that_the_environment_names_is_recorded_with_its_address(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{known_port(settings())}"
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", url)
    assert f"Airflow user legal_approver_1 of {url};" in acting_person()
    monkeypatch.setenv("POSTLOAN_AIRFLOW_USER", "general_counsel; OS user boss, 1")
    with pytest.raises(PostloanError, match="no name of a login"):
        acting_person()
