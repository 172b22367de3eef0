"""Start and stop the embedded Airflow, and wait until it is healthy."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from postloan.errors import PostloanError
from postloan.files.modes import UMASK, close_doors
from postloan.local_airflow.api import AirflowApi, AirflowAwayError
from postloan.local_airflow.environment import PREFERRED_PORT, check_port, known_port, write_private
from postloan.local_airflow.ours import stranger_at
from postloan.local_airflow.processes import end, recorded
from postloan.local_airflow.supervisor import is_locked, log_folder
from postloan.orchestration.defaults import POOL, SOURCES_POOL
from postloan.settings import REPOSITORY, Settings
from postloan.warehouse.spark.options import options_of

START_SECONDS = 240.0
STOP_SECONDS = 60.0
SERVER_SLOTS = 8
"""Tasks that may work in a database server at the same time."""
FETCHING_SLOTS = 4
"""Sources that may be asked at the same time."""


def is_supervised(home: Settings) -> bool:
    """Whether a supervisor is alive."""
    return is_locked(home)


def _stop_record(home: Settings) -> Path:
    """Who stopped Airflow last; gone while it is wanted."""
    return home.airflow_home / "stopped_by"


def stopped_by(home: Settings) -> str | None:
    """Who stopped Airflow; None where it was not stopped but killed."""
    try:
        return _stop_record(home).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def _supervisor_log(home: Settings) -> Path:
    return log_folder(home) / "supervisor.log"


def _start_supervisor(home: Settings) -> "subprocess.Popen[bytes]":
    check_port(home)
    _stop_record(home).unlink(missing_ok=True)
    home.airflow_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log_folder(home).mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(REPOSITORY / "plugins"), "POSTLOAN_HOME": str(home.home)}
    with _supervisor_log(home).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "postloan.local_airflow.supervisor"],
            env=environment,
            cwd=home.airflow_home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=UMASK,
        )


def _tail(path: Path) -> str:
    if not path.exists():
        return "(no log)"
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def start(home: Settings, tell: Callable[[str], None] = lambda _: None) -> AirflowApi:
    """Bring Airflow up, or mend what is left of it, and wait until every part is healthy.

    Args:
        home: the installation.
        tell: gets a line now and then while a person waits.

    Raises:
        PostloanError: it does not come up; the message holds the end of its log.
    """
    close_doors(home)
    began, started, stranger = time.monotonic(), None, ""
    if not is_supervised(home):
        tell("Starting Airflow (API server, scheduler, DAG processor, triggerer) …")
        started = _start_supervisor(home)
    while time.monotonic() < began + START_SECONDS:
        time.sleep(0.5)
        if not is_supervised(home):
            if started is None or (started.poll() is not None and not is_supervised(home)):
                break
            continue
        api = AirflowApi.of(home)
        if api.is_healthy() and _make_pools(home, api):
            if started is not None:
                _tell_port(home, tell)
            return api
        stranger = f" {stranger_at(api.url)}" if api.met_a_stranger else ""
    raise PostloanError(
        f"Airflow did not come up.{stranger} The end of {_supervisor_log(home)}:\n"
        f"{_tail(_supervisor_log(home))}\nMore in {log_folder(home)}."
    )


@dataclass(frozen=True)
class Pool:
    """A limit of how many tasks of one kind may run at the same time."""

    name: str
    slots: int
    purpose: str


def pools(home: Settings) -> tuple[Pool, ...]:
    """The pools that the DAGs name; DuckDB allows one process to work in the warehouse.

    Spark allows many, but where it works on this machine alone one task is enough for it.
    """
    url = home.warehouse_url
    is_cluster = url.startswith("spark") and not options_of(url).is_local
    has_servers = url.startswith("postgres") or is_cluster
    return (
        Pool(POOL, SERVER_SLOTS if has_servers else 1, "tasks that work in the warehouse"),
        Pool(SOURCES_POOL, FETCHING_SLOTS, "tasks that wait for a source"),
    )


def connect(home: Settings, tell: Callable[[str], None] = lambda _: None) -> AirflowApi:
    """The Airflow of this installation; one whose supervisor was killed is mended first.

    Raises:
        PostloanError: it was never started, or was stopped.
    """
    if os.environ.get("POSTLOAN_AIRFLOW_URL") or is_supervised(home):
        return AirflowApi.of(home)
    if recorded(home) and stopped_by(home) is None:
        return start(home, tell)
    raise PostloanError("Airflow is not running. Start it: make up (or run a demo: make run)")


def _make_pools(home: Settings, api: AirflowApi) -> bool:
    """Make the pools that the DAGs name; False where Airflow went away meanwhile."""
    try:
        for pool in pools(home):
            api.set_pool(pool.name, pool.slots, pool.purpose)
    except AirflowAwayError:
        return False
    return True


def _tell_port(home: Settings, tell: Callable[[str], None]) -> None:
    port = known_port(home)
    if port != PREFERRED_PORT and not home.airflow_port:
        tell(
            f"Airflow listens on port {port}, as {PREFERRED_PORT} was in use; "
            f"POSTLOAN_AIRFLOW_PORT names another."
        )


def stop(home: Settings) -> bool:
    """Stop Airflow, or end what a killed supervisor left behind; whether anything was running."""
    if home.airflow_home.is_dir():
        words = f"`{' '.join(sys.argv[1:]) or 'a program'}` (process {os.getpid()})"
        write_private(_stop_record(home), f"{words}\n")
    started = recorded(home)
    if not is_supervised(home):
        alive = [s for name, s in started.items() if name != "supervisor" and s.is_alive()]
        end(s for name, s in started.items() if name != "supervisor")
        return bool(alive)
    supervisor = started.get("supervisor")
    deadline = time.monotonic() + STOP_SECONDS
    if supervisor and supervisor.is_alive():
        os.kill(supervisor.pid, signal.SIGTERM)
    while is_supervised(home) and time.monotonic() < deadline:
        time.sleep(0.2)
        # A supervisor that is still preparing has put nothing on record yet.
        supervisor = supervisor or recorded(home).get("supervisor")
    if is_supervised(home):
        end(recorded(home).values(), grace_seconds=0)
    return True
