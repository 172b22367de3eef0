"""Parquet: typed columns become the text that a well-made text file would hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.header import check_names
from postloan.ingestion.lines import LineWriter
from postloan.ingestion.normalise import Normalised

_ROWS_AT_ONCE = 16_384


def read_parquet(
    path: Path, file: str, names: Sequence[str], form: FileFormat, writer: LineWriter
) -> Normalised:
    """Write the rows of a Parquet file as text; a row counts as a line, from 1.

    Raises:
        DeliveryError: it is no Parquet file, has other columns, or holds types that are not exact.
    """
    try:
        with pq.ParquetFile(path) as parquet:
            _check(parquet, file, names, form)
            for batch in parquet.iter_batches(_ROWS_AT_ONCE):
                for fields in _rows(batch):
                    writer.settle_fields(",".join(fields).encode("utf-8"), fields)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise DeliveryError(
            f"{file}: not a whole Parquet file, which the contract says it is. It is truncated, "
            f"damaged or of another format. Deliver it again."
        ) from error
    tally = writer.tally
    return tally.account(tally.records + tally.refused)


def _check(parquet: pq.ParquetFile, file: str, names: Sequence[str], form: FileFormat) -> None:
    check_names(file, parquet.schema_arrow.names, names, "Parquet")
    inexact = [f.name for f in parquet.schema_arrow if not _is_exact(f.type)]
    if inexact:
        raise DeliveryError(
            f"{file}: columns of a type that is not exact text, integer, decimal, date or boolean: "
            f"{', '.join(inexact)}. Amounts are decimals, never floating-point numbers."
        )
    groups = range(parquet.metadata.num_row_groups)
    unpacked = sum(parquet.metadata.row_group(g).total_byte_size for g in groups)
    if unpacked > form.max_bytes:
        raise DeliveryError(
            f"{file}: unpacks to {unpacked:,} bytes, its contract allows {form.max_bytes:,} "
            f"(maxBytes)."
        )


def _is_exact(kind: pa.DataType) -> bool:
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


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[str, ...]]:
    columns = [
        ["" if value is None else value for value in column.cast(pa.string()).to_pylist()]
        for column in batch.columns
    ]
    return zip(*columns, strict=True)
