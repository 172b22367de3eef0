"""Several commands at once on one home: who is there, whose turn it is, who stops Airflow.

Everybody who uses the embedded Airflow is on record in a file that he keeps locked: the operating
system gives the lock back however he ends, so nobody is waited for who is gone. An Airflow that was
started for one command only is stopped by whoever leaves it last; one that `up` started stays.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from postloan.files.modes import close_doors
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.control import connect, is_supervised, start, stop
from postloan.local_airflow.watch import Watch
from postloan.settings import Settings

LOOK_AGAIN_SECONDS = 0.5
TELL_AGAIN_SECONDS = 60.0

ME = uuid4().hex
"""This process; numbers of processes are not unique where several containers share a home."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class User:
    """A command that is at work.

    Attributes:
        pid: its process.
        command: how it was called.
        since: when it began, by the clock of this machine.
    """

    pid: int
    command: str
    since: str

    @classmethod
    def of_this_process(cls) -> "User":
        """The command that this process runs."""
        now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        return cls(os.getpid(), " ".join(sys.argv[1:]) or "a program", now)

    def __str__(self) -> str:
        return f"`{self.command}` (process {self.pid}, since {self.since})"


def _users(home: Settings) -> Path:
    return home.airflow_home / "users"


def _mark_of_passage(home: Settings) -> Path:
    """There while Airflow runs for the commands that use it, and for nobody else."""
    return home.airflow_home / "stops_with_its_users"


def _lock(path: Path) -> TextIO | None:
    """An exclusive lock, held until the file is closed; None while somebody else has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stream = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    return stream


def _written(path: Path) -> User | None:
    """Who wrote a file of ours; None while he is writing it."""
    try:
        return User(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _sign(stream: TextIO) -> None:
    stream.truncate(0)
    stream.write(json.dumps(asdict(User.of_this_process())))
    stream.flush()


@contextmanager
def _at_the_door(home: Settings, tell: Tell = lambda _: None) -> Iterator[None]:
    """Nobody else comes or goes meanwhile."""
    began, has_told = time.monotonic(), False
    while (stream := _lock(home.airflow_home / "door.lock")) is None:
        if time.monotonic() - began > 1 and not has_told:
            tell("Another command is stopping Airflow; waiting for it …")
            has_told = True
        time.sleep(LOOK_AGAIN_SECONDS / 5)
    with stream:
        yield


def users(home: Settings) -> list[User]:
    """Everybody who uses the embedded Airflow now, this process left out."""
    if not _users(home).is_dir():
        return []
    with _at_the_door(home):
        return _others(home)


def _others(home: Settings) -> list[User]:
    found = []
    for path in sorted(_users(home).glob("*.json")):
        if path.stem == ME:
            continue
        stream = _lock(path)
        if stream is None:
            found.append(_written(path) or User(0, "a command", "now"))
        else:
            # It was killed.
            with stream:
                path.unlink()
    return found


@contextmanager
def using(home: Settings, tell: Tell, *, for_now: bool = False) -> Iterator[None]:
    """Be on record as a user of the embedded Airflow; the last one stops it if nobody keeps it.

    Args:
        home: the installation.
        tell: gets a line where somebody is waited for, or Airflow is stopped.
        for_now: an Airflow that this command starts is to be stopped again.
    """
    path = _users(home) / f"{ME}.json"
    with _at_the_door(home, tell):
        if for_now and not is_supervised(home) and not _others(home):
            _mark_of_passage(home).touch(mode=0o600)
        stream = _lock(path)
        if stream is None:
            raise RuntimeError("This process uses Airflow already.")
        _sign(stream)
    try:
        yield
    finally:
        with _at_the_door(home), stream:
            path.unlink(missing_ok=True)
            _leave(home, tell)


@contextmanager
def airflow(home: Settings, tell: Tell, *, for_now: bool = False) -> Iterator[AirflowApi]:
    """The Airflow of this installation, watched over while this command uses it.

    Args:
        home: the installation.
        tell: gets a line where something is waited for or mended.
        for_now: start an Airflow that does not run, and stop it again.

    Raises:
        PostloanError: the home cannot be used, or Airflow does not run or does not come up.
    """
    if os.environ.get("POSTLOAN_AIRFLOW_URL"):
        yield AirflowApi.of(home)
        return
    close_doors(home)
    with using(home, tell, for_now=for_now):
        api = start(home, tell) if for_now else connect(home, tell)
        api.keeper = Watch(home, tell)
        yield api


def _leave(home: Settings, tell: Tell) -> None:
    if not _mark_of_passage(home).exists():
        return
    others = _others(home)
    if others:
        tell(f"Airflow goes on: {others[0]} uses it, and the last one stops it.")
        return
    if is_supervised(home):
        tell("Stopping Airflow again; `make up` starts it and leaves it running.")
    stop(home)
    _mark_of_passage(home).unlink(missing_ok=True)


def let_it_stay(home: Settings) -> None:
    """Airflow stays when its users have gone."""
    _mark_of_passage(home).unlink(missing_ok=True)


def stop_after_users(home: Settings, tell: Tell) -> bool:
    """Wait until nobody uses Airflow any more, and stop it; whether it was running."""
    if not home.airflow_home.is_dir():
        return False
    told_at, told = -TELL_AGAIN_SECONDS, ""
    while True:
        with _at_the_door(home, tell):
            found = _others(home)
            if not found:
                let_it_stay(home)
                return stop(home)
        words = ", ".join(map(str, found))
        if words != told or time.monotonic() - told_at > TELL_AGAIN_SECONDS:
            tell(f"Airflow is in use: {words}. Waiting …")
            told_at, told = time.monotonic(), words
        time.sleep(LOOK_AGAIN_SECONDS)


@contextmanager
def turn(home: Settings, name: str, tell: Tell) -> Iterator[None]:
    """Do something that only one command may do at a time; others are waited for, and named.

    Args:
        home: the installation.
        name: what it is about: a business date, or another short name.
        tell: gets a line while somebody is waited for.
    """
    path = home.airflow_home / "turns" / f"{name}.lock"
    told_at: float | None = None
    while (stream := _lock(path)) is None:
        if told_at is None or time.monotonic() - told_at > TELL_AGAIN_SECONDS:
            tell(f"  {_written(path) or 'another command'} is at work on {name}; waiting …")
            told_at = time.monotonic()
        time.sleep(LOOK_AGAIN_SECONDS)
    with stream:
        _sign(stream)
        yield
