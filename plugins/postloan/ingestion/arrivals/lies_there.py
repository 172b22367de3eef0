"""What lies in a folder of the landing zone, as one hash, where nobody could read a list of it.

A person who lets go what could not be read has seen what lay there then. What is put there later is
something else, though it may fail in the same way, and has another hash.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from postloan.errors import DeliveryError
from postloan.ingestion.reading.manifest import MANIFEST, MAX_MANIFEST_BYTES
from postloan.ingestion.reading.opened import open_delivered

MAX_ENTRIES = 10_000
"""Of a folder with more, the first ones the system names and when an entry last came or went."""
MAX_PARTS = 10 * MAX_ENTRIES
MAX_DEPTH = 4


def hash_of_what_lies(path: Path) -> str:
    """A hash of what can be seen of a folder, or of whatever else lies under its name.

    Seen are the bytes of its manifest, and of each entry its name, kind, size and time of change,
    four folders deep. No link is followed, and no file of rows is opened.

    Args:
        path: the folder; it may be gone, closed, a link or a file.
    """
    seen = hashlib.sha256()
    for part in islice(_parts(path, MAX_DEPTH), MAX_PARTS):
        seen.update(len(part).to_bytes(8))
        seen.update(part)
    return seen.hexdigest()


def _parts(path: Path, depth: int) -> Iterator[bytes]:
    told, is_folder = _entry(path)
    yield told
    if path.name == MANIFEST:
        yield _manifest(path)
    if not is_folder or not depth:
        return
    try:
        with os.scandir(path) as entries:
            names = sorted(os.fsencode(entry.name) for entry in islice(entries, MAX_ENTRIES))
    except OSError:
        # Whoever may not look into it can tell when it was changed, and nothing else.
        return
    for name in names:
        yield name
        yield from _parts(path / os.fsdecode(name), depth - 1)


def _entry(path: Path) -> tuple[bytes, bool]:
    """Kind, size and time of change of what lies under a name, where a link leads; if a folder."""
    try:
        found = path.lstat()
        target = os.fsencode(path.readlink()) if stat.S_ISLNK(found.st_mode) else b""
    except OSError:
        return b"closed", False
    told = f"{stat.S_IFMT(found.st_mode)} {found.st_size} {found.st_mtime_ns} "
    return told.encode() + target, stat.S_ISDIR(found.st_mode)


def _manifest(path: Path) -> bytes:
    try:
        with open_delivered(path) as stream:
            return stream.read(MAX_MANIFEST_BYTES + 1)
    except (DeliveryError, OSError):
        return b"unread"
