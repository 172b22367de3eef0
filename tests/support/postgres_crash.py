"""A PostgreSQL of which processes are killed, and that comes back by its own recovery."""

import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from tests.support.postgres import TestServer

PATIENCE_SECONDS = 120
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = 'postloan'"


def backend(server: TestServer, database: str) -> psutil.Process:
    """The process of the server that works for the only warehouse open on a database."""
    with psycopg.connect(server.url()) as connection:
        ((process,),) = connection.execute(BACKENDS, [database]).fetchall()
    return psutil.Process(process)


def processes(server: TestServer) -> list[psutil.Process]:
    """The processes of a server; the first has started the others, which end without it."""
    first = _first_process(server)
    return [first, *first.children(recursive=True)]


def wait_for_end(killed: list[psutil.Process]) -> None:
    """Wait until processes are gone that were killed, or end because of others that were."""
    _, left = psutil.wait_procs(killed, PATIENCE_SECONDS)
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in left)


def wait_for_recovery(server: TestServer) -> None:
    """Wait until the server lets somebody in; after a crash it takes its time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(server.url()).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def restart(server: TestServer) -> None:
    """Start a server of which no process is left; it recovers from its log."""
    with suppress(psutil.NoSuchProcess):
        # A dead process that nobody has asked for looks alive to those who start the server.
        if _first_process(server).status() == psutil.STATUS_ZOMBIE:
            _note(server).unlink()
    server.server.ensure_postgres_running()


def _note(server: TestServer) -> Path:
    return Path(server.server.pgdata) / "postmaster.pid"


def _first_process(server: TestServer) -> psutil.Process:
    return psutil.Process(int(_note(server).read_text().split("\n")[0]))
