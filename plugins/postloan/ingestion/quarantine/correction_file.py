"""Reads the rows that a person has corrected.

Two layouts: the quarantine file as it was published, its `raw_text` edited, and a CSV with
`line_no` and the columns of the feed. A row that was left as it is corrects nothing. The apostrophe
that keeps a spreadsheet from running a cell is taken off, exactly one; characters that are shown by
their numbers in `raw_text` become themselves again.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from postloan.contracts import FeedContract
from postloan.errors import DeliveryError
from postloan.files.spreadsheet import unguarded
from postloan.ingestion.quarantine.quarantine import COLUMNS, MORE_ROWS, fields_of, raw_text_of
from postloan.ingestion.quarantine.reprocess_request import LINE
from postloan.ingestion.reading.names import told_file

Fields = list[str]
_BREAKS = re.compile(r"[\0\r\n]")


def read_corrections(path: Path, feed: FeedContract, held: Mapping[int, str]) -> bytes:
    """The corrected rows in the form in which they are kept: `line_no` and the feed's columns.

    Args:
        path: the file of the person.
        feed: the contract of the feed.
        held: line -> raw text of the rows in quarantine; only these can be corrected.

    Raises:
        DeliveryError: says what in which line of the file cannot be used; holds no value.
    """
    corrected: dict[int, Fields] = {}
    for place, line_no, fields in _rows(path, feed, held):
        if line_no in corrected:
            raise DeliveryError(f"{place}: line_no {line_no} is corrected twice. Keep one row.")
        if any(_BREAKS.search(value) for value in fields):
            raise DeliveryError(f"{place}: a value holds a line break or a NUL. Remove it.")
        corrected[line_no] = fields
    if not corrected:
        raise DeliveryError(
            f"{path.name}: no row is corrected. Edit raw_text of the rows to correct, or leave "
            f"--from out to have the rows judged again as they are."
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["line_no", *(c.name for c in feed.file_columns)])
    writer.writerows([line_no, *fields] for line_no, fields in sorted(corrected.items()))
    return text.getvalue().encode()


def _rows(
    path: Path, feed: FeedContract, held: Mapping[int, str]
) -> Iterator[tuple[str, int, Fields]]:
    """Place for messages, line of the delivered file, and values of every corrected row."""
    names = [c.name for c in feed.file_columns]
    records = _records(path)
    _, header = next(records, ("", []))
    is_published = tuple(header) == COLUMNS
    if not is_published and sorted(header) != sorted(["line_no", *names]):
        raise DeliveryError(
            f"{path.name}: the header is neither that of the quarantine file "
            f"({','.join(COLUMNS)}) nor line_no,{','.join(names)}."
        )
    for place, record in records:
        if len(record) != len(header):
            raise DeliveryError(f"{place}: {len(record)} fields; the header has {len(header)}.")
        row = dict(zip(header, record, strict=True))
        if is_published and row["reason"] == MORE_ROWS:
            continue
        line_no = _held_line(row["line_no"], held, place)
        if not is_published:
            yield place, line_no, [unguarded(row[name]) for name in names]
        elif (raw := raw_text_of(row["raw_text"])) != held[line_no]:
            yield place, line_no, _fields(raw, names, place)


def _records(path: Path) -> Iterator[tuple[str, Fields]]:
    if not path.is_file():
        raise DeliveryError(f"{told_file(path.name)} is not a file. Name the file to correct from.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            for record in reader:
                if record:
                    yield f"{path.name}, line {reader.line_num}", record
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DeliveryError(
            f"{path.name} cannot be read as CSV in UTF-8 ({type(error).__name__})."
        ) from error


def _held_line(text: str, held: Mapping[int, str], place: str) -> int:
    if not LINE.fullmatch(text):
        raise DeliveryError(f"{place}: line_no is not a line of the delivered file.")
    if int(text) not in held:
        raise DeliveryError(
            f"{place}: line {text} of the delivered file is not in quarantine. Only refused rows "
            f"can be corrected, and of a delivery that was refused as a whole those that its file "
            f"lists; for others the sender delivers the date again."
        )
    return int(text)


def _fields(raw: str, names: list[str], place: str) -> Fields:
    """The values of an edited record."""
    try:
        fields = fields_of(raw)
    except csv.Error:
        fields = []
    if len(fields) != len(names):
        raise DeliveryError(
            f"{place}: raw_text must be one CSV record of {len(names)} fields "
            f"({','.join(names)}), and has {len(fields)}."
        )
    return fields
