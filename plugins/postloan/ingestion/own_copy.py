"""A delivered file as it was at one moment, where nobody but us can change it.

A file is read more than once: hashed, counted, unpacked, read by an engine by its name. Whoever can
write to the landing zone could swap it between two of these. So it is copied first, and all that
follows, the hash too, is of the copy.
"""

import hashlib
import os
from pathlib import Path

from postloan.contracts.file_format import FileFormat
from postloan.ingestion.opened import open_delivered
from postloan.ingestion.unpack import check_size

_CHUNK = 64 << 20


def own_copy(delivered: Path, workshop: Path, form: FileFormat) -> Path:
    """A copy of a delivered file below a folder of our own, under the same names of its folders.

    Args:
        delivered: the file, in `<source>/<date>/`.
        workshop: a private folder for working files.
        form: says how large the file may be.

    Raises:
        DeliveryError: it is gone or no ordinary file any more, or larger than its contract allows.
    """
    target = workshop / "own" / delivered.parent.parent.name / delivered.parent.name
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = target / delivered.name
    with open_delivered(delivered) as source:
        _copy(source.fileno(), own, delivered.name, form)
    return own


def _copy(source: int, own: Path, name: str, form: FileFormat) -> None:
    """Copied by the kernel, so that it costs next to nothing beside reading the file."""
    copied = 0
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        while moved := os.sendfile(target.fileno(), source, None, _CHUNK):
            copied += moved
            check_size(name, copied, copied, form)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
