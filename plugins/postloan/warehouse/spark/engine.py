"""Spark, the distributed engine.

Statements run on Spark over immutable Parquet files; which of them count is said by a log of
commits (`log`), so that all writes of a transaction become visible together. What is known without
a job, such as the number of rows of a table, is answered without one: a day has hundreds of small
statements, and a job takes longer than they do.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from postloan.contracts import Table
from postloan.errors import RunAgainError, WarehouseError
from postloan.warehouse.capabilities import HasDataFrames, ReadsPlainFiles
from postloan.warehouse.engine import Row
from postloan.warehouse.migration import held_columns
from postloan.warehouse.models import Parameters
from postloan.warehouse.schema.plan import HeldColumn
from postloan.warehouse.spark.deletes import removal
from postloan.warehouse.spark.delta import DeltaLogs
from postloan.warehouse.spark.dialect import DIALECT
from postloan.warehouse.spark.errors import refusals
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form, form_of, temporary_form
from postloan.warehouse.spark.landing import (
    delivered_rows,
    is_small,
    normalised_batches,
    plain_rows,
)
from postloan.warehouse.spark.log import CommitLog
from postloan.warehouse.spark.options import DELTA, SparkOptions
from postloan.warehouse.spark.reading_trees import (
    counted,
    partition_text,
    spark_sql,
    tables_of,
    value_of,
)
from postloan.warehouse.spark.reshaping import Reshaped, repartitioned, reshaped
from postloan.warehouse.spark.session import new_session
from postloan.warehouse.spark.shared_reads import Staged, staged
from postloan.warehouse.spark.store import Store, arrow_rows
from postloan.warehouse.spark.tables import Tables
from postloan.warehouse.statement import Statement
from postloan.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


COLLECT_EVERY = 100
"""Statements after which Python is made to let go of old ones: PySpark holds them in circles, and
Java holds the plan, the rows and the joins of a statement for as long as Python does. It takes 0.1
to 0.2 s; a hundred statements over few rows take ten."""


class SparkWarehouse(Warehouse, ReadsPlainFiles, HasDataFrames):
    """The warehouse in a lake of Parquet files, with Spark to work on it."""

    dialect: ClassVar[str] = DIALECT

    def __init__(self, options: SparkOptions) -> None:
        """Start or join the Spark application of this process and open the lake.

        Args:
            options: where the lake is and who does the work.

        Raises:
            WarehouseError: Spark cannot be started, or the lake cannot be reached.
        """
        self.options = options
        files = LakeFiles(options.root)
        self.spark = new_session(options)
        self._store = Store(self.spark, files, options.local_rows)
        log = CommitLog(files)
        delta = DeltaLogs(files, log) if options.tables == DELTA else None
        self._tables = Tables(log, self._store, options.keep_hours, delta)
        self._asked = count(1)

    def close(self) -> None:
        """Remove the temporary tables; the Spark application stays for the next warehouse."""
        with suppress(RunAgainError), refusals("the end of the session"):
            self._tables.close()
        self._store.close()
        if self.options.remote:
            # A session that is left open would keep this process from ending.
            self.spark.stop()

    def engine_version(self) -> str:
        """Name and version of the Spark that does the work."""
        return f"Spark {self.spark.version}"

    def begin(self) -> None:
        """Start a transaction on the state of now."""
        self._tables.begin()

    def commit(self) -> None:
        """Make the writes of the transaction visible."""
        self._tables.commit()

    def rollback(self) -> None:
        """Undo the writes of the transaction."""
        self._tables.rollback()

    # Tables -------------------------------------------------------------------------------

    def held_columns(self) -> dict[str, tuple[HeldColumn, ...]]:
        """Every table that is there, temporary ones apart: name -> its columns."""
        self._tables.refresh()
        return held_columns(
            (
                (name, column, kind, column in form.required)
                for name, form in self._tables.forms().items()
                for column, kind in form.columns.items()
            ),
            "spark",
        )

    def create_table(self, table: Table) -> None:
        """Let there be a table of the contracts; without rows it has no files."""
        self._tables.reshape(form_of(table))

    def arrange(self, tables: Iterable[Table]) -> None:
        """Let the rows of every table lie apart by the column that its contract names."""
        for table in tables:
            if made := repartitioned(self._tables.find(table.name).form, table):
                self._reshape(made)

    def vacuum(self) -> None:
        """Remove the files of rows that were deleted, once nobody may be reading them."""
        self._tables.sweep()

    def _reshape(self, made: Reshaped) -> None:
        """Let a table have other columns; rows that files cannot tell so are written anew."""
        form, parts = self._tables.find(made.form.name)
        with self._tables.writing(), refusals(f"to change the columns of {form.name}"):
            self._tables.reshape(made.form)
            if made.values is not None and parts:
                rows = self._store.frame(form, parts).selectExpr(*made.values)
                few = self._store.is_small(parts)
                come = self._store.write_frame(made.form, rows, is_small=few)
                self._tables.put(made.form, parts, come)

    def table_exists(self, name: str) -> bool:
        """Whether a table of that name is there."""
        return self._tables.exists(name)

    def data_frame(self, name: str, beside: Iterable[str] = ()) -> "DataFrame":
        """The rows of a table, temporary or not, as a Spark data frame."""
        self._tables.refresh()
        held = self._tables.find(name)
        reads_little = self._tables.show(beside) + held.rows <= self.options.local_rows
        self._store.gears.shift(few=reads_little)
        return self._store.frame(*held)

    # Statements ---------------------------------------------------------------------------

    def run(self, statement: Statement, parameters: Parameters) -> int:
        """Execute a statement that returns no rows; the number of rows it touched, or -1."""
        tree = statement.tree
        self._tables.refresh()
        with refusals(tree):
            match tree:
                case exp.Insert():
                    with self._tables.writing():
                        return self._insert(statement, parameters)
                case exp.Delete():
                    with self._tables.writing():
                        return self._delete(tree, statement.given(parameters))
                case exp.Create() if tree.expression:
                    self._make_temporary(statement, parameters)
                case exp.Drop():
                    self._tables.drop(_table(tree))
                case exp.Alter() if isinstance(tree.args["actions"][0], exp.AlterRename):
                    self._tables.rename(_table(tree), tree.args["actions"][0].this.name)
                case exp.Alter():
                    self._reshape(reshaped(self._tables.find(_table(tree)).form, tree))
                case _:
                    raise WarehouseError(f"Spark has no {type(tree).__name__} here: {tree.sql()}")
        return -1

    def stream_rows(self, statement: Statement, parameters: Parameters) -> Iterator[Row]:
        """Yield the rows of a query, one partition of them in memory at a time."""
        self._tables.refresh()
        known = self._known_count(statement, parameters)
        if known is not None:
            yield (known,)
            return
        asked = statement.answer(staged)
        with refusals(statement.tree), self._query(asked, parameters) as (frame, reads_little):
            rows = frame.collect() if reads_little else frame.toLocalIterator()
            for row in rows:
                yield tuple(row)

    @contextmanager
    def _query(self, asked: Staged, parameters: Parameters) -> Iterator[tuple["DataFrame", bool]]:
        """The rows of a SELECT, and whether it reads so little that they can be fetched."""
        before, statement = asked
        try:
            for name, select in before:
                self._keep(name, *self._frame(select, parameters))
            yield self._frame(statement, parameters)
        finally:
            for name, _ in before:
                self._tables.forget(name)

    def _frame(self, statement: Statement, parameters: Parameters) -> tuple["DataFrame", bool]:
        if next(self._asked) % COLLECT_EVERY == 0:
            gc.collect()
        reads_little = self._tables.show(statement.answer(tables_of)) <= self.options.local_rows
        self._store.gears.shift(few=reads_little)
        sql, given = statement.answer(spark_sql), statement.given(parameters)
        return self.spark.sql(sql, args=given), reads_little

    def _known_count(self, statement: Statement, parameters: Parameters) -> int | None:
        """The answer to a question for a number of rows that the log can tell."""
        asked = statement.answer(counted)
        if asked is None or not self._tables.exists(asked.table):
            return None
        held = self._tables.find(asked.table)
        if not asked.where:
            return held.rows
        if held.form.partition is None or set(asked.where) != {held.form.partition}:
            return None
        wanted = partition_text(value_of(asked.where[held.form.partition], parameters))
        return sum(p.rows for p in held.parts if p.partition == wanted)

    def _insert(self, statement: Statement, parameters: Parameters) -> int:
        target = statement.tree.this
        columns = [c.name for c in target.expressions] if isinstance(target, exp.Schema) else []
        form, _ = self._tables.find(_table(target))
        with self._query(statement.answer(_staged_rows), parameters) as (frame, reads_little):
            made = _cast(form, frame.toDF(*(columns or form.columns)))
            come = self._store.write_frame(form, made, is_small=reads_little)
        self._tables.put(form, (), come)
        return sum(p.rows for p in come)

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Append rows made in Python; no job is needed for them."""
        data = list(rows)
        if data:
            form, _ = self._tables.find(table)
            come = self._store.write_rows(form, arrow_rows(form, columns, data))
            self._tables.put(form, (), come)
        return len(data)

    def _delete(self, tree: exp.Delete, parameters: Parameters) -> int:
        name, where = _table(tree.this), tree.args.get("where")
        condition = where.this if where else None
        removed = removal(self._tables, self._store, name, condition, parameters)
        form, _ = self._tables.find(name)
        self._tables.put(form, removed.gone, removed.come, removed.claim)
        return removed.rows

    def _make_temporary(self, statement: Statement, parameters: Parameters) -> None:
        with self._query(statement.answer(_staged_rows), parameters) as (frame, reads_little):
            self._keep(_table(statement.tree), frame, reads_little)

    def _keep(self, name: str, frame: "DataFrame", is_small: bool) -> int:
        """Make the rows of a query a temporary table; number of rows."""
        form = temporary_form(name, frame)
        parts = self._store.write_frame(form, _cast(form, frame), is_small=is_small)
        self._tables.make_temporary(form, parts)
        return sum(p.rows for p in parts)

    # Files --------------------------------------------------------------------------------

    def load_text(self, name: str, path: Path, columns: Sequence[str]) -> int:
        """Read a normalised CSV file into a temporary table of text columns."""
        kinds = {"line_no": "bigint", **dict.fromkeys(columns, "string")}
        form = Form(name, kinds, is_temporary=True)
        self.drop_temporary(name)
        with refusals(f"the normalised file for {name}"):
            parts = self._store.write_batches(form, normalised_batches(path, form.arrow))
        self._tables.make_temporary(form, parts)
        return sum(p.rows for p in parts)

    def load_plain(
        self, name: str, path: Path, columns: Sequence[str], typed: Mapping[str, str], is_plain: str
    ) -> int:
        """Read the plain records of a delivered CSV file into a temporary table."""
        self.drop_temporary(name)
        self._store.gears.shift(few=is_small(path))
        with refusals(f"the delivered file for {name}"):
            rows = plain_rows(delivered_rows(self.spark, path, columns), typed, is_plain)
            return self._keep(name, rows, is_small(path))

    def load_rest(self, name: str, path: Path, columns: Sequence[str], taken: str) -> int:
        """Read the records of a delivered CSV file that `load_plain` left."""
        self.drop_temporary(name)
        self._store.gears.shift(few=is_small(path))
        with refusals(f"the delivered file for {name}"):
            lines = self._store.frame(*self._tables.find(taken)).select("line_no")
            rows = delivered_rows(self.spark, path, columns).join(lines, "line_no", "left_anti")
            return self._keep(name, rows, is_small(path))

    # Checks -------------------------------------------------------------------------------

    def check_key(self, table: Table, partition: date) -> None:
        """Refuse a partition in which a key occurs twice; few rows need no job for that."""
        self._tables.refresh()
        form, parts = self._tables.find(table.name)
        mine = tuple(p for p in parts if p.partition == partition_text(partition))
        if table.partition and self._store.is_small(mine):
            rows, keys = self._store.rows(form, mine), list(table.key)
            if not keys or rows.group_by(keys).aggregate([]).num_rows == rows.num_rows:
                return
        super().check_key(table, partition)


def _staged_rows(tree: exp.Expr) -> Staged:
    """The SELECT whose rows a statement writes, as Spark can plan it."""
    return staged(tree.expression)


def _table(tree: exp.Expr) -> str:
    """Name of the table that a statement is about."""
    table = tree.find(exp.Table)
    return table.name if table else ""


def _cast(form: Form, frame: "DataFrame") -> "DataFrame":
    """A query in the columns and types of a table; columns it leaves out are empty."""
    made = {f.name: f.dataType.simpleString() for f in frame.schema.fields}
    if made == dict(form.columns) and list(made) == list(form.columns):
        return frame
    return frame.selectExpr(*(_as_column(n, t, made.get(n)) for n, t in form.columns.items()))


def _as_column(name: str, kind: str, made: str | None) -> str:
    if made is None:
        return f"cast(null as {kind}) as `{name}`"
    return f"`{name}`" if made == kind else f"cast(`{name}` as {kind}) as `{name}`"
