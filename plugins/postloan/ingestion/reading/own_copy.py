"""A delivered file as it was at one moment, where nobody but us can change it.

A file is read more than once: hashed, counted, unpacked, read by an engine by its name. Whoever can
write to the landing zone could swap it between two of these. So it is copied first, and all that
follows, the hash too, is of the copy.
"""

import hashlib
import os
import shutil
from pathlib import Path

from postloan.contracts.file_format import FileFormat
from postloan.errors import RunAgainError
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.opened import open_delivered
from postloan.ingestion.reading.unpack import check_size
from postloan.text.advice import FULL

_CHUNK = 64 << 20


def own_copy(delivered: Path, workshop: Path, form: FileFormat) -> Path:
    """A copy of a delivered file below a folder of our own, under the same names of its folders.

    Args:
        delivered: the file, in `<source>/<date>/`.
        workshop: a private folder for working files.
        form: says how large the file may be.

    Raises:
        DeliveryError: it is gone or no ordinary file any more, or larger than its contract allows.
        RunAgainError: there is no room for the copy.
    """
    target = workshop / "own" / delivered.parent.parent.name / delivered.parent.name
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = target / delivered.name
    with open_delivered(delivered) as source:
        name, size = told_file(delivered.name), os.fstat(source.fileno()).st_size
        # A sparse file takes no room where it lies, and all of it where it is copied to.
        check_size(name, size, size, form)
        if size > shutil.disk_usage(target).free:
            raise _no_room(name, size)
        try:
            _copy(source.fileno(), own, name, form)
        except OSError as error:
            if error.errno not in FULL:
                raise
            own.unlink(missing_ok=True)
            raise _no_room(name, size) from error
    return own


def _no_room(name: str, size: int) -> RunAgainError:
    return RunAgainError(
        f"The disk is full: there is no room for our own copy of {name} ({size:,} bytes). Nothing "
        f"was loaded; make room on the disk of POSTLOAN_HOME, then run it again. Where its rows "
        f"take much less, have the sender look at the file."
    )


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
