"""The quarantine as files that a sender can be shown.

One file per feed of a delivery, made from the quarantine table, so it can always be made again.
Refused rows hold personal data: the folder is for the owner alone. A refused row may hold anything,
so what a spreadsheet would run is guarded, and what would steer a terminal is shown by its number;
`raw_text_of` gives the very text back.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from postloan.ingestion.refusals import MAX_RECORD_BYTES
from postloan.shown_text import as_it_was, made_visible
from postloan.spreadsheet import guarded, unguarded
from postloan.warehouse import Warehouse
from postloan.warehouse.door import Row

COLUMNS = ("line_no", "column", "reason", "detail", "raw_text")
REFUSED = "refused"
"""Folder of the rows of a delivery that was refused as a whole."""

# Python's own limit is shorter than a field may be here.
csv.field_size_limit(4 * MAX_RECORD_BYTES)

_REFUSED = """
    select feed, line_no, column_name, reason, detail, raw_text
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    order by feed, line_no
"""


def publish_quarantine(
    warehouse: Warehouse,
    folder: Path,
    source: str,
    business_date: date,
    *,
    is_refused: bool = False,
) -> tuple[Path, ...]:
    """Write the refused rows of one delivery as files, and remove files that no longer hold.

    A delivery that is refused as a whole has its files in `refused/`, beside those of the
    delivery that is loaded, and until one is.

    Args:
        warehouse: holds the quarantine table.
        folder: the quarantine folder of the installation; made for the owner alone.
        source: source of the delivery.
        business_date: its date.
        is_refused: the quarantine table holds an attempt that will be rolled back.

    Returns:
        The files, one per feed with refused rows.
    """
    place = folder / source / business_date.isoformat()
    target = place / REFUSED if is_refused else place
    rows = warehouse.stream(_REFUSED, {"business_date": business_date, "source": source})
    written: list[Path] = []
    for feed, refused in groupby(rows, key=itemgetter(0)):
        for part in (folder, place.parent, place, target):
            _make_private(part)
        written.append(target / f"{feed}.csv")
        _write(written[-1], refused)
    for path in written:
        _unfinished(path).replace(path)
    stale = [*_files_of(target), *(() if is_refused else _files_of(place / REFUSED))]
    for path in stale:
        if path not in written:
            path.unlink()
    return tuple(written)


def read_refused(folder: Path, source: str, business_date: date) -> dict[str, dict[int, str]]:
    """The rows of an attempt that was refused as a whole: feed -> line -> raw text, as published.

    Args:
        folder: the quarantine folder of the installation.
        source: source of the delivery.
        business_date: its date.
    """
    held: dict[str, dict[int, str]] = {}
    for path in sorted((folder / source / business_date.isoformat() / REFUSED).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = {
                int(row["line_no"]): raw_text_of(row["raw_text"]) for row in csv.DictReader(stream)
            }
        if not path.name.startswith("."):
            held[path.stem] = rows
    return held


def raw_text_of(cell: str) -> str:
    """The refused record as it was delivered, from its cell in a published file."""
    return as_it_was(unguarded(cell))


def _cell(value: object) -> str:
    return guarded(made_visible("" if value is None else str(value)))


def fields_of(raw_text: str) -> list[str]:
    """The fields of a refused record.

    Raises:
        csv.Error: the text is no CSV record.
    """
    return next(csv.reader([raw_text], strict=True), [])


def _write(path: Path, refused: Iterable[Row]) -> None:
    with _unfinished(path).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for _, *cells in refused:
            writer.writerow([_cell(value) for value in cells])
    _unfinished(path).chmod(0o600)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}")


def _files_of(folder: Path) -> Iterator[Path]:
    """What an earlier delivery, or one that was interrupted, has left there."""
    yield from list(folder.glob("*.csv")) if folder.is_dir() else ()
    yield from list(folder.glob(".*.csv")) if folder.is_dir() else ()


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
