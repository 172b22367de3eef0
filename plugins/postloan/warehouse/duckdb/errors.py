"""What DuckDB says when something is wrong with its file, in words that say what to do."""

import re

import duckdb

from postloan.errors import RunAgainError, WarehouseError
from postloan.text.shown_text import shown

_KINDS: tuple[tuple[str, type[WarehouseError], str], ...] = (
    (
        r"No space left|Disk quota|File too large|max_temp_directory_size|failed to offload",
        RunAgainError,
        "the disk of {place} is full. Nothing of it was written; make room there, then run it "
        "again.",
    ),
    (
        r"Out of Memory",
        RunAgainError,
        "its memory is used up. Nothing was written; end other work, or give it more "
        "(memory_limit=… in POSTLOAN_WAREHOUSE), then run it again.",
    ),
    (
        r"version number|newer version of DuckDB|older version of DuckDB|storage version",
        WarehouseError,
        "{place} was written by another version of DuckDB. Use the version of the requirements, or "
        "carry the warehouse over with the version that wrote it: "
        "python -m postloan admin migrate.",
    ),
    (
        r"Is a directory",
        WarehouseError,
        "{place} is a folder, not a file. Move it away, or name a file in POSTLOAN_WAREHOUSE.",
    ),
    (
        r"Permission denied|Operation not permitted",
        WarehouseError,
        "this user may not read and write {place}. Give it the right, or name another file in "
        "POSTLOAN_WAREHOUSE.",
    ),
    (
        r"Read-only file system|read-only mode",
        WarehouseError,
        "{place} lies where nothing can be written. Mount its disk for writing.",
    ),
    (
        r"[Cc]orrupt|not a valid DuckDB|enough bytes|[Dd]eserializ|Serialization Error",
        WarehouseError,
        "{place} is damaged, or no warehouse at all. Nothing was changed in it. Put its last copy "
        "back, or move it away and take the deliveries in again: the landing zone still holds "
        "them.",
    ),
    (
        r"INTERNAL Error",
        WarehouseError,
        "DuckDB failed at {place} for a reason of its own. What was not committed is gone; run it "
        "again, and report it where it fails again.",
    ),
    (
        r"database has been invalidated|Connection Error|connection has been closed",
        RunAgainError,
        "an earlier error has ended the connection to {place}. What was not committed is gone; run "
        "it again.",
    ),
    (
        r"No such file or directory|Not a directory",
        WarehouseError,
        "{place} cannot be made where POSTLOAN_WAREHOUSE says. Make its folder, or correct the "
        "path.",
    ),
    (
        r"IO Error|Failed to commit",
        RunAgainError,
        "{place} cannot be read or written. Look at its disk and its rights, then run it again.",
    ),
)


def explained(error: duckdb.Error, what: str, path: str) -> WarehouseError | None:
    """The error as one for a person; None where it is about a statement, not about the file.

    Args:
        error: what DuckDB raised.
        what: what was being done, such as "Cannot open the warehouse".
        path: the file of the warehouse.
    """
    text = str(error)
    place = shown(path, 200)
    if isinstance(error, duckdb.DataError | duckdb.IntegrityError | duckdb.ProgrammingError):
        return None
    for pattern, kind, told in _KINDS:
        if re.search(pattern, text):
            return kind(f"{what}: {told.format(place=place)}")
    return None
