"""Seconds and peak memory of a piece of work, in a process of its own where memory counts."""

import math
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from postloan import quiet_exit


@dataclass
class Timings:
    """Seconds by name, in the order they were taken."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Take the wall-clock seconds of what happens inside."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        print(f"  {name:<44} {self.seconds[name]:8.2f} s", flush=True)

    def best_of(
        self,
        name: str,
        runs: int,
        work: Callable[[], object],
        clear: Callable[[], object] = lambda: None,
    ) -> None:
        """The quickest of several runs, each cleared away: noise on a machine only ever adds."""
        taken = []
        for _ in range(runs):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
            clear()
        self.seconds[name] = min(taken)
        print(f"  {name:<44} {min(taken):8.2f} s   (best of {runs})", flush=True)


def peak_memory_gb() -> float:
    """Largest resident memory of this process and of those it has started and still has, in GB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + sum(map(_peak_of, psutil.Process().children(recursive=True)))) * 1024 / 1e9


def _peak_of(process: psutil.Process) -> int:
    """Largest resident memory of a running process in KiB; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(s.split()[1]) for s in status.splitlines() if s.startswith("VmHWM")), 0)


class MemoryWatch:
    """The most memory that this process and all it starts hold at one time, while it is open.

    What several of them share counts once.
    """

    EVERY_SECONDS = 1.0

    def __init__(self) -> None:
        """Nothing has been seen yet."""
        self.peak_gb = 0.0
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._is_over.wait(self.EVERY_SECONDS):
            held = 0
            for process in (me, *me.children(recursive=True)):
                with suppress(psutil.Error):
                    held += process.memory_full_info().pss
            self.peak_gb = max(self.peak_gb, held / 1e9)


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent by which seconds grow with size, from the smallest to the largest; 1 is in step."""
    return math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])


@dataclass(frozen=True)
class Result:
    """Seconds by name and the peak memory of the process that took them."""

    seconds: dict[str, float]
    peak_gb: float


def in_own_process(work: Callable[..., Result], *args: object) -> Result:
    """Do a piece of work in a process of its own, so that its peak memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, quiet_exit.install) as pool:
        result = pool.submit(work, *args).result()
    print(f"  {'peak memory':<44} {result.peak_gb:8.2f} GB", flush=True)
    return result
