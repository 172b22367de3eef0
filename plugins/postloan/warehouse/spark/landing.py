"""Delivered files as rows: lines numbered in parallel, and the reader of normalised files."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from pyarrow import csv

from postloan.warehouse.models import translate
from postloan.warehouse.spark.dialect import DIALECT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LONGEST_RECORD = 20_000_000
ONE_BLOCK_BYTES = 4 << 20
"""Spark never cuts a file that is no longer than `spark.sql.files.openCostInBytes`."""


def normalised_batches(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a file that our own reader has normalised, some megabytes at a time.

    Args:
        path: CSV, UTF-8, LF, header; an empty field, quoted or not, is no value.
        schema: its columns and their types.

    Raises:
        pa.ArrowInvalid: the file is not what our reader writes.
    """
    reader = csv.open_csv(
        path,
        csv.ReadOptions(block_size=2 * LONGEST_RECORD),
        csv.ParseOptions(double_quote=True, escape_char=False, newlines_in_values=True),
        csv.ConvertOptions(
            column_types=dict(zip(schema.names, schema.types, strict=True)),
            include_columns=schema.names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    yield from reader


def delivered_rows(spark: "SparkSession", path: Path, columns: Sequence[str]) -> "DataFrame":
    """The records of a plain file as text, each with its line; the header's is 1.

    Every worker reads blocks of its own. A record knows its place within the block, and the block
    how many lines lie before it.

    Args:
        spark: the session.
        path: UTF-8, LF, a header row, no quotes, every line a record; all workers can read it.
        columns: names of its columns; an empty field is NULL.
    """
    read = spark.read.text(f"file://{path.resolve()}", lineSep="\n").selectExpr(
        "value", "_metadata.file_block_start as block", "monotonically_increasing_id() as place"
    )
    numbered = read.selectExpr("value", f"place + {_first_line(read, path)} as line_no")
    fields = (f"nullif(fields[{n}], '') as `{name}`" for n, name in enumerate(columns))
    return (
        numbered.where("line_no > 1")
        .selectExpr("line_no", "split(value, ',', -1) as fields")
        .selectExpr("line_no", *fields)
    )


def _first_line(read: "DataFrame", path: Path) -> str:
    """What to add to the place of a record to get its line, as an expression over its block."""
    if path.stat().st_size <= ONE_BLOCK_BYTES:
        return "1"
    blocks = read.groupBy("block").agg({"place": "min", "*": "count"}).collect()
    shifts, lines = [], 1
    for block, first, count in sorted(tuple(b) for b in blocks):
        shifts.append(f"when {block} then {lines - first}L")
        lines += count
    return f"case block {' '.join(shifts)} end"


def plain_rows(rows: "DataFrame", typed: Mapping[str, str], is_plain: str) -> "DataFrame":
    """The rows that are right beyond doubt, in their types.

    Args:
        rows: records as text, with their line.
        typed: column -> its value, in the DuckDB dialect over the text.
        is_plain: which records are kept; may name `typed_<column>` too.
    """
    values = (f"{_in_spark(value)} as `typed_{column}`" for column, value in typed.items())
    kept = (f"`typed_{column}` as `{column}`" for column in typed)
    return rows.selectExpr("*", *values).where(_in_spark(is_plain)).selectExpr("line_no", *kept)


@cache
def _in_spark(expression: str) -> str:
    return translate(sqlglot.parse_one(expression, read="duckdb"), DIALECT)
