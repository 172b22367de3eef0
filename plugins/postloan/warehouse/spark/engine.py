"""Spark, the distributed engine.

Statements run on Spark over immutable Parquet files; which of them count is said by a log of
commits (`log`), so that all writes of a transaction become visible together. What is known without
a job, such as the number of rows of a table, is answered without one: a day has hundreds of small
statements, and a job takes longer than they do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.warehouse.door import Row, Warehouse
from postloan.warehouse.models import Parameters
from postloan.warehouse.spark.deletes import survivors_written, without_values
from postloan.warehouse.spark.dialect import DIALECT
from postloan.warehouse.spark.errors import refusals
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form, form_of, temporary_form
from postloan.warehouse.spark.landing import delivered_rows, normalised_batches, plain_rows
from postloan.warehouse.spark.log import WHOLE, Change, Claim, CommitLog, Parts, Snapshot
from postloan.warehouse.spark.options import SparkOptions
from postloan.warehouse.spark.reading_trees import (
    counted,
    equalities,
    equality_with,
    spark_sql,
    tables_of,
    value_of,
)
from postloan.warehouse.spark.session import new_session
from postloan.warehouse.spark.store import Store, arrow_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Temporary = tuple[Form, Parts]

SMALL_FILE_BYTES = 1 << 20
"""The records of a delivered file of this size are fetched; those of a larger one never are."""


class SparkWarehouse(Warehouse):
    """The warehouse in a lake of Parquet files, with Spark to work on it."""

    dialect: ClassVar[str] = DIALECT
    reads_plain_files: ClassVar[bool] = True
    has_data_frames: ClassVar[bool] = True

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
        self._log = CommitLog(files)
        self._store = Store(self.spark, files, options.local_rows)
        self._state: Snapshot = self._log.newest()
        self._change: Change | None = None
        self._touched: dict[str, Parts] = {}
        self._temporary: dict[str, Temporary] = {}
        self._before: dict[str, Temporary] = {}
        self._shown: dict[str, Parts] = {}

    def close(self) -> None:
        """Remove the temporary tables; the Spark application stays for the next warehouse."""
        self._store.close()
        for name in self._shown:
            self.spark.catalog.dropTempView(name)
        self._shown.clear()

    # Transactions -------------------------------------------------------------------------

    def begin(self) -> None:
        """Start a transaction on the state of now."""
        self._state = self._log.newest()
        self._change, self._touched = Change(), {}
        self._before = dict(self._temporary)

    def commit(self) -> None:
        """Make the writes of the transaction visible, all by the creation of one file."""
        change = self._change
        if change:
            self._state = self._log.commit(self._state, change)
        self._change, self._touched = None, {}

    def rollback(self) -> None:
        """Forget the writes of the transaction."""
        change, self._change, self._touched = self._change, None, {}
        self._temporary = self._before
        for name, parts in (change.added if change else {}).items():
            self._store.forget(form_of(name), parts)

    @contextmanager
    def _writing(self) -> Iterator[Change]:
        """The change of the open transaction, or one of its own for a single statement."""
        if self._change is not None:
            yield self._change
            return
        with self.transaction():
            assert self._change is not None  # noqa: S101 (begin has just made it)
            yield self._change

    # Tables -------------------------------------------------------------------------------

    def ensure_tables(self) -> None:
        """Nothing to do: a table of the contracts without rows has no files."""

    def table_exists(self, name: str) -> bool:
        """Whether a table of that name is there."""
        return name in self._temporary or name in catalogue().tables

    def _find(self, name: str) -> Temporary:
        """Columns and parts of a table as this connection sees it now."""
        if name in self._temporary:
            return self._temporary[name]
        if name not in catalogue().tables:
            raise WarehouseError(f"There is no table {name}.")
        if self._change is None:
            self._state = self._log.newest()
        parts = self._touched.get(name)
        return form_of(name), self._state.tables.get(name, ()) if parts is None else parts

    def _put(self, form: Form, gone: Parts, come: Parts, claim: Claim | None = None) -> None:
        """Let parts of a table go and others come."""
        if form.is_temporary:
            kept = tuple(p for p in self._find(form.name)[1] if p not in set(gone))
            self._temporary[form.name] = (form, (*kept, *come))
            return
        with self._writing() as change:
            kept = tuple(p for p in self._find(form.name)[1] if p not in set(gone))
            self._touched[form.name] = (*kept, *come)
            change.remove(form.name, gone)
            change.add(form.name, come)
            if claim:
                change.claims.add(claim)

    def _show(self, names: Iterable[str]) -> int:
        """Let Spark see tables as they are now; number of rows they hold together."""
        total = 0
        for name in names:
            form, parts = self._find(name)
            total += sum(p.rows for p in parts)
            if self._shown.get(name) != parts or form.is_temporary:
                self._store.frame(form, parts).createOrReplaceTempView(name)
                self._shown[name] = parts
        return total

    def data_frame(self, name: str, beside: Iterable[str] = ()) -> "DataFrame":
        """The rows of a table, temporary or not, as a Spark data frame."""
        self._show(beside)
        form, parts = self._find(name)
        return self._store.frame(form, parts)

    # Statements ---------------------------------------------------------------------------

    def _query(self, tree: exp.Expr, parameters: Parameters) -> tuple["DataFrame", bool]:
        """The rows of a SELECT, and whether it reads so little that they can be fetched."""
        is_small = self._show(tables_of(tree)) <= self.options.local_rows
        return self.spark.sql(spark_sql(tree), args=dict(parameters)), is_small

    def run(self, tree: exp.Expr, parameters: Parameters) -> int:
        """Execute a statement that returns no rows; the number of rows it touched, or -1."""
        with refusals(tree):
            match tree:
                case exp.Insert():
                    return self._insert(tree, parameters)
                case exp.Delete():
                    return self._delete(tree, parameters)
                case exp.Create() if tree.expression:
                    self._make_temporary(tree, parameters)
                case exp.Drop():
                    self._drop(_table(tree))
                case exp.Alter():
                    self._rename(tree.this.name, tree.args["actions"][0].this.name)
                case _:
                    raise WarehouseError(f"Spark has no {type(tree).__name__} here: {tree.sql()}")
        return -1

    def stream_tree(self, tree: exp.Expr, parameters: Parameters) -> Iterator[Row]:
        """Yield the rows of a query, one partition of them in memory at a time."""
        known = self._known_count(tree, parameters)
        if known is not None:
            yield (known,)
            return
        with refusals(tree):
            frame, is_small = self._query(tree, parameters)
            rows = frame.collect() if is_small else frame.toLocalIterator()
            for row in rows:
                yield tuple(row)

    def _known_count(self, tree: exp.Expr, parameters: Parameters) -> int | None:
        """The answer to a question for a number of rows that the log can tell."""
        asked = counted(tree)
        if asked is None or not self.table_exists(asked.table):
            return None
        form, parts = self._find(asked.table)
        if not asked.where:
            return sum(p.rows for p in parts)
        if form.partition is None or set(asked.where) != {form.partition}:
            return None
        wanted = _text_of(value_of(asked.where[form.partition], parameters))
        return sum(p.rows for p in parts if p.partition == wanted)

    # Writing ------------------------------------------------------------------------------

    def _insert(self, tree: exp.Insert, parameters: Parameters) -> int:
        target = tree.this
        name = _table(target)
        columns = [c.name for c in target.expressions] if isinstance(target, exp.Schema) else []
        form, _ = self._find(name)
        frame, is_small = self._query(tree.expression, parameters)
        made = frame.toDF(*(columns or form.columns))
        come = self._store.write_frame(form, _cast(form, made), is_small=is_small)
        self._put(form, (), come)
        return sum(p.rows for p in come)

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Append rows made in Python; no job is needed for them."""
        data = list(rows)
        if not data:
            return 0
        form, _ = self._find(table)
        self._put(form, (), self._store.write_rows(form, arrow_rows(form, columns, data)))
        return len(data)

    def _delete(self, tree: exp.Delete, parameters: Parameters) -> int:
        """Remove rows: by the names of their parts where that can be seen, else by a job."""
        name = tree.this.name
        form, every = self._find(name)
        where = tree.args.get("where")
        condition = where.this if where else None
        parts, claim = self._concerned(form, every, condition, parameters)
        gone: Parts
        come: Parts
        if condition is None or (claim and claim.slice == WHOLE):
            gone, come = parts, ()
        else:
            gone, come = self._without(form, parts, condition, parameters)
        self._put(form, gone, come, claim)
        return sum(p.rows for p in gone) - sum(p.rows for p in come)

    def _concerned(
        self, form: Form, parts: Parts, condition: exp.Expr | None, parameters: Parameters
    ) -> tuple[Parts, Claim | None]:
        """The parts that a removal may touch, and what it stands for towards other writers."""
        if condition is None:
            return parts, Claim(form.name, None, WHOLE)
        value = equality_with(condition, form.partition) if form.partition else None
        partition = _text_of(value_of(value, parameters)) if value is not None else None
        if partition is not None:
            parts = tuple(p for p in parts if p.partition == partition)
        same = equalities(condition)
        if same is None:
            return parts, None
        others = {n: str(value_of(v, parameters)) for n, v in same.items() if n != form.partition}
        told = ", ".join(f"{n} = {others[n]}" for n in sorted(others))
        return parts, Claim(form.name, partition, told)

    def _without(
        self, form: Form, parts: Parts, condition: exp.Expr, parameters: Parameters
    ) -> tuple[Parts, Parts]:
        """Parts that go and parts that come when rows of some parts are removed."""
        if not parts:
            return (), ()
        same = equalities(condition)
        if same is not None and self._store.is_small(parts):
            values = {n: value_of(v, parameters) for n, v in same.items()}
            return without_values(self._store, form, parts, values)
        self._show(set(tables_of(condition)) - {form.name})
        self._shown.pop(form.name, None)
        self._store.frame(form, parts, with_part=True).createOrReplaceTempView(form.name)
        stays = f"not coalesce({spark_sql(condition)}, false)"
        kept = self.spark.sql(
            f"select * from {form.name} where {stays}",  # noqa: S608 (own names)
            args=dict(parameters),
        )
        return survivors_written(self._store, form, parts, kept)

    # Temporary tables ---------------------------------------------------------------------

    def _make_temporary(self, tree: exp.Create, parameters: Parameters) -> None:
        name = _table(tree)
        frame, is_small = self._query(tree.expression, parameters)
        form = temporary_form(name, frame)
        parts = self._store.write_frame(form, _cast(form, frame), is_small=is_small)
        self._temporary[name] = (form, parts)

    def _drop(self, name: str) -> None:
        form, parts = self._temporary.pop(name, (None, ()))
        if form and self._change is None:
            # In a transaction they may come back.
            self._store.forget(form, parts)

    def _rename(self, name: str, new_name: str) -> None:
        form, parts = self._temporary.pop(name)
        renamed = Form(new_name, form.columns, is_temporary=True)
        self._temporary[new_name] = (renamed, parts)

    # Files --------------------------------------------------------------------------------

    def load_text(self, name: str, path: Path, columns: Sequence[str]) -> int:
        """Read a normalised CSV file into a temporary table of text columns."""
        form = Form(
            name, {"line_no": "bigint", **dict.fromkeys(columns, "string")}, is_temporary=True
        )
        self.drop_temporary(name)
        with refusals(f"the normalised file for {name}"):
            parts = self._store.write_batches(form, normalised_batches(path, form.arrow))
        self._temporary[name] = (form, parts)
        return sum(p.rows for p in parts)

    def load_plain(
        self, name: str, path: Path, columns: Sequence[str], typed: Mapping[str, str], is_plain: str
    ) -> int:
        """Read the plain records of a delivered CSV file into a temporary table."""
        rows = delivered_rows(self.spark, path, columns)
        return self._keep_delivered(name, path, plain_rows(rows, typed, is_plain))

    def load_rest(self, name: str, path: Path, columns: Sequence[str], taken: str) -> int:
        """Read the records of a delivered CSV file that `load_plain` left."""
        rows = delivered_rows(self.spark, path, columns)
        lines = self.data_frame(taken).select("line_no")
        return self._keep_delivered(name, path, rows.join(lines, "line_no", "left_anti"))

    def _keep_delivered(self, name: str, path: Path, rows: "DataFrame") -> int:
        self.drop_temporary(name)
        is_small = path.stat().st_size <= SMALL_FILE_BYTES and self.options.local_rows > 0
        with refusals(f"the delivered file for {name}"):
            form = temporary_form(name, rows)
            parts = self._store.write_frame(form, _cast(form, rows), is_small=is_small)
        self._temporary[name] = (form, parts)
        return sum(p.rows for p in parts)

    # Checks -------------------------------------------------------------------------------

    def check_key(self, table: Table, partition: date) -> None:
        """Refuse a partition in which a key occurs twice; few rows need no job for that."""
        form, parts = self._find(table.name)
        mine = tuple(p for p in parts if p.partition == partition.isoformat())
        if table.partition and self._store.is_small(mine):
            rows = self._store.rows(form, mine)
            keys = list(table.key)
            if not keys or rows.group_by(keys).aggregate([]).num_rows == rows.num_rows:
                return
        super().check_key(table, partition)


def _table(tree: exp.Expr) -> str:
    """Name of the table that a statement is about."""
    table = tree.find(exp.Table)
    return table.name if table else ""


def _text_of(value: Any) -> str:
    """A partition as its folder is called."""
    return value.isoformat() if isinstance(value, date) else str(value)


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
