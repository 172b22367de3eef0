"""Processes and their descendants: who is alive, and ending all of them.

Every process we start leads a session of its own, so that its descendants can be found even when
it was killed and cannot be asked any more.
"""

import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from postloan.settings import Settings

GRACE_SECONDS = 20.0


@dataclass(frozen=True)
class Started:
    """A session leader that we started; the time tells it from a later process of that number."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "Started":
        """Remember a process that has just been started."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return cls(pid, time.time())

    def is_alive(self) -> bool:
        """Whether that very process is still running."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.created) < 1
            return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False


def members(leader: Started) -> list[int]:
    """Live processes of the session. A number in use as a session is not given to strangers."""
    if psutil.pid_exists(leader.pid):
        try:
            if abs(psutil.Process(leader.pid).create_time() - leader.created) >= 1:
                return []
        except psutil.NoSuchProcess:
            pass
    members = []
    for process in psutil.process_iter(["status"]):
        try:
            is_ours = os.getsid(process.pid) == leader.pid
        except (ProcessLookupError, PermissionError):
            continue
        if is_ours and process.info["status"] != psutil.STATUS_ZOMBIE:
            members.append(process.pid)
    return members


def _send(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end(leaders: Iterable[Started], grace_seconds: float = GRACE_SECONDS) -> None:
    """End sessions: politely through their leaders, then everything that is left of them."""
    leaders = list(leaders)
    _send((s.pid for s in leaders if s.is_alive()), signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while any(s.is_alive() for s in leaders) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = [pid for s in leaders for pid in members(s)]
    _send(left, signal.SIGTERM)
    deadline = time.monotonic() + (3 if left else 0)
    while any(members(s) for s in leaders) and time.monotonic() < deadline:
        time.sleep(0.1)
    _send((pid for s in leaders for pid in members(s)), signal.SIGKILL)


def record_file(home: Settings) -> Path:
    """Where it is on record what the supervisor of a home has started."""
    return home.airflow_home / "processes.json"


def recorded(home: Settings) -> dict[str, Started]:
    """What the last supervisor started, itself included."""
    try:
        text = record_file(home).read_text(encoding="utf-8")
        return {name: Started(**found) for name, found in json.loads(text).items()}
    except (FileNotFoundError, ValueError, TypeError):
        return {}
