"""The client of Airflow's interface, against a server that stumbles as Airflow 3.3.2 does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from postloan.errors import PostloanError
from postloan.local_airflow import api as client
from postloan.local_airflow.api import AirflowApi, Run

GATE = "open_business_day"
EVENT = {
    "extra": {"revision": 1, "engine": "Spark 4.3.0"},
    "created_dagruns": [{"dag_id": GATE, "run_id": "second"}],
}
INGESTION = Run("ingest_feedback", "one", "success", datetime(2026, 11, 20, tzinfo=UTC), None, None)


@dataclass
class Queue:
    """A run that an event has created, and that begins after so many questions for the event."""

    begins_after: int
    questions: int = 0
    is_empty: bool = False
    """Nothing is queued, and the event cannot be shown all the same."""

    def answer(self, path: str) -> tuple[int, object]:
        if path == "/auth/token":
            return 201, {"access_token": "t"}
        is_queued = self.questions < self.begins_after
        if path == "/api/v2/dags/~/dagRuns":
            return 200, {"dag_runs": [{"dag_id": GATE}] if is_queued and not self.is_empty else []}
        assert path == "/api/v2/assets/events"
        self.questions += 1
        return (500, {}) if is_queued else (200, {"asset_events": [EVENT]})


@pytest.fixture
def queue() -> Queue:
    # More often than a server that is away is asked.
    return Queue(begins_after=3 * client.ATTEMPTS)


@pytest.fixture
def airflow(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Iterator[AirflowApi]:
    monkeypatch.setattr(client, "QUEUE_POLL_SECONDS", 0.01)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = queue.answer(urlsplit(self.path).path)
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        made = AirflowApi(f"http://127.0.0.1:{server.server_address[1]}", "admin", "p")
        made._session.trust_env = False
        yield made
        server.shutdown()


def test_an_event_is_waited_for_while_the_run_it_created_is_queued(airflow: AirflowApi) -> None:
    assert airflow.started_by(INGESTION, GATE) == "second"
    assert airflow.event_facts(INGESTION)["engine"] == "Spark 4.3.0"


def test_an_event_that_cannot_be_shown_for_another_reason_is_an_error(
    airflow: AirflowApi, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.is_empty = True
    monkeypatch.setattr("postloan.local_airflow.api.time.sleep", lambda _: None)
    with pytest.raises(PostloanError, match="does not answer"):
        airflow.started_by(INGESTION, GATE)


def test_what_is_paused_of_ours_is_named_the_list_of_the_morning_first(
    airflow: AirflowApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        {"dag_id": name, "is_paused": name != "stage_overdue_loans"}
        for name in (GATE, "expire_old_data", "somebody_elses", "stage_overdue_loans")
    ]
    found.append({"dag_id": "suppress_contacts", "is_paused": True})
    monkeypatch.setattr(AirflowApi, "call", lambda *_, **__: {"dags": found})
    assert airflow.paused_dags() == ("suppress_contacts", GATE)
