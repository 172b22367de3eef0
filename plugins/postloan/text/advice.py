"""What to do about an error of the machine: full disk, missing rights, lost memory.

Such errors arise anywhere. Whoever talks to people (the command line, the tasks) asks here, so that
none of them reaches a person as the system words it.
"""

import errno
import re
from collections.abc import Iterator

from postloan.errors import PostloanError, RunAgainError
from postloan.text.shown_text import shown

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ADVICE = {
    errno.EACCES: "This user may not do that there. Give it the right to read and write the place.",
    errno.EPERM: "This user may not do that there. Give it the right to read and write the place.",
    errno.EROFS: "The file system is read-only. Mount it for writing, or move POSTLOAN_HOME.",
    errno.ENOENT: "It is not there. Look whether the path is right and its disk is mounted.",
    errno.ENOTDIR: "A file stands where a folder is needed. Move it away.",
    errno.EEXIST: "A file stands where a folder is needed. Move it away.",
    errno.EISDIR: "A folder stands where a file is needed. Move it away.",
    errno.EIO: "The disk does not answer as it should. Look at it before anything else is written.",
    errno.EMFILE: "Too many files are open. Raise the limit (ulimit -n), then run it again.",
    errno.ENAMETOOLONG: "The path is too long. Move POSTLOAN_HOME to a shorter one.",
    errno.ELOOP: "Links lead in a circle there. Remove them.",
}
OF_THE_MACHINE = FULL | _ADVICE.keys() - {errno.ENOENT}
"""Errors that no delivered file is to blame for."""


_FULL_WORDS = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|max_temp_directory_size"
    r"|failed to offload|database or disk is full|^IO_(?:ENOSPC|EDQUOT|EFBIG|WRITE)$"
)
"""How libraries that raise errors of their own say that a disk is full."""


def is_of_the_machine(error: BaseException) -> bool:
    """Whether an error tells of disk and rights here, not of the file that is being read."""
    return isinstance(error, OSError) and error.errno in OF_THE_MACHINE


def advised(error: BaseException) -> PostloanError | None:
    """An error of the machine in words that say what to do; None for any other.

    A library may have raised an error of its own on the way, or word it itself. One that passes
    once somebody has made room is a `RunAgainError`.
    """
    return next(filter(None, map(_advised, _with_causes(error))), None)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it; what a `raise … from None` has cut off is not looked at."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _advised(error: BaseException) -> PostloanError | None:
    if isinstance(error, MemoryError):
        return RunAgainError(
            "The memory of this machine is used up. Nothing half-done counts; end other work or "
            "give it more memory, then run it again."
        )
    if not isinstance(error, OSError):
        is_full = not isinstance(error, PostloanError) and _FULL_WORDS.search(str(error))
        return _disk_is_full("") if is_full else None
    place = f" at {shown(error.filename, 200)}" if error.filename else ""
    if error.errno in FULL:
        return _disk_is_full(place)
    told = _ADVICE.get(error.errno or 0)
    if told is None:
        told = "Look at the place and at the disk, then run it again."
        return RunAgainError(f"{_name(error)}{place}. {told}")
    return PostloanError(f"{_name(error)}{place}. {told}")


def _disk_is_full(place: str) -> RunAgainError:
    return RunAgainError(
        f"The disk is full{place}. What was being written does not count; make room on the disk of "
        f"POSTLOAN_HOME and on that of temporary files, then run it again."
    )


def _name(error: OSError) -> str:
    words = error.strerror or type(error).__name__
    return f"The system says '{shown(words)}'"
