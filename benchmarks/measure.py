"""Seconds and peak memory of a piece of work, in a process of its own where memory counts."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support import quiet_exit


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
    """Largest resident memory this process has had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


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
