"""What every engine offers: load, replace a partition, query, stream.

An engine implements a handful of abstract methods (`engine`); what is common is written once, here.
What only some engines can do stands in `capabilities`. All statements are written in the DuckDB
dialect.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.warehouse.engine import Engine, Row
from postloan.warehouse.models import (
    Parameters,
    Select,
    Substitutions,
    keeps_key,
    load_model,
    readable,
    text_of,
)
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import (
    PARTITION,
    counting,
    deleting,
    deleting_where,
    dropping,
    emptying,
    renaming,
    repeated_keys,
)


class Warehouse(Engine):
    """One open connection to the warehouse, used as a context manager."""

    _models_run: tuple[tuple[str, Parameters], ...] = ()
    _substitutions: Substitutions = ()

    # Reading ------------------------------------------------------------------------------

    @contextmanager
    def restricted_to(self, substitutions: Mapping[str, Select]) -> Iterator[None]:
        """Inside, a SELECT stands in for each of the tables: the same SQL files on fewer rows.

        Only what is read is restricted, never what is written; the SELECT may use the parameters of
        the statement it is put into.

        Args:
            substitutions: table -> the SELECT that is read in its place.
        """
        texts = sorted((name, text_of(select)) for name, select in substitutions.items())
        before, self._substitutions = self._substitutions, tuple(texts)
        try:
            yield
        finally:
            self._substitutions = before

    def _as_read(self, select: Select) -> Statement:
        """A SELECT as this warehouse reads it now."""
        return Statement.select(select, self._substitutions)

    def stream(self, select: Select, parameters: Parameters | None = None) -> Iterator[Row]:
        """Yield the rows of a SELECT; parameters it does not use are ignored."""
        return self.stream_rows(self._as_read(select), parameters or {})

    def fetch(self, select: Select, parameters: Parameters | None = None) -> list[Row]:
        """All rows of a SELECT that is known to be small."""
        return list(self.stream(select, parameters))

    def scalar(self, select: Select, parameters: Parameters | None = None) -> Any:
        """The only value of a SELECT of one row and one column."""
        ((value,),) = self.fetch(select, parameters)
        return value

    def read_model(self, name: str, parameters: Parameters | None = None) -> Iterator[Row]:
        """Yield the rows of a SQL file that is read and not kept."""
        self.note(name, parameters)
        return self.stream(load_model(name).text, parameters)

    def scalar_model(self, name: str, parameters: Parameters | None = None) -> Any:
        """The only value of a SQL file of one row and one column."""
        ((value,),) = self.read_model(name, parameters)
        return value

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
        select: Select,
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
        select: Select,
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

    def temporary_from(
        self, name: str, select: Select, parameters: Parameters | None = None
    ) -> int:
        """Make the rows of a SELECT a temporary table; number of rows."""
        self.drop_temporary(name)
        rows = self.run(self._as_read(select).as_temporary(name), parameters or {})
        return rows if rows >= 0 else self.count(name)

    def drop_temporary(self, name: str) -> None:
        """Drop a temporary table if it is there."""
        self.run(dropping(name), {})

    def rename_temporary(self, name: str, new_name: str) -> None:
        """Let a temporary table take the place of another."""
        self.drop_temporary(new_name)
        self.run(renaming(name, new_name), {})

    # Checks -------------------------------------------------------------------------------

    def count(self, name: str, partition: date | None = None) -> int:
        """Number of rows of a table, temporary or not, or of one of its partitions."""
        column = catalogue().tables[name].partition if partition else None
        ((n,),) = list(self.stream_rows(counting(name, column), {PARTITION: partition}))
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
