"""Delivered files as rows: lines numbered in parallel, and the reader of normalised files."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from pyarrow import csv

from postloan.errors import WarehouseError
from postloan.warehouse.models import translate
from postloan.warehouse.spark.dialect import DIALECT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LONGEST_RECORD = 20_000_000
SMALL_FILE_BYTES = 1 << 20


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

    Args:
        spark: the session.
        path: UTF-8, LF, a header row, no quotes; all workers can read it, unless it is small. A
            line with too few or too many fields is passed over.
        columns: names of its columns; an empty field is NULL.

    Raises:
        WarehouseError: Spark has not read the lines of a block one after the other.
    """
    lines = _lines_here(spark, path) if is_small(path) else _lines_of_blocks(spark, path)
    fields = (f"nullif(fields[{n}], '') as `{name}`" for n, name in enumerate(columns))
    return (
        lines.where("line_no > 1")
        .selectExpr("line_no", "split(value, ',', -1) as fields")
        .where(f"size(fields) = {len(columns)}")
        .selectExpr("line_no", *fields)
    )


def is_small(path: Path) -> bool:
    """Whether a file is read here and its records are fetched; those of a larger one never are."""
    return path.stat().st_size <= SMALL_FILE_BYTES


def _lines_here(spark: "SparkSession", path: Path) -> "DataFrame":
    with path.open(encoding="utf-8", newline="\n") as stream:
        lines = stream.read().removesuffix("\n").split("\n")
    numbers = pa.array(range(1, len(lines) + 1), pa.int64())
    rows = pa.table({"line_no": numbers, "value": pa.array(lines, pa.string())})
    return spark.createDataFrame(rows, "line_no bigint, value string")


def _lines_of_blocks(spark: "SparkSession", path: Path) -> "DataFrame":
    """The lines of a file that many workers read, each some blocks of it.

    A line knows its place among those of its block, and the block how many lines lie before it.
    """
    from pyspark.sql import functions as f

    read = spark.read.text(f"file://{path.resolve()}", lineSep="\n").selectExpr(
        "value", "_metadata.file_block_start as block", "monotonically_increasing_id() as place"
    )
    blocks = (
        read.groupBy("block")
        .agg(*(f.expr(f"{what}(place)").alias(what) for what in ("min", "max", "count")))
        .collect()
    )
    shifts, before = [], 0
    for block, first, last, count in sorted(tuple(b) for b in blocks):
        if last - first + 1 != count:
            raise WarehouseError(
                f"{path.name}: the block at {block} was not read in one piece, so its lines cannot "
                f"be numbered. Nothing was loaded; report this defect."
            )
        shifts.append(f"when {block} then {before + 1 - first}L")
        before += count
    return read.selectExpr("value", f"place + case block {' '.join(shifts)} end as line_no")


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
