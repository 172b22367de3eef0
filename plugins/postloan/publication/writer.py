"""The one CSV writer, so that every engine's rows become the same bytes.

UTF-8 with a byte order mark and CRLF line ends, for people who open the files in Excel. Text that
a spreadsheet would run as a formula, or would change because it looks like a number or a date,
begins with an apostrophe; the contracts of the files say so. Numbers stay numbers.
"""

import codecs
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.errors import PublicationError
from postloan.files.spreadsheet import guarded


@dataclass(frozen=True)
class WrittenFile:
    """What was written: data rows without the header, and the hash of the bytes."""

    rows: int
    sha256: str


def _text(value: Any) -> str:
    """One value in its one text form; floats are refused, for they have several."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ", timespec="microseconds")
        case int() | date():
            return str(value)
        case str():
            return guarded(value)
    raise TypeError(f"No text form for {type(value).__name__}.")


def _cell(value: Any) -> str:
    text = _text(value)
    # Empty text is quoted, so that it differs from no value.
    if value == "" or any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _line(values: Iterable[Any]) -> bytes:
    return (",".join(map(_cell, values)) + "\r\n").encode()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> WrittenFile:
    """Write one file, row by row, never holding more than one row.

    Args:
        path: the new file; its folder exists.
        header: one name per column.
        rows: values as the warehouse gives them; the first column is the key and rises strictly.

    Returns:
        Data rows and SHA-256.

    Raises:
        PublicationError: the rows do not come in strictly rising order of their key.
        TypeError: a value has no single text form, such as a float.
    """
    digest, count, last = hashlib.sha256(), 0, None
    with path.open("wb") as stream:

        def put(line: bytes) -> None:
            stream.write(line)
            digest.update(line)

        put(codecs.BOM_UTF8 + _line(header))
        for row in rows:
            if last is not None and not last < row[0]:
                raise PublicationError(
                    f"{path.name}, row {count + 1}: keys must rise strictly, for files to be the "
                    f"same on every engine. Check the collation of the database."
                )
            put(_line(row))
            last, count = row[0], count + 1
        stream.flush()
        os.fsync(stream.fileno())
    return WrittenFile(count, digest.hexdigest())
