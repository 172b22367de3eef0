"""Somebody who swaps a folder of the landing zone for a link, between any two steps of a writer."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STEPS = ("open", "os.", "shutil.")
"""What Python tells of before it does it: opening, making, renaming, listing, removing, …"""
_armed: list[Callable[[str], None]] = []
_is_listening: list[bool] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    if _armed and event.startswith(STEPS) and args and isinstance(args[0], str | os.PathLike):
        _armed[-1](os.fspath(args[0]))


@contextmanager
def swapped_at(step: int, folder: Path, elsewhere: Path, top: Path) -> Iterator[list[int]]:
    """Swap a folder for a link just before the n-th step that this process takes there.

    Args:
        step: the number of the step, from 1.
        folder: what is swapped.
        elsewhere: where the link leads.
        top: steps on what lies below are counted, and those by a descriptor of a folder.

    Yields:
        How many steps were taken so far.
    """
    taken = [0]

    def swap(path: str) -> None:
        if Path(path).is_absolute() and not path.startswith(str(top)):
            return
        taken[0] += 1
        if taken[0] == step and folder.is_dir() and not folder.is_symlink():
            # Our own steps are none of the writer's.
            _armed.pop()
            folder.rename(folder.with_name(f"{folder.name}.aside"))
            folder.symlink_to(elsewhere)
            _armed.append(swap)

    if not _is_listening:
        # A hook cannot be taken back; without anybody in `_armed` it does nothing.
        sys.addaudithook(_hear)
        _is_listening.append(True)
    _armed.append(swap)
    try:
        yield taken
    finally:
        _armed.clear()


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that lies in a folder, with what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
