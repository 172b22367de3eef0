"""What every engine offers: load, replace a partition, query, stream.

An engine implements a handful of abstract methods; what is common is written once, here. What
only some engines can do stands in `abilities`.
All statements are written in the DuckDB dialect.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.warehouse.models import (
    Parameters,
    Substitutions,
    keeps_key,
    load_model,
    readable,
)
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import (
    PARTITION,
    counting,
    creating,
    deleting,
    deleting_where,
    dropping,
    emptying,
    renaming,
    repeated_keys,
)

if TYPE_CHECKING:
    from postloan.warehouse.schema.plan import HeldColumn

LONGEST_WORDS = 300
"""Characters of what an engine says."""
REPORT = "Nothing of it was written. Run it again, and report it where it fails again."
Row = tuple[Any, ...]


class Warehouse(ABC):
    """One open connection to the warehouse, used as a context manager."""

    dialect: ClassVar[str]
    seven_hexadecimals: ClassVar[str | None] = None
    """The number that seven hexadecimal digits, `{digits}`, write, where the engine has a word."""
    _models_run: tuple[tuple[str, Parameters], ...] = ()
    in_transaction: bool = False
    _is_doomed: bool = False
    _substitutions: Substitutions = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What an engine must say for itself ---------------------------------------------------

    @abstractmethod
    def close(self) -> None:
        """Give the connection back."""

    @abstractmethod
    def engine_version(self) -> str:
        """Name and version of the engine, for people: `DuckDB 2.0.0`. Never where it is."""

    @abstractmethod
    def begin(self) -> None:
        """Start a transaction."""

    @abstractmethod
    def commit(self) -> None:
        """Make the writes of the transaction visible."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo the writes of the transaction."""

    @abstractmethod
    def run(self, statement: Statement, parameters: Parameters) -> int:
        """Execute a statement that returns no rows; number of rows it touched or made, or -1.

        Parameters that it does not use are ignored, here and in `stream_rows`.
        """

    @abstractmethod
    def stream_rows(self, statement: Statement, parameters: Parameters) -> Iterator[Row]:
        """Yield the rows of a query in batches bounded in memory."""

    @abstractmethod
    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Append rows made in Python: control rows and rules, never loans."""

    @abstractmethod
    def load_text(self, name: str, path: Path, columns: Sequence[str]) -> int:
        """Read a normalised CSV file (UTF-8, LF, header) into a temporary table of text columns.

        The first column of the file is `line_no` (bigint); `columns` names the others.
        """

    @abstractmethod
    def table_exists(self, name: str) -> bool:
        """Whether a table of that name is there."""

    # Transactions -------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become visible together, or none of them does.

        A transaction inside another one is part of it: if it fails, the outer one cannot commit,
        even when the error is caught on the way.

        Raises:
            WarehouseError: an inner transaction failed and the outer one tries to go on.
        """
        if self.in_transaction:
            try:
                yield
            except BaseException:
                self._is_doomed = True
                raise
            return
        self.begin()
        self.in_transaction, self._is_doomed = True, False
        try:
            yield
            if self._is_doomed:
                raise WarehouseError(
                    "A write of this transaction failed, so nothing of it is kept. "
                    "Let the error of the write leave the transaction."
                )
            self.commit()
        except BaseException:
            self.rollback()
            raise
        finally:
            self.in_transaction = False

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Nothing written inside is kept: for questions about dates that are not being run."""
        self.begin()
        self.in_transaction, self._is_doomed = True, False
        try:
            yield
        finally:
            self.in_transaction = False
            self.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Whatever is read inside is of one moment; nothing is written."""
        self.begin_snapshot()
        self.in_transaction = True
        try:
            yield
        finally:
            self.in_transaction = False
            self.rollback()

    def begin_snapshot(self) -> None:
        """Start a transaction that sees what was committed before it, and nothing later."""
        self.begin()

    # Schema -------------------------------------------------------------------------------

    @abstractmethod
    def held_columns(self) -> "dict[str, tuple[HeldColumn, ...]]":
        """Every table that is there, temporary ones apart: name -> its columns."""

    def create_table(self, table: Table) -> None:
        """Create a table of the contracts."""
        self.run(creating(table), {})

    def alter(self, change: exp.Alter) -> None:
        """Change a column of a table, as one of `alterations` says."""
        self.run(Statement(change), {})

    def layout(self, table: Table) -> str:  # noqa: ARG002 (an engine's answer)
        """What the engine adds to a table by itself, such as indexes, in words of its own."""
        return ""

    def arrange(self, tables: Iterable[Table]) -> None:  # noqa: B027 (an engine may have none)
        """Let what the engine adds by itself be as `layout` says."""

    def vacuum(self) -> None:  # noqa: B027 (others do so by themselves)
        """Remove from the disk what was deleted, where the engine does not do so by itself."""

    def wait_for_other_migrations(self) -> None:  # noqa: B027 (one process may write)
        """Let no other process change tables until the transaction ends."""

    # Reading ------------------------------------------------------------------------------

    @contextmanager
    def restricted_to(self, substitutions: Mapping[str, str]) -> Iterator[None]:
        """Inside, a SELECT stands in for each of the tables: the same SQL files on fewer rows.

        Only what is read is restricted, never what is written; the SELECT may use the parameters of
        the statement it is put into.

        Args:
            substitutions: table -> the SELECT that is read in its place.
        """
        before, self._substitutions = self._substitutions, tuple(sorted(substitutions.items()))
        try:
            yield
        finally:
            self._substitutions = before

    def _as_read(self, select: str) -> Statement:
        """A SELECT as this warehouse reads it now."""
        return Statement.select(select, self._substitutions)

    def stream(self, select: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """Yield the rows of a SELECT; parameters it does not use are ignored."""
        return self.stream_rows(self._as_read(select), parameters or {})

    def fetch(self, select: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows of a SELECT that is known to be small."""
        return list(self.stream(select, parameters))

    def scalar(self, select: str, parameters: Parameters | None = None) -> Any:
        """The only value of a SELECT of one row and one column."""
        ((value,),) = self.fetch(select, parameters)
        return value

    def read_model(self, name: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """Yield the rows of a SQL file that is read and not kept."""
        self.note(name, parameters)
        return self.stream(load_model(name).text, parameters)

    def statements(self) -> Iterator[tuple[str, str]]:
        """The SQL files run on this connection, in order: name, statement as a person reads it."""
        for name, parameters in self._models_run:
            yield name, readable(load_model(name).text, parameters, self.dialect)

    @property
    def models_run(self) -> tuple[str, ...]:
        """Names of the SQL files run on this connection, each once, in order."""
        return tuple(dict.fromkeys(name for name, _ in self._models_run))

    def note(self, name: str, parameters: Parameters | None) -> None:
        """Remember that a SQL file has been run."""
        self._models_run = (*self._models_run, (name, dict(parameters or {})))

    # Writing ------------------------------------------------------------------------------

    def rebuild(
        self,
        name: str,
        partition: date,
        parameters: Parameters | None = None,
        proved_key: Sequence[str] = (),
    ) -> int:
        """Replace one partition of a table by the rows of the SQL file of the same name.

        Args:
            name: table and SQL file.
            partition: the business date that is replaced.
            parameters: further parameters; `business_date` is the partition unless given.
            proved_key: columns seen to be unique in the table that is read; where the SELECT only
                passes its rows on, the key need not be looked at again.

        Returns:
            Number of rows in the partition.

        Raises:
            WarehouseError: the rows repeat a key, or the engine refused the statement.
        """
        table, model = catalogue().tables[name], load_model(name)
        if model.write != f"partition {table.partition}":
            raise WarehouseError(
                f"{model.path.name}: the header says 'write {model.write}', "
                f"the contract 'partition {table.partition}'."
            )
        known = {"business_date": partition, **(parameters or {})}
        self.note(name, known)
        return self.replace_partition(table, partition, model.text, known, proved_key)

    def rebuild_of_nothing(self, name: str, partition: date) -> None:
        """What `rebuild` comes to where the SQL file has no rows to read; it counts as run."""
        self.note(name, {"business_date": partition})
        self.delete_partition(name, partition)

    def replace_partition(
        self,
        table: Table,
        partition: date,
        select: str,
        parameters: Parameters,
        proved_key: Sequence[str] = (),
    ) -> int:
        """Delete one partition and insert the rows of a SELECT, cast to the contract."""
        read = self._as_read(select)
        with self.transaction():
            self.delete_partition(table.name, partition)
            rows = self.run(read.as_contract_rows(table), parameters)
            if not (proved_key and keeps_key(read.tree, proved_key)):
                self.check_key(table, partition)
            return rows if rows >= 0 else self.count(table.name, partition)

    def delete_partition(self, name: str, partition: date) -> None:
        """Delete one partition of a table."""
        column = catalogue().tables[name].partition
        if column is None:
            raise WarehouseError(f"Table {name} has no partition column in its contract.")
        self.run(deleting(name, column), {PARTITION: partition})

    def write_rows(
        self, name: str, partition: date | None, rows: Iterable[Mapping[str, Any]]
    ) -> int:
        """Replace one partition (or, without one, the whole table) by rows made in Python.

        For control rows and rules only. Columns that a row leaves out are empty.
        """
        with self.transaction():
            if partition is None:
                self.run(emptying(name), {})
            else:
                self.delete_partition(name, partition)
            return self.append_rows(name, rows)

    def replace_slice(
        self, name: str, values: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
    ) -> int:
        """Replace the rows whose columns have these values by rows made in Python."""
        with self.transaction():
            self.run(deleting_where(name, tuple(values)), values)
            return self.append_rows(name, rows)

    def append_rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add rows made in Python to a table of the contracts."""
        columns = catalogue().tables[name].column_names
        return self.insert_rows(name, columns, (tuple(r.get(c) for c in columns) for r in rows))

    def append_from(
        self,
        name: str,
        columns: Sequence[str],
        select: str,
        parameters: Parameters | None = None,
    ) -> int:
        """Add the rows of a SELECT to a table, temporary or not; number of rows.

        For tables that several writers share, such as the quarantine; facts and daily states are
        replaced by `rebuild`.

        Args:
            name: the table.
            columns: its columns, in the order of the SELECT.
            select: the rows.
            parameters: parameters of the SELECT.
        """
        insert = self._as_read(select).as_rows(name, tuple(columns))
        return self.run(insert, parameters or {})

    def temporary(self, name: str, parameters: Parameters | None = None) -> int:
        """Make the rows of a SQL file a temporary table of the same name; number of rows."""
        self.note(name, parameters)
        return self.temporary_from(name, load_model(name).text, parameters)

    def temporary_from(self, name: str, select: str, parameters: Parameters | None = None) -> int:
        """Make the rows of a SELECT a temporary table; number of rows."""
        self.drop_temporary(name)
        rows = self.run(self._as_read(select).as_temporary(name), parameters or {})
        if rows >= 0:
            return rows
        return int(self.scalar(f"select count(*) as n from {name}"))  # noqa: S608 (own name)

    def drop_temporary(self, name: str) -> None:
        """Drop a temporary table if it is there."""
        self.run(dropping(name), {})

    def rename_temporary(self, name: str, new_name: str) -> None:
        """Let a temporary table take the place of another."""
        self.drop_temporary(new_name)
        self.run(renaming(name, new_name), {})

    # Checks -------------------------------------------------------------------------------

    def count(self, name: str, partition: date | None = None) -> int:
        """Number of rows of a table or of one of its partitions."""
        column = catalogue().tables[name].partition
        if partition is None or column is None:
            query, given = counting(name, None), {}
        else:
            query, given = counting(name, column), {PARTITION: partition}
        ((n,),) = list(self.stream_rows(query, given))
        return int(n)

    def check_key(self, table: Table, partition: date) -> None:
        """Refuse a partition in which a key occurs twice.

        Raises:
            WarehouseError: names the table, the key columns and how many keys repeat.
        """
        if not table.key:
            return
        given = {PARTITION: partition}
        if n := self.repeated_keys(table.name, table.key, table.partition, given):
            raise WarehouseError(
                f"Table {table.name}, {partition}: {n} keys ({', '.join(table.key)}) occur more "
                f"than once. Nothing was written; look for a join that multiplies rows."
            )

    def repeated_keys(
        self,
        name: str,
        key: Sequence[str],
        partition: str | None = None,
        parameters: Parameters | None = None,
    ) -> int:
        """Number of keys that occur more than once in a table, temporary or not.

        Args:
            name: the table.
            key: its key columns.
            partition: the column of its partitions, where only one of them is looked at.
            parameters: the partition then.
        """
        sieve = self.key_sieve(name, tuple(key), partition)
        exactly = repeated_keys(name, tuple(key), partition)
        for query in (sieve, exactly) if sieve else (exactly,):
            ((n,),) = list(self.stream_rows(query, parameters or {}))
            if not n:
                return 0
        return int(n)

    def key_sieve(
        self,
        name: str,  # noqa: ARG002 (an engine's answer)
        key: tuple[str, ...],  # noqa: ARG002
        partition: str | None,  # noqa: ARG002
    ) -> Statement | None:
        """A cheaper question whose answer is 0 only where no key repeats, if the engine has one."""
        return None
