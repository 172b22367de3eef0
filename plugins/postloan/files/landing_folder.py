"""Our door into the landing zone, through which every file goes that we put there.

The folder of a source may belong to its sender, who can put a link in the place of a folder
between two of our steps. So unfinished work lies in `landing/.writing/`, which is ours alone, and a
finished file gets its place by the folder itself, which we hold open, and not by a path.
"""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType

from postloan.errors import DeliveryError

MANIFEST = "manifest.json"
UNFINISHED = ".writing"
"""Beside the folders of the sources; no source begins with a dot."""
_CHUNK = 1 << 20
# Where a folder may only be passed through, it need not be readable.
_ON_THE_WAY = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)


def open_below(top: Path, parts: Sequence[str], *, make: bool = False) -> int:
    """A descriptor of a folder, found step by step, so that no link below `top` is followed.

    Args:
        top: where the way begins; a link there is followed.
        parts: the names of the folders on the way.
        make: make the folders that are not there.

    Raises:
        OSError: a folder is not there, or a link or a file stands in its place (ENOTDIR).
    """
    descriptor = os.open(top, _ON_THE_WAY)
    for part in parts:
        try:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            following = os.open(part, _ON_THE_WAY | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = following
    return descriptor


def workshop_of(landing: Path, source: str, business_date: date) -> Path:
    """Where the unfinished files of a delivery lie."""
    return landing / UNFINISHED / source / business_date.isoformat()


def make_workshop(landing: Path, source: str, business_date: date) -> Path:
    """Make the folder for unfinished files, or find the one of an earlier attempt.

    Raises:
        DeliveryError: somebody else could have put something there.
    """
    landing.mkdir(parents=True, exist_ok=True)
    ours = landing / UNFINISHED
    with suppress(FileExistsError):
        ours.mkdir(mode=0o700)
    found = ours.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != os.geteuid()
        or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise DeliveryError(
            f"{UNFINISHED} in the landing zone is no folder that this user alone can write to. "
            f"Nothing was written. Remove it; it holds unfinished work only, which is done anew."
        )
    folder = workshop_of(landing, source, business_date)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class LandingFolder:
    """`landing/<source>/<date>`, held open while a delivery is written there.

    Attributes:
        source: who delivers.
        business_date: the date that the delivery is for.
        workshop: where files are written; what is put in place leaves it.
    """

    def __init__(self, landing: Path, source: str, business_date: date) -> None:
        self.source, self.business_date = source, business_date
        self.workshop = make_workshop(landing, source, business_date)
        parts = (source, business_date.isoformat())
        try:
            self._folder = open_below(landing, parts, make=True)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            raise DeliveryError(
                f"{'/'.join(parts)} in the landing zone is a link, or a link or a file lies on the "
                f"way to it. Nothing was written to where it leads. Remove it; what lies on "
                f"another disk is mounted, not linked."
            ) from None

    def __enter__(self) -> "LandingFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._folder)
        with suppress(OSError):
            # It stays where it holds something still: pages, or what the next attempt goes on with.
            self.workshop.rmdir()

    def holds(self, name: str, sha256: str, most_bytes: int) -> bool:
        """Whether an ordinary file of these bytes lies in its place already.

        Args:
            name: of the file.
            sha256: of its bytes.
            most_bytes: a larger file is not read to its end, for it cannot be the one that is
                meant: a sparse one is of any size for nothing, another may grow meanwhile.
        """
        try:
            number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
        except OSError:
            return False
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_size > most_bytes:
            os.close(number)
            return False
        digest, size = hashlib.sha256(), 0
        with os.fdopen(number, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > most_bytes:
                    return False
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def begin(self) -> None:
        """Take the manifest away: a delivery that is being replaced must not look complete."""
        self._remove(MANIFEST)

    def complete(self, names: Iterable[str]) -> None:
        """Put finished files of the workshop in their places, and its manifest last."""
        self.begin()
        for name in (*names, MANIFEST):
            self._put(name)

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._folder)

    def _put(self, name: str) -> None:
        """Give a finished file its name; whatever had it, a link or a pipe too, is replaced."""
        own = self.workshop / name
        try:
            os.rename(own, name, dst_dir_fd=self._folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The source's folder is a file system of its own.
            self._copy(own, name)
            own.unlink()

    def _copy(self, own: Path, name: str) -> None:
        unfinished = f".{name}.unfinished"
        self._remove(unfinished)
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        number = os.open(unfinished, new, 0o600, dir_fd=self._folder)
        with own.open("rb") as source, os.fdopen(number, "wb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
            target.flush()
            os.fsync(number)
        os.rename(unfinished, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
