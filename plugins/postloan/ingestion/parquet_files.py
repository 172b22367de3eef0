"""Parquet: typed columns become the text that a well-made text file would hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.header import check_names
from postloan.ingestion.lines import LineWriter
from postloan.ingestion.normalise import Normalised
from postloan.ingestion.unpack import check_size

_ROWS_AT_ONCE = 16_384
_BYTES_AT_ONCE = 64 << 20
"""A long value that the file holds once may stand in every row; so much text is made at a time."""


def read_parquet(
    path: Path, file: str, names: Sequence[str], form: FileFormat, writer: LineWriter
) -> Normalised:
    """Write the rows of a Parquet file as text; a row counts as a line, from 1.

    Raises:
        DeliveryError: it is no Parquet file, has other columns, or holds types that are not exact.
    """
    packed, unpacked = path.stat().st_size, 0
    try:
        with pq.ParquetFile(path) as parquet:
            _check(parquet, file, names)
            check_size(file, packed, _declared(parquet), form)
        with pq.ParquetFile(path, read_dictionary=list(names)) as parquet:
            for batch in parquet.iter_batches(_ROWS_AT_ONCE):
                for part in _bounded(batch):
                    unpacked += sum(_settle(writer, fields) for fields in _rows(part))
                    check_size(file, packed, unpacked, form)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise DeliveryError(
            f"{file}: not a whole Parquet file, which the contract says it is. It is truncated, "
            f"damaged or of another format. Deliver it again."
        ) from error
    tally = writer.tally
    return tally.account(tally.records + tally.refused)


def _check(parquet: pq.ParquetFile, file: str, names: Sequence[str]) -> None:
    check_names(file, parquet.schema_arrow.names, names, "Parquet")
    inexact = [f.name for f in parquet.schema_arrow if not _is_exact(f.type)]
    if inexact:
        raise DeliveryError(
            f"{file}: columns of a type that is not exact text, integer, decimal, date or boolean: "
            f"{', '.join(inexact)}. Deliver amounts as decimals, never floating-point numbers."
        )


def _declared(parquet: pq.ParquetFile) -> int:
    """Bytes that the file says it unpacks to, a value that stands in many rows counted once."""
    groups = range(parquet.metadata.num_row_groups)
    return sum(parquet.metadata.row_group(g).total_byte_size for g in groups)


def _settle(writer: LineWriter, fields: Sequence[str]) -> int:
    """Settle one row; how long it is, refused or not."""
    record = ",".join(fields).encode("utf-8")
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


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[str, ...]]:
    columns = [
        ["" if value is None else value for value in column.cast(pa.string()).to_pylist()]
        for column in batch.columns
    ]
    return zip(*columns, strict=True)
