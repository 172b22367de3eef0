"""A small client of Airflow's REST interface: what `day run`, `day reconcile` and `up` need."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import requests

from postloan.access.users import ADMIN
from postloan.errors import PostloanError
from postloan.local_airflow.address import airflow_address
from postloan.local_airflow.environment import base_url, password
from postloan.local_airflow.ours import OwnServerOnly, stranger_at
from postloan.settings import REPOSITORY, Settings
from postloan.text.shown_text import without_secrets

TIMEOUT_SECONDS = 30
ATTEMPTS = 6
ATTEMPTS_WHEN_KEPT = 24
"""Some minutes: SQLite may be locked for long while a machine has much to do."""
QUEUE_POLL_SECONDS = 1.0
LONGEST_QUEUE_SECONDS = 4 * 3600.0
"""As long as a run may take that the queued one waits for."""
LONGEST_REASON = 1500
"""Characters of what a failed task says."""
COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")

Json = dict[str, Any]


class AirflowAwayError(PostloanError):
    """Airflow does not answer."""


class Keeper(Protocol):
    """Somebody who knows what to do while Airflow is away, or a part of it."""

    def away(self, seconds: float) -> str:
        """It has not answered for so long; where to try again, or an error."""

    def back(self) -> None:
        """It answers again."""

    def look(self) -> bool:
        """Whether a part of it was started again since the last look."""


@dataclass(frozen=True)
class Run:
    """One DAG run, as far as following it goes."""

    dag_id: str
    run_id: str
    state: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it has succeeded or failed."""
        return self.state in ("success", "failed")

    @property
    def seconds(self) -> float:
        """How long it took, queueing left out."""
        if self.started_at is None or self.ended_at is None:
            return 0.0
        return (self.ended_at - self.started_at).total_seconds()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _run(found: Json) -> Run:
    queued = _moment(found.get("queued_at")) or _moment(found["run_after"])
    return Run(
        dag_id=found["dag_id"],
        run_id=found["dag_run_id"],
        state=found["state"],
        queued_at=queued,  # type: ignore[arg-type]
        started_at=_moment(found.get("start_date")),
        ended_at=_moment(found.get("end_date")),
    )


@dataclass
class AirflowApi:
    """One Airflow, reached over HTTP with a user's name and password."""

    url: str
    user: str
    password: str = field(repr=False)
    keeper: Keeper | None = field(default=None, repr=False)
    """Waits for an API server that is started again; without one it is soon given up."""
    own: Settings | None = field(default=None, repr=False)
    """The home whose embedded Airflow it is; None where the environment names another."""
    _session: requests.Session = field(default_factory=requests.Session, repr=False)
    _has_token: bool = False
    _door: OwnServerOnly | None = field(default=None, repr=False)

    @classmethod
    def of(cls, home: Settings) -> "AirflowApi":
        """The Airflow of this installation: the embedded one, unless the environment names another.

        `POSTLOAN_AIRFLOW_URL`, `POSTLOAN_AIRFLOW_USER` and `POSTLOAN_AIRFLOW_PASSWORD` do.
        """
        url = os.environ.get("POSTLOAN_AIRFLOW_URL")
        if url:
            return cls(
                airflow_address(url),
                os.environ.get("POSTLOAN_AIRFLOW_USER") or ADMIN,
                os.environ.get("POSTLOAN_AIRFLOW_PASSWORD") or "",
            )
        api = cls(base_url(home), ADMIN, password(home), own=home)
        api._keep_to_our_own()
        return api

    def _keep_to_our_own(self) -> None:
        """It is on this machine: no proxy has a say in it, and nobody else is talked to."""
        if self.own is not None:
            self._door = OwnServerOnly(self.own)
            self._session.trust_env = False
            self._session.mount("http://", self._door)
            self._session.mount("https://", self._door)

    @property
    def met_a_stranger(self) -> bool:
        """Whether another program answers in place of our Airflow; nothing was sent to it."""
        return self._door is not None and self._door.met_a_stranger

    # Talking ------------------------------------------------------------------------------

    def _log_in(self) -> None:
        answer = self._session.post(
            f"{self.url}/auth/token",
            json={"username": self.user, "password": self.password},
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status_code >= requests.codes.internal_server_error:
            raise requests.HTTPError("It cannot log anybody in yet.")
        if answer.status_code != requests.codes.created:
            raise PostloanError(
                f"Airflow at {self.url} does not accept the password of '{self.user}' "
                f"(status {answer.status_code}). Another Airflow may be running there."
            )
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._has_token = True

    def as_user(self, user: str, password: str) -> "AirflowApi":
        """The same Airflow, for another user."""
        other = AirflowApi(self.url, user, password, own=self.own)
        other._keep_to_our_own()
        return other

    def accepts_the_password(self) -> bool:
        """Whether Airflow answers and lets this user in."""
        try:
            self._log_in()
        except (PostloanError, requests.RequestException, ValueError, KeyError):
            return False
        return True

    def _once(self, method: str, path: str, **arguments: Any) -> requests.Response:
        if not self._has_token:
            self._log_in()
        answer = self._session.request(
            method, f"{self.url}{path}", timeout=TIMEOUT_SECONDS, **arguments
        )
        if answer.status_code == requests.codes.unauthorized:
            self._log_in()
            answer = self._session.request(
                method, f"{self.url}{path}", timeout=TIMEOUT_SECONDS, **arguments
            )
        return answer

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One request; an API server that is away or overloaded is asked again.

        One that stumbles over this very request is given up after some attempts; one that is not
        there at all is waited for as long as its keeper says.

        Raises:
            AirflowAwayError: Airflow cannot be reached.
            PostloanError: Airflow refuses the request, or its keeper gives it up.
        """
        began, attempt = time.monotonic(), 0
        while (answer := self._answer(method, path, **arguments)) is None:
            attempt += 1
            if self.keeper and not self._is_there():
                self.url = self.keeper.away(time.monotonic() - began)
                attempt = min(attempt, 2)
            elif attempt >= (ATTEMPTS_WHEN_KEPT if self.keeper else ATTEMPTS):
                raise AirflowAwayError(self._away())
            time.sleep(min(0.5 * 2**attempt, 8))
        if self.keeper:
            self.keeper.back()
        return answer.json() if answer.content else {}

    def _away(self) -> str:
        if self.met_a_stranger:
            return f"{stranger_at(self.url)} Start it: make up"
        return f"Airflow does not answer at {self.url}. Start it: make up"

    def _is_there(self) -> bool:
        """Whether anything answers at all."""
        try:
            self._session.get(f"{self.url}/api/v2/version", timeout=TIMEOUT_SECONDS)
        except requests.RequestException:
            return False
        return True

    def look(self) -> bool:
        """Whether a part of Airflow was started again since the last look, as its keeper knows."""
        return self.keeper.look() if self.keeper else False

    def _answer(self, method: str, path: str, **arguments: Any) -> requests.Response | None:
        """The answer to one request; None where the API server is away or stumbles."""
        try:
            answer = self._once(method, path, **arguments)
        except requests.RequestException:
            return None
        if answer.status_code >= requests.codes.internal_server_error:
            return None
        if not answer.ok:
            raise PostloanError(f"Airflow refused {method} {path}: {answer.text[:500]}")
        return answer

    def is_healthy(self) -> bool:
        """Whether all four components say that they are."""
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS)
            found = answer.json() if answer.ok else {}
        except (requests.RequestException, ValueError):
            return False
        return all((found.get(c) or {}).get("status") == "healthy" for c in COMPONENTS)

    # DAG runs -----------------------------------------------------------------------------

    def has_dag(self, dag_id: str) -> bool:
        """Whether the DAG processor has seen the DAG."""
        found = self.call("GET", "/api/v2/dags", params={"dag_id_pattern": dag_id, "limit": 100})
        return any(d["dag_id"] == dag_id for d in found["dags"])

    def paused_dags(self) -> tuple[str, ...]:
        """DAGs of ours that somebody has paused: no date, message or recall goes on behind them.

        What is paused of the list of the morning comes first. Expiry may wait.
        """
        ours = {path.stem for path in (REPOSITORY / "dags").glob("*.py")} - {"expire_old_data"}
        found = self.call("GET", "/api/v2/dags", params={"paused": "true", "limit": 100})
        names = {d["dag_id"] for d in found["dags"] if d["is_paused"]} & ours
        return tuple(sorted(names, key=lambda name: (name != "suppress_contacts", name)))

    def has_connection(self, name: str) -> bool:
        """Whether a connection of that name is kept in Airflow's own database."""
        found = self.call("GET", "/api/v2/connections", params={"connection_id_pattern": name})
        return any(c["connection_id"] == name for c in found["connections"])

    def trigger(self, dag_id: str, key: str, conf: Json | None = None) -> Run:
        """Start a run for a business date."""
        body = {"logical_date": None, "partition_key": key, "conf": conf or {}}
        return _run(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body))

    def run(self, dag_id: str, run_id: str) -> Run:
        """One run as it is now."""
        return _run(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"))

    def runs(self, dag_id: str, key: str) -> list[Run]:
        """The runs of a DAG for a business date, newest first."""
        found = self.call(
            "GET",
            f"/api/v2/dags/{dag_id}/dagRuns",
            params={"partition_key_pattern": key, "order_by": "-id", "limit": 50},
        )
        return [_run(r) for r in found["dag_runs"] if r.get("partition_key") == key]

    def active_keys(self, dag_id: str) -> set[str]:
        """Business dates that a DAG has queued or running runs for."""
        found = self.call(
            "GET",
            f"/api/v2/dags/{dag_id}/dagRuns",
            params={"state": ["queued", "running"], "order_by": "-id", "limit": 100},
        )
        return {r["partition_key"] for r in found["dag_runs"] if r.get("partition_key")}

    def task_states(self, run: Run) -> dict[str, str]:
        """Task -> state of one run."""
        found = self.call("GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")
        return {t["task_id"]: t["state"] or "" for t in found["task_instances"]}

    def xcom(self, run: Run, task_id: str, key: str = "return_value") -> Any:
        """What a task handed over; None where it did not."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}/xcomEntries"
        if not any(e["key"] == key for e in self.call("GET", path)["xcom_entries"]):
            return None
        return self.call("GET", f"{path}/{key}")["value"]

    def failure(self, run: Run) -> str:
        """The last error in the logs of the failed tasks of a run, in one line."""
        for task_id, state in self.task_states(run).items():
            if state == "failed":
                return f"{task_id}: {self._last_error(run, task_id)}"
        return "no task failed; see the run in the UI"

    def _last_error(self, run: Run, task_id: str) -> str:
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}"
        attempt = self.call("GET", path).get("try_number") or 1
        lines = self.call("GET", f"{path}/logs/{attempt}", params={"full_content": True})["content"]
        told = "it left no message; its process may have been killed"
        for line in lines if isinstance(lines, list) else []:
            for detail in (line.get("error_detail") or []) if isinstance(line, dict) else []:
                told = str(detail.get("exc_value") or told)
        return without_secrets(told, LONGEST_REASON)

    # Assets -------------------------------------------------------------------------------

    def _events(self, run: Run) -> list[Json]:
        """The asset events of a run.

        Airflow 3.3.2 fails to show an event while a run that it has created is queued, as it wants
        to tell when that run began. A queued run waits for another one, so it is waited for.
        """
        path = "/api/v2/assets/events"
        asked = {"source_dag_id": run.dag_id, "source_run_id": run.run_id, "limit": 10}
        deadline = time.monotonic() + LONGEST_QUEUE_SECONDS
        while (answer := self._answer("GET", path, params=asked)) is None:
            if time.monotonic() > deadline or not self._has_queued_runs():
                break
            time.sleep(QUEUE_POLL_SECONDS)
        shown = self.call("GET", path, params=asked) if answer is None else answer.json()
        found: list[Json] = shown["asset_events"]
        return found

    def _has_queued_runs(self) -> bool:
        asked = {"state": "queued", "limit": 1}
        return bool(self.call("GET", "/api/v2/dags/~/dagRuns", params=asked)["dag_runs"])

    def event_facts(self, run: Run) -> Json:
        """What the asset event of a run says about its work."""
        facts: Json = {}
        for event in self._events(run):
            facts |= event.get("extra") or {}
        return facts

    def started_by(self, run: Run, dag_id: str) -> str | None:
        """The run of another DAG that the asset event of this run has started, if it has."""
        return next(
            (
                str(started["run_id"])
                for event in self._events(run)
                for started in event.get("created_dagruns") or []
                if started["dag_id"] == dag_id
            ),
            None,
        )

    def pending(self) -> Iterator[tuple[str, str]]:
        """DAG and business date of runs that wait for events of further assets."""
        found = self.call("GET", "/ui/partitioned_dag_runs")
        for row in found.get("partitioned_dag_runs", []):
            yield str(row.get("dag_id")), str(row.get("partition_key"))

    # Pools --------------------------------------------------------------------------------

    def _pools(self) -> dict[str, Json]:
        return {p["name"]: p for p in self.call("GET", "/api/v2/pools")["pools"]}

    def set_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool, or give it that many slots."""
        body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
        known = self._pools()
        if name not in known:
            try:
                self.call("POST", "/api/v2/pools", json=body)
            except PostloanError:
                # Another command has made it in the same moment.
                if name not in self._pools():
                    raise
        elif known[name]["slots"] != slots:
            self.call(
                "PATCH",
                f"/api/v2/pools/{name}",
                json={k: body[k] for k in ("name", "slots")}
                | {"description": description, "include_deferred": False},
            )
