"""The quarantine as files that a sender can be shown.

One file per feed of a delivery, made from the quarantine table, so it can always be made again.
Refused rows hold personal data: the folder is for the owner alone.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

from postloan.warehouse import Warehouse

COLUMNS = ("line_no", "column", "reason", "detail", "raw_text")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_REFUSED = """
    select feed, line_no, column_name, reason, detail, raw_text
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    order by feed, line_no
"""


def publish_quarantine(
    warehouse: Warehouse, folder: Path, source: str, business_date: date
) -> tuple[Path, ...]:
    """Write the refused rows of one delivery as files, and remove files that no longer hold.

    Args:
        warehouse: holds the quarantine table.
        folder: the quarantine folder of the installation; made for the owner alone.
        source: source of the delivery.
        business_date: its date.

    Returns:
        The files, one per feed with refused rows.
    """
    target = folder / source / business_date.isoformat()
    rows = warehouse.stream(_REFUSED, {"business_date": business_date, "source": source})
    written: list[Path] = []
    stream: IO[str] | None = None
    feed_written = None
    try:
        for feed, *cells in rows:
            if feed != feed_written:
                if stream:
                    stream.close()
                _make_private(folder, target)
                written.append(target / f"{feed}.csv")
                stream = _unfinished(written[-1]).open("w", encoding="utf-8-sig", newline="")
                writer = csv.writer(stream)
                writer.writerow(COLUMNS)
                feed_written = feed
            writer.writerow([harmless(cell) for cell in cells])
    finally:
        if stream:
            stream.close()
    for path in written:
        _unfinished(path).chmod(0o600)
        _unfinished(path).replace(path)
    for path in _files_of(target):
        if path not in written:
            path.unlink()
    return tuple(written)


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}")


def _files_of(folder: Path) -> Iterator[Path]:
    """What an earlier delivery, or one that was interrupted, has left there."""
    yield from list(folder.glob("*.csv")) if folder.is_dir() else ()
    yield from list(folder.glob(".*.csv")) if folder.is_dir() else ()


def _make_private(folder: Path, target: Path) -> None:
    for part in (folder, target.parent, target):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.chmod(0o700)
