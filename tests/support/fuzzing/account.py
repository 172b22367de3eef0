"""Counts what became of the files, and what the worst of them cost."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.fuzzing.bombs import peak_megabytes
from tests.support.fuzzing.spoiled_file import Outcome, SpoiledFile


@dataclass
class Account:
    """What became of the files of a feed so far.

    Attributes:
        feed: the feed.
        files: how many there will be.
        kinds: files by what became of them.
        broken: what a file did that none may, with the name that finds it again.
        slowest: (seconds, name) of the file that took longest, all its readings together.
    """

    feed: str
    files: int
    kinds: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "none")
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Files that were counted."""
        return sum(self.kinds.values())

    def count(self, file: SpoiledFile, found: Outcome | str, seconds: float) -> None:
        """Count one more file."""
        self.kinds[found.kind if isinstance(found, Outcome) else "broken"] += 1
        self.slowest = max(self.slowest, (seconds, file.name))
        if isinstance(found, str):
            self.broken.append(f"{file.name}\n{found}")

    def told(self) -> str:
        """The account as one line for a person who waits."""
        rate = self.done / (time.monotonic() - self.started)
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        seconds, name = self.slowest
        return (
            f"{self.feed}: {self.done} of {self.files}, {rate:.0f} a second: {kinds}; "
            f"slowest {seconds:.1f} s ({name}), peak {peak_megabytes()} MB"
        )
