"""Kills at random moments of a write, and what was found after them."""

import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, NamedTuple, Self

import psutil

from postloan.settings import REPOSITORY
from tests.support.slice_writer import BEGUN, COMMITTED, HELD, READY, REFUSED, TABLES
from tests.support.spark import FOR_A_SHORT_LIFE

PATIENCE_SECONDS = 300
"""A busy machine may take its time; what takes longer hangs."""
PLACES = ("in the first table", "in the second", "at the commit", "too late")
"""Where a kill may find the writer."""
WORDS = (BEGUN, *TABLES)
"""What the writer says as it comes to each of the places, the last of them apart."""
BEYOND = 1.1
"""Kills at the commit come within the time it takes and a tenth more: some just after it."""


class Moment(NamedTuple):
    """When to kill: so far into the time that one of the places takes."""

    place: int
    part: float


def moments(seed: int, kills: int) -> Iterator[Moment]:
    """Random moments; all places have their turn, however short they are.

    The first place comes first in every turn: few kills would else all come too late at times.
    """
    chance = random.Random(seed)  # noqa: S311 (spreads kills only)
    first, *others, commit = range(len(WORDS))
    turn: list[int] = []
    for _ in range(kills):
        turn = turn or [first, *chance.sample([*others, commit], len(others) + 1)]
        place = turn.pop(0)
        yield Moment(place, chance.random() * (BEYOND if place == commit else 1))


class Said(NamedTuple):
    """What a writer has said, and when."""

    at: float
    word: str


class Writer:
    """A running `slice_writer`."""

    def __init__(self, url: str, eights: int, log: Path) -> None:
        """Start it and wait until it has opened the warehouse; what it complains of is logged."""
        path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
        self._log = log
        with log.open("ab") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.slice_writer", url, str(eights)],
                cwd=REPOSITORY,
                env={**os.environ, **FOR_A_SHORT_LIFE, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
        assert self.process.stdin
        assert self.process.stdout
        self._asked: IO[str] = self.process.stdin
        self._said: queue.Queue[Said | None] = queue.Queue()
        threading.Thread(target=self._listen, args=[self.process.stdout], daemon=True).start()
        assert self._next() == READY

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Whatever is left of it is killed."""
        if self.process.poll() is None:
            left = psutil.Process(self.process.pid)
            for process in [*left.children(recursive=True), left]:
                process.kill()
            self.process.wait()

    def _listen(self, lines: IO[str]) -> None:
        for line in lines:
            at, _, word = line.strip().partition(" ")
            self._said.put(Said(float(at), word))
        self._said.put(None)

    def hear(self) -> Said | None:
        """What it says next; None once it has ended."""
        return self._said.get(timeout=PATIENCE_SECONDS)

    def _next(self) -> str:
        said = self.hear()
        return said.word if said else f"ended: {self._log.read_text(errors='replace')[-4000:]}"

    def _ask(self, words: str) -> None:
        self._asked.write(f"{words}\n")
        self._asked.flush()

    def held(self) -> str:
        """What both tables hold as it sees them."""
        self._ask(HELD)
        return self._next()

    def begin(self, content: str) -> Said:
        """Let it write."""
        self._ask(content)
        said = self.hear()
        assert said is not None, self._log.read_text(errors="replace")[-4000:]
        assert said.word == BEGUN
        return said

    def rest(self) -> list[Said]:
        """What it says of a write that has begun, to its end or that of the process."""
        told: list[Said] = []
        while (said := self.hear()) is not None:
            told.append(said)
            if said.word.startswith((COMMITTED, REFUSED)):
                break
        return told

    def write(self, content: str) -> list[float]:
        """Let it write undisturbed; the seconds that each place took."""
        told = [self.begin(content), *self.rest()]
        assert [said.word for said in told] == [*WORDS, COMMITTED], self._next()
        return [after.at - before.at for before, after in pairwise(told)]

    def end(self) -> int:
        """Let it end, or see how it has ended; its return code."""
        with suppress(BrokenPipeError):
            self._asked.close()
        return self.process.wait(PATIENCE_SECONDS)


@dataclass
class Kill:
    """One kill.

    Attributes:
        at: when, by the clock of the machine.
        told: what the writer has said of the write, before the kill and after it.
    """

    at: float
    told: list[Said]

    @property
    def place(self) -> str:
        """Where in its work it found the writer."""
        before = [said.word for said in self.told if said.at <= self.at]
        return PLACES[sum(word in (*WORDS, COMMITTED) for word in before) - 1]

    @property
    def last_word(self) -> str:
        """The last word of the writer."""
        return self.told[-1].word


def kill_in(
    writer: Writer, content: str, moment: Moment, seconds: list[float], kill: Callable[[], None]
) -> Kill:
    """Let a writer write, and kill in the midst.

    Args:
        writer: a writer that has nothing to do.
        content: what it writes.
        moment: when to kill.
        seconds: how long each place takes.
        kill: does it.
    """
    told = [writer.begin(content)]
    while told[-1].word != WORDS[moment.place]:
        said = writer.hear()
        assert said is not None, "the writer ended by itself"
        told.append(said)
    after = told[-1].at + seconds[moment.place] * moment.part - time.monotonic()
    time.sleep(max(0.0, after))
    kill()
    return Kill(time.monotonic(), told)


@dataclass
class Account:
    """What was killed, where, and what was found."""

    what: str
    seed: int
    seconds: list[float] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def count(self, kill: Kill, seconds: list[float], found: str) -> None:
        """Count one more kill, of a write whose places take so many seconds undisturbed."""
        self.places[kill.place] += 1
        self.seconds.append(sum(seconds))
        self.found[found] += 1

    @property
    def done(self) -> int:
        """Kills that were counted."""
        return self.found.total()

    @property
    def amid(self) -> int:
        """Kills that came before the commit had returned."""
        return self.done - self.places[PLACES[-1]]

    def told(self) -> str:
        """All of it in a line."""
        places = ", ".join(f"{self.places[place]} {place}" for place in PLACES)
        found = ", ".join(f"{self.found[state]} {state}" for state in ("old", "new"))
        span = f"{min(self.seconds):.2f} to {max(self.seconds):.2f} s"
        return (
            f"{self.what}, seed {self.seed}: {self.done} kills in writes of {span}; "
            f"{self.amid} amid the write ({places}); found {found}"
        )
