"""Parquet: typed columns become the text that a well-made text file would hold.

A moment without a zone is the lender's own, as text is. One with a zone is told by the clock of the
lender's zone, for a feed tells no zone.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading.header import check_names
from postloan.ingestion.reading.lines import FieldsWriter
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.normalise import Normalised
from postloan.ingestion.reading.parquet_pages import (
    BrokenPagesError,
    GiantFooterError,
    check_footer,
    pages,
)
from postloan.ingestion.reading.unpack import check_size
from postloan.settings import settings
from postloan.text.advice import is_of_the_machine
from postloan.text.shown_text import some

_OUT_OF_MEMORY = "bad_alloc"
"""How Arrow tells that memory is used up while a footer is made; the file is not to blame."""
_ROWS_AT_ONCE = 16_384
_READ_AT_ONCE = 1 << 20
_HELD_AT_ONCE = 512 << 20
_BYTES_AT_ONCE = 64 << 20
"""A long value that the file holds once may stand in every row; so much text is made at a time."""


def read_parquet(
    path: Path,
    file: str,
    names: Sequence[str],
    form: FileFormat,
    writer: FieldsWriter,
    dates: Collection[str] = (),
) -> Normalised:
    """Write the rows of a Parquet file as text; a row counts as a line, from 1.

    Args:
        path: the file.
        file: its name as delivered, for messages.
        names: columns of the feed.
        form: how large it may be.
        writer: takes the rows.
        dates: columns that are days by contract; a midnight in them is its day.

    Raises:
        DeliveryError: it is no Parquet file, has other columns, or holds types that are not exact.
    """
    packed, unpacked = path.stat().st_size, 0
    try:
        with path.open("rb") as stream:
            check_footer(stream)
        with pq.ParquetFile(path) as parquet:
            _check(parquet, file, names)
            _check_pages(path, file, parquet.metadata, form)
        # Column by column it is read piece by piece, and not a whole column at once.
        how = {"read_dictionary": list(names), "buffer_size": _READ_AT_ONCE}
        with pq.ParquetFile(path, **how) as parquet:
            for batch in parquet.iter_batches(_ROWS_AT_ONCE):
                for part in _bounded(batch):
                    unpacked += sum(_settle(writer, fields) for fields in _rows(part, dates))
                    check_size(told_file(file), packed, unpacked, form)
    except GiantFooterError as error:
        raise DeliveryError(
            f"{told_file(file)}: its footer tells of so many row groups and columns that more "
            f"memory would have to be held than any feed needs. Nothing was loaded. Have it "
            f"written with larger row groups (100,000 rows and more)."
        ) from error
    except (pa.ArrowException, OSError, UnicodeError, BrokenPagesError) as error:
        if is_of_the_machine(error) or isinstance(error, MemoryError):
            raise
        if _OUT_OF_MEMORY in str(error):
            raise MemoryError from error
        raise DeliveryError(
            f"{told_file(file)}: not a whole Parquet file, which the contract says it is. It is "
            f"truncated, damaged or of another format. Deliver it again."
        ) from error
    tally = writer.tally
    return tally.account(tally.records + tally.refused)


def _check(parquet: pq.ParquetFile, file: str, names: Sequence[str]) -> None:
    check_names(file, parquet.schema_arrow.names, names, "Parquet")
    inexact = [f.name for f in parquet.schema_arrow if not _is_exact(f.type)]
    if inexact:
        raise DeliveryError(
            f"{told_file(file)}: columns of a type that is not exact text, integer, decimal, date, "
            f"timestamp or boolean: {some(inexact)}. Deliver amounts as decimals, never "
            f"floating-point numbers."
        )


def _check_pages(path: Path, file: str, metadata: pq.FileMetaData, form: FileFormat) -> None:
    """Stop a file whose pages unpack to too much, whatever its footer says of them.

    A value that stands in many rows counts once.
    """
    packed, unpacked = path.stat().st_size, 0
    # A reader holds a page of each column, packed and unpacked, and that of its dictionary.
    largest: dict[int, dict[int, int]] = {}
    with path.open("rb") as stream:
        for page in pages(stream, metadata):
            unpacked += page.unpacked
            check_size(told_file(file), packed, unpacked, form)
            held = largest.setdefault(page.row_group, {})
            held[page.column] = max(held.get(page.column, 0), page.packed + page.unpacked)
            if sum(held.values()) > _HELD_AT_ONCE:
                raise DeliveryError(
                    f"{told_file(file)}: its pages are so large that more than "
                    f"{_HELD_AT_ONCE >> 20} MB would have to be held at once. Nothing was loaded. "
                    f"Have it written with pages of a usual size (1 MB)."
                )


def _settle(writer: FieldsWriter, fields: Sequence[str]) -> int:
    """Settle one row; how long it is, refused or not."""
    record = ",".join(fields).encode("utf-8", "surrogateescape")
    writer.settle_fields(record, fields)
    return len(record)


def _is_exact(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_integer,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_boolean,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows of a batch, so few at a time that their text has bounded size."""
    values = (c.dictionary for c in batch.columns if pa.types.is_dictionary(c.type))
    texts = (v.cast(pa.string()) for v in values)
    longest = sum(pc.max(pc.binary_length(text)).as_py() or 0 for text in texts)
    rows = max(1, _BYTES_AT_ONCE // (longest + 1))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _rows(batch: pa.RecordBatch, dates: Collection[str]) -> Iterator[tuple[str, ...]]:
    columns = [
        ["" if value is None else value for value in _texts(column, is_day=name in dates)]
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return zip(*columns, strict=True)


def _texts(column: pa.Array, *, is_day: bool) -> list[str | None]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not pa.types.is_timestamp(kind):
        return _decoded(column.cast(pa.string()))
    moments = column.cast(kind)
    if kind.tz is not None:
        moments = pc.local_timestamp(moments.cast(pa.timestamp(kind.unit, settings().timezone)))
    # A fraction of a second stays, so that the row is refused as it would be in a text file.
    texts = pc.replace_substring_regex(moments.cast(pa.string()), r"\.0+$", "")
    return list((pc.replace_substring(texts, " 00:00:00", "") if is_day else texts).to_pylist())


def _decoded(column: pa.Array) -> list[str | None]:
    """The values of a column of text; nothing in Parquet sees to it that they are UTF-8."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        values = column.cast(pa.binary()).to_pylist()
        return [v if v is None else v.decode("utf-8", "surrogateescape") for v in values]
