"""Opening a delivered file by its name, which somebody else may be changing at this moment."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from postloan.errors import DeliveryError
from postloan.ingestion.reading.names import told_file


def open_delivered(path: Path) -> BufferedReader:
    """A delivered file, open for reading; the caller closes it.

    A link is not followed, and a pipe put in its place is not waited for. A file with a second name
    is not read either: under that name it may be a file of somebody else, who has not delivered it,
    and may go on changing.

    Raises:
        DeliveryError: it is gone, no ordinary file any more, has another name besides, or may not
            be read.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except PermissionError as error:
        raise DeliveryError(
            f"{told_file(path.name)} cannot be read: this user has no right to. Nothing was "
            f"loaded. Have its mode or group changed (chmod, or the umask of whoever delivers)."
        ) from error
    except OSError as error:
        raise _swapped(path) from error
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode):
        os.close(number)
        raise _swapped(path)
    if found.st_nlink > 1:
        os.close(number)
        raise DeliveryError(
            f"{told_file(path.name)} is a hard link: the same file has another name too. "
            f"Nothing was loaded. Deliver a copy of its own (cp, not ln), manifest.json last."
        )
    return os.fdopen(number, "rb")


def _swapped(path: Path) -> DeliveryError:
    return DeliveryError(
        f"{told_file(path.name)} was there and is none any more, or no ordinary file. "
        f"Nothing was loaded. Deliver it again, manifest.json last."
    )
