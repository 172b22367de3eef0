"""The quarantine as files that a sender can be shown.

One file per feed of a delivery, made from the quarantine table, so it can always be made again. It
lists the first rows, as many as the rule says: a file that is cut at the wrong sign refuses every
line, and a line of one letter would become a hundred bytes. How many more there are is said in the
file, in a row of its own that nobody corrects.

Refused rows hold personal data: the folder is for the owner alone. A refused row may hold anything,
so what a spreadsheet would run is guarded, and what would steer a terminal is shown by its number;
`raw_text_of` gives the very text back.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from postloan.files.spreadsheet import guarded, unguarded
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES
from postloan.rules.kinds.parameters import QuarantineFiles
from postloan.rules.packs import rule_book
from postloan.text.shown_text import as_it_was, made_visible
from postloan.warehouse import Warehouse
from postloan.warehouse.engine import Row

COLUMNS = ("line_no", "column", "reason", "detail", "raw_text")
REFUSED = "refused"
"""Folder of the rows of a delivery that was refused as a whole."""
MORE_ROWS = "more_rows"
"""Stands as the reason in the row that says how many rows are not listed."""
PACK = "quarantine_files"

# Python's own limit is shorter than a field may be here.
csv.field_size_limit(4 * MAX_RECORD_BYTES)

_REFUSED = """
    select feed, line_no, column_name, reason, detail, raw_text
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    order by feed, line_no
"""

_ROWS = """
    select feed, count(*) as refused
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    group by feed
"""


class Listed(NamedTuple):
    """How many refused rows of one feed and date a file lists, and after how many bytes none."""

    rows: int
    megabytes: int


def listed_at_most(day: date) -> Listed:
    """The limits of the files for people, by the rules of a date.

    Raises:
        RuleError: the rules cannot be read.
    """
    told = rule_book().pack(PACK, day, QuarantineFiles).parameters
    return Listed(told.listed_rows.value, told.listed_megabytes.value)


def publish_quarantine(
    warehouse: Warehouse,
    folder: Path,
    source: str,
    business_date: date,
    *,
    refused_attempt: Mapping[str, int] | None = None,
) -> tuple[Path, ...]:
    """Write the refused rows of one delivery as files, and remove files that no longer hold.

    A delivery that is refused as a whole has its files in `refused/`, beside those of the
    delivery that is loaded, and until one is.

    Args:
        warehouse: holds the quarantine table.
        folder: the quarantine folder of the installation; made for the owner alone.
        source: source of the delivery.
        business_date: its date.
        refused_attempt: feed -> refused rows of an attempt that will be rolled back, of which the
            quarantine table holds at least as many as are listed; None where it holds what is
            loaded.

    Returns:
        The files, one per feed with refused rows.
    """
    place = folder / source / business_date.isoformat()
    is_refused, most = refused_attempt is not None, listed_at_most(business_date)
    target = place / REFUSED if is_refused else place
    given = {"business_date": business_date, "source": source}
    totals = refused_attempt or dict(warehouse.fetch(_ROWS, given))
    rows = warehouse.stream(_REFUSED, given)
    written: list[Path] = []
    for feed, refused in groupby(rows, key=itemgetter(0)):
        for part in (folder, place.parent, place, target):
            _make_private(part)
        written.append(target / f"{feed}.csv")
        listed, text = _listed(refused, most)
        more = totals[feed] - listed
        _write(written[-1], text, _note(more, totals[feed], given, is_refused) if more else "")
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
                int(row["line_no"]): raw_text_of(row["raw_text"])
                for row in csv.DictReader(stream)
                if row["reason"] != MORE_ROWS
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


def _listed(refused: Iterable[Row], most: Listed) -> tuple[int, str]:
    """How many rows are listed, and their lines."""
    text, listed, size = io.StringIO(), 0, 0
    writer = csv.writer(text)
    for _, *cells in refused:
        if listed == most.rows or size > most.megabytes << 20:
            break
        written = [_cell(value) for value in cells]
        writer.writerow(written)
        listed, size = listed + 1, size + sum(len(value.encode()) for value in written)
    return listed, text.getvalue()


def _note(more: int, rows: int, given: Mapping[str, object], is_refused: bool) -> str:
    """What the file says of the rows that it does not list."""
    delivered = f"landing/{given['source']}/{given['business_date']}/"
    whole = (
        f"Nothing of this delivery is loaded; all its rows are in the file as it was delivered "
        f"({delivered}). Only the rows listed here can be corrected."
        if is_refused
        else f"All are in the table quarantine, and in the file as it was delivered ({delivered})."
    )
    return (
        f"{more:,} more rows are refused and not listed here; they are {rows:,} in all, and this "
        f"file lists the first {rows - more:,} (rule pack {PACK}). {whole}"
    )


def _write(path: Path, listed: str, note: str) -> None:
    with _unfinished(path).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        if note:
            # First, because nobody looks for it behind thousands of rows.
            writer.writerow(["", "", MORE_ROWS, note, ""])
        stream.write(listed)
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
