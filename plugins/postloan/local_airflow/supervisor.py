"""Keeps the four Airflow processes running until it is told to stop.

One supervisor per `POSTLOAN_HOME`: it holds a lock for as long as it lives, and the operating
system gives the lock back however it dies. What it started is on record, so that the next
supervisor can end what a killed one left behind.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TextIO

from postloan.files.modes import UMASK, keep_private
from postloan.local_airflow.environment import (
    DATABASE,
    airflow_environment,
    base_url,
    choose_port,
    component_environment,
    write_private,
)
from postloan.local_airflow.health import signs_of_life
from postloan.local_airflow.processes import Started, end, record_file, recorded
from postloan.settings import Settings, settings

# The API server reads the log files itself; a second installation would want the same ports.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": ("airflow", "api-server"),
    "scheduler": ("postloan.local_airflow.scheduler", "--skip-serve-logs"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}
"""Component -> Python module that runs it, with options."""
SHORTEST_LIFE_SECONDS = 30
"""A process that lived longer is restarted at once; others ever more slowly."""
LONGEST_PAUSE_SECONDS = 30.0
HEALTH_CHECK_SECONDS = 10.0
SILENCE_SECONDS = 60.0
"""A component that has given no sign of life for that long is hung, and is started again."""
LOOK_SECONDS = 2.0
"""Somebody who only looks whether the lock is free has it for less."""
STARTING_SECONDS = 300.0
"""The first sign of life may take longer, on a slow machine."""


def lock_file(home: Settings) -> Path:
    """The file whose lock says that a supervisor is alive."""
    return home.airflow_home / "supervisor.lock"


def log_folder(home: Settings) -> Path:
    """Where the output of the processes goes."""
    return home.airflow_home / "logs" / "processes"


def take_lock(home: Settings, patience_seconds: float = 0) -> TextIO | None:
    """The lock, held until the file is closed; None when a supervisor has it.

    Args:
        home: the installation.
        patience_seconds: so long somebody may have it who only looks whether it is free.
    """
    lock_file(home).parent.mkdir(parents=True, exist_ok=True)
    stream = lock_file(home).open("a+", encoding="utf-8")
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                stream.close()
                return None
            time.sleep(0.02)
        else:
            return stream


def is_locked(home: Settings) -> bool:
    """Whether a supervisor has the lock. Many may look at the same time."""
    if not lock_file(home).exists():
        return False
    with lock_file(home).open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Supervisor:
    """Starts the components, restarts those that die or hang, stops them all on a signal.

    Args:
        home: the installation.
        environment: of every component, but for `component_environment`.
        commands: name of the component -> its command line.
    """

    def __init__(
        self, home: Settings, environment: Mapping[str, str], commands: Mapping[str, Sequence[str]]
    ) -> None:
        self.home = home
        self.commands = commands
        self.environment = dict(environment)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, Started] = {}
        self.silent_from: dict[str, float] = {}
        self.not_before: dict[str, float] = {}
        self.pauses: dict[str, float] = {}
        self.last_look = time.monotonic()
        self.is_stopping = False

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.started["supervisor"] = Started.of(os.getpid())
        try:
            while not self.is_stopping:
                for name in self.commands:
                    self._mend(name)
                self._look_for_silence()
                time.sleep(0.5)
        finally:
            end(s for name, s in self.started.items() if name != "supervisor")
            record_file(self.home).unlink(missing_ok=True)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _mend(self, name: str) -> None:
        """Start a component that is not running, unless it has just failed."""
        process, now = self.running.get(name), time.monotonic()
        if process is not None and process.poll() is None:
            return
        if process is not None:
            del self.running[name]
            self._note_death(name, process.returncode, now)
        if now >= self.not_before.get(name, 0):
            self._start(name)

    def _look_for_silence(self) -> None:
        """End components that are there but do nothing any more; they are started again then.

        A scheduler that met a locked database can wait for its own workers for ever.
        """
        # It looks into the record that is written here.
        from postloan.local_airflow.ours import OwnServerOnly

        now = time.monotonic()
        if now - self.last_look < HEALTH_CHECK_SECONDS:
            return
        self.last_look = now
        door = OwnServerOnly(self.home)
        for name, is_at_work in signs_of_life(base_url(self.home), door).items():
            if is_at_work:
                self.silent_from[name] = now + SILENCE_SECONDS
            elif name in self.running and now > self.silent_from[name]:
                print(f"{name} gives no sign of life; it is ended", flush=True)  # noqa: T201 (its own log)
                end([self.started[name]], grace_seconds=0)

    def _note_death(self, name: str, code: int, now: float) -> None:
        lived = time.time() - self.started[name].created
        last = self.pauses.get(name, 0.5)
        self.pauses[name] = (
            0.5 if lived > SHORTEST_LIFE_SECONDS else min(last * 2, LONGEST_PAUSE_SECONDS)
        )
        self.not_before[name] = now + self.pauses[name]
        # Its workers do not always notice that they are orphans.
        end([self.started[name]], grace_seconds=0)
        print(f"{name} ended with code {code}; it is started again", flush=True)  # noqa: T201 (its own log)

    def _start(self, name: str) -> None:
        folder = log_folder(self.home)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 (fixed commands)
                self.commands[name],
                env={**self.environment, **component_environment(self.home, name)},
                cwd=self.home.airflow_home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=UMASK,
            )
        self.running[name] = process
        self.started[name] = Started.of(process.pid)
        self.silent_from[name] = time.monotonic() + STARTING_SECONDS
        write_private(
            record_file(self.home),
            json.dumps({n: vars(s) for n, s in self.started.items()}, indent=2),
        )


def prepare_metadata(home: Settings, environment: Mapping[str, str]) -> None:
    """Create or upgrade Airflow's own database, once per version.

    A database whose first creation was interrupted holds nothing yet and is made anew.
    """
    from importlib.metadata import version

    stamp = home.airflow_home / "metadata-version"
    database = environment[DATABASE].split("@")[-1]
    current = f"{version('apache-airflow')} {database}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == current:
        return
    if not stamp.exists():
        for path in home.airflow_home.glob("airflow.db*"):
            path.unlink()
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        env=dict(environment),
        cwd=home.airflow_home,
        check=True,
    )
    write_private(stamp, current)


def main() -> int:
    """Supervise this installation; 0 also when another supervisor is there already."""
    keep_private()
    home = settings()
    lock = take_lock(home, patience_seconds=LOOK_SECONDS)
    if lock is None:
        return 0
    with lock:
        leftovers = [s for name, s in recorded(home).items() if name != "supervisor"]
        end(leftovers, grace_seconds=5)
        shutil.rmtree(home.airflow_home / "bundles", ignore_errors=True)
        environment = airflow_environment(home, choose_port(home))
        prepare_metadata(home, environment)
        commands = {name: [sys.executable, "-m", *module] for name, module in COMPONENTS.items()}
        Supervisor(home, environment, commands).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
