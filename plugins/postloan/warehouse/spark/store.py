"""Rows of tables in Parquet files, and as Spark sees them.

Every write of a table is a folder of its own that is never changed; whether it counts, the log
says. The partition column stands in the path, so that Spark reads only the dates it is asked for:

    <table>/version=<name of the write>/<partition column>=<value>/part-….parquet
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from postloan.errors import WarehouseError
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.gears import Gears
from postloan.warehouse.spark.log import Part, Parts, place_within

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SCRATCH = "_scratch"
PART = "_part"
"""Hidden column that tells where a row lies, for statements that rewrite some of the parts."""


class Store:
    """Reads and writes the parts of tables for one session."""

    def __init__(self, spark: "SparkSession", files: LakeFiles, local_rows: int) -> None:
        """Prepare a scratch folder for the temporary tables of the session.

        Args:
            spark: the session.
            files: the lake.
            local_rows: so many rows are handled without a job; also the size of the cache.
        """
        self.spark = spark
        self.files = files
        self.local_rows = local_rows
        self.gears = Gears(spark)
        self._scratch = f"{SCRATCH}/{uuid4().hex}"
        self._kept: dict[Part, pa.Table] = {}

    def close(self) -> None:
        """Remove the temporary tables."""
        self.files.remove(self._scratch)
        self._kept.clear()

    # Places -------------------------------------------------------------------------------

    def _folder(self, form: Form) -> str:
        return self._scratch if form.is_temporary else form.name

    def _place(self, form: Form, part: Part) -> str:
        return f"{self._folder(form)}/{place_within(form, part)}"

    def forget(self, form: Form, parts: Iterable[Part]) -> None:
        """Remove the files of parts that nobody has seen."""
        for part in parts:
            self._kept.pop(part, None)
            self.files.remove(self._place(form, part))

    # Reading ------------------------------------------------------------------------------

    def is_small(self, parts: Parts) -> bool:
        """Whether rows are few enough to be handled without a job."""
        return sum(p.rows for p in parts) <= self.local_rows

    def frame(self, form: Form, parts: Parts, *, with_part: bool = False) -> "DataFrame":
        """The rows of some parts as Spark sees them.

        Args:
            form: the table.
            parts: which rows.
            with_part: whether `PART` tells where each row lies: version and partition.
        """
        if self.is_small(parts):
            rows = self.rows(form, parts, with_part=with_part)
            ddl = f"{form.ddl}, `{PART}` string" if with_part else form.ddl
            # In one partition, so that no statement over few rows has to move any of them.
            return self.spark.createDataFrame(rows, ddl).coalesce(1)
        folder = self._folder(form)
        places = [self.files.uri(self._place(form, part)) for part in parts]
        read = self.spark.read.schema(f"{form.ddl}, `version` string")
        found = read.option("basePath", self.files.uri(folder)).parquet(*places)
        columns = [f"`{name}`" for name in form.columns]
        if with_part:
            value = f"cast(`{form.partition}` as string)" if form.partition else "''"
            columns.append(f"concat(version, '/', {value}) as `{PART}`")
        return found.selectExpr(*columns)

    def rows(self, form: Form, parts: Parts, *, with_part: bool = False) -> pa.Table:
        """The rows of a few small parts, here."""
        found = [self._rows_of(form, part, with_part) for part in parts if part.rows]
        schema = form.arrow.append(pa.field(PART, pa.string())) if with_part else form.arrow
        return pa.concat_tables(found) if found else schema.empty_table()

    def _rows_of(self, form: Form, part: Part, with_part: bool) -> pa.Table:
        if part not in self._kept:
            self._keep(part, self._read(form, part))
        rows = self._kept[part]
        if not with_part:
            return rows
        return rows.append_column(PART, pa.array([key_of(part)] * part.rows, pa.string()))

    def _keep(self, part: Part, rows: pa.Table) -> None:
        """Hold rows for the next statement; the oldest make room."""
        while self._kept and sum(p.rows for p in self._kept) + part.rows > 10 * self.local_rows:
            self._kept.pop(next(iter(self._kept)))
        self._kept[part] = rows

    def _read(self, form: Form, part: Part) -> pa.Table:
        tables = []
        for path in self.files.files_below(self._place(form, part)):
            if path.endswith(".parquet"):
                with self.files.open(path) as stream:
                    tables.append(pq.ParquetFile(stream).read())
        stored = pa.concat_tables([_as(form.stored, t) for t in tables])
        return _with_partition(form, stored, part.partition)

    # Writing ------------------------------------------------------------------------------

    def write_rows(self, form: Form, rows: pa.Table) -> Parts:
        """Write a few rows that are here.

        Args:
            form: the table.
            rows: its columns, in its types.

        Raises:
            WarehouseError: a required column has no value in some row.
        """
        missing = {n: rows.column(n).null_count for n in form.required}
        _refuse_missing(form, missing)
        version = uuid4().hex
        written = []
        for value in _values(form, rows):
            here = rows if value is None else _only(rows, str(form.partition), value)
            part = Part(version, None if value is None else value.isoformat(), here.num_rows)
            self._write_file(form, part, here)
            written.append(part)
            if here.num_rows <= self.local_rows:
                self._keep(part, here)
        return tuple(written)

    def _write_file(self, form: Form, part: Part, rows: pa.Table) -> None:
        stored = rows.select(form.stored.names)
        with self.files.open(f"{self._place(form, part)}/part-0.parquet", "wb") as stream:
            pq.write_table(stored, stream)

    def write_batches(self, form: Form, batches: Iterable[pa.RecordBatch]) -> Parts:
        """Write the rows of a temporary table as they come, without holding them all."""
        part, rows = Part(uuid4().hex, None, 0), 0
        path = f"{self._place(form, part)}/part-0.parquet"
        with (
            self.files.open(path, "wb") as stream,
            pq.ParquetWriter(stream, form.stored) as writer,
        ):
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        return (part._replace(rows=rows),) if rows else ()

    def write_frame(self, form: Form, frame: "DataFrame", *, is_small: bool) -> Parts:
        """Write the rows of a query.

        Args:
            form: the table; the frame has its columns in its types.
            frame: the query.
            is_small: whether it reads so little that its rows can be fetched.

        Raises:
            WarehouseError: a required column has no value in some row.
        """
        if is_small:
            rows = frame.toArrow()
            return self.write_rows(form, _as(form.arrow, rows)) if rows.num_rows else ()
        return self._write_job(form, frame)

    def _write_job(self, form: Form, frame: "DataFrame") -> Parts:
        from pyspark.sql import Observation
        from pyspark.sql import functions as f

        version, seen = uuid4().hex, Observation()
        missing = [f.count_if(f.col(f"`{n}`").isNull()).alias(f"no_{n}") for n in form.required]
        writer = frame.observe(seen, f.count(f.lit(1)).alias("rows"), *missing).write
        folder = f"{self._folder(form)}/version={version}"
        if form.partition:
            writer = writer.partitionBy(form.partition)
        writer.parquet(self.files.uri(folder))
        found = seen.get
        try:
            _refuse_missing(form, {n: found[f"no_{n}"] for n in form.required})
        except WarehouseError:
            self.files.remove(folder)
            raise
        if not found["rows"]:
            self.files.remove(folder)
            return ()
        if not form.partition:
            return (Part(version, None, found["rows"]),)
        return self._partitions(form, version, found["rows"])

    def _partitions(self, form: Form, version: str, rows: int) -> Parts:
        folder, start = f"{self._folder(form)}/version={version}", f"{form.partition}="
        names = [n for n in self.files.names(folder) if n.startswith(start)]
        values = [n.removeprefix(start) for n in names]
        if len(values) == 1:
            return (Part(version, values[0], rows),)
        return tuple(
            Part(version, value, self._count(f"{folder}/{name}"))
            for name, value in zip(names, values, strict=True)
        )

    def _count(self, folder: str) -> int:
        """Rows of the files in a folder, as their own ends tell."""
        total = 0
        for path in self.files.files_below(folder):
            if path.endswith(".parquet"):
                with self.files.open(path) as stream:
                    total += pq.read_metadata(stream).num_rows
        return total


def key_of(part: Part) -> str:
    """What `PART` says of the rows of a part."""
    return f"{part.version}/{part.partition or ''}"


def arrow_rows(form: Form, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows made in Python, in the types of a table.

    Raises:
        WarehouseError: a value is not of the type of its column; it is not repeated.
    """
    given = dict(zip(columns, zip(*rows, strict=True), strict=True))
    arrays = {}
    for name, kind in zip(form.columns, form.arrow.types, strict=True):
        values = given.get(name, itertools.repeat(None, len(rows)))
        try:
            arrays[name] = pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            raise WarehouseError(
                f"Table {form.name}: a value for {name} is no {form.columns[name]}."
            ) from None
    return pa.table(arrays, schema=form.arrow)


def _as(schema: pa.Schema, rows: pa.Table) -> pa.Table:
    """Rows in just these columns and types; a column that a file does not know yet is empty."""
    arrays = [
        rows.column(f.name).cast(f.type)
        if f.name in rows.column_names
        else pa.nulls(rows.num_rows, f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _with_partition(form: Form, stored: pa.Table, value: str | None) -> pa.Table:
    if form.partition is None:
        return stored
    repeated = pa.array([value], pa.string()).cast(form.arrow.field(form.partition).type)
    column = pc.take(repeated, pa.array([0] * stored.num_rows, pa.int32()))
    return stored.append_column(form.partition, column).select(list(form.columns))


def _values(form: Form, rows: pa.Table) -> list[Any]:
    """The partitions of some rows; only None where the table has no partitions."""
    if form.partition is None:
        return [None]
    return sorted(pc.unique(rows.column(form.partition)).to_pylist())


def _only(rows: pa.Table, column: str, value: Any) -> pa.Table:
    return rows.filter(pc.equal(rows.column(column), pa.scalar(value, rows.column(column).type)))


def _refuse_missing(form: Form, missing: dict[str, int]) -> None:
    empty = [f"{name} ({rows} rows)" for name, rows in missing.items() if rows]
    if empty:
        raise WarehouseError(
            f"Table {form.name}: no value for {', '.join(empty)}, which the contract requires. "
            f"Nothing was written."
        )
