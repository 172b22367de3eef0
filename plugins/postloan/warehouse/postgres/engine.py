"""PostgreSQL, the server engine: many writing processes, one schema.

Statements are translated from the DuckDB dialect and run by psycopg on a connection that
SQLAlchemy opens. Text must sort by code point, as it does on the other engines, so a database
with a language collation is refused: casts and literals take its default collation, and
collating the columns alone would therefore not be enough.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlglot import exp

from postloan.contracts import Table
from postloan.errors import RunAgainError, WarehouseError
from postloan.text.shown_text import shown
from postloan.warehouse.capabilities import SpeaksSQLAlchemy
from postloan.warehouse.engine import LONGEST_WORDS, REPORT, Row
from postloan.warehouse.migration import held_columns
from postloan.warehouse.models import Parameters, Select, translate
from postloan.warehouse.postgres.errors import at_the_door, at_work
from postloan.warehouse.postgres.indexes import HELD_INDEXES, indexes_of, is_own_index
from postloan.warehouse.postgres.roles import DEPENDING_VIEWS, view_again, without_view
from postloan.warehouse.postgres.session import postgres_url, prepare
from postloan.warehouse.redacted_url import without_password
from postloan.warehouse.schema.plan import HeldColumn
from postloan.warehouse.sqlalchemy_bridge import shared_engine
from postloan.warehouse.statement import Statement
from postloan.warehouse.warehouse import Warehouse

BATCH_ROWS = 10_000
COPY_BYTES = 1 << 20
ANALYZE_FROM_ROWS = 10_000
"""Below this many new rows in a table the planner's old statistics will do."""
ANALYZE_TEMPORARY_FROM_ROWS = 100
"""A temporary table has none at first; guesses about a small one misplace a large one beside it."""

COLUMNS = """
    SELECT t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_class AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid
    WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace
        AND NOT t.relispartition AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY t.relname, a.attnum
"""
MAY_CREATE = "SELECT current_user::text, has_schema_privilege(current_schema(), 'CREATE')"
GAVE_WAY = ("40001", "40P01")
"""What PostgreSQL says to one of two transactions that stand in each other's way."""
_QUOTED = re.compile(r'".*"', re.DOTALL)
"""From the first quote to the last: a value may hold quotes itself."""


def postgres_sql(tree: exp.Expr) -> str:
    """A statement for psycopg: parameters as `%(name)s`, every other per cent sign doubled.

    Raises:
        WarehouseError: PostgreSQL has no form for part of the statement.
    """
    sql = translate(tree.copy().transform(_sha256_of_text), "postgres")
    names = "|".join({re.escape(p.name) for p in tree.find_all(exp.Placeholder)})
    return re.sub(rf"%(?!\((?:{names})\)s)" if names else "%", "%%", sql)


def _sha256_of_text(node: exp.Expr) -> exp.Expr:
    """PostgreSQL hashes bytes, not text: say which bytes."""
    if not isinstance(node, exp.SHA2):
        return node
    utf8 = exp.Anonymous(this="CONVERT_TO", expressions=[node.this, exp.Literal.string("UTF8")])
    digest = exp.Anonymous(this="SHA256", expressions=[utf8])
    return exp.Anonymous(this="ENCODE", expressions=[digest, exp.Literal.string("hex")])


def _without_values(error: psycopg.Error) -> str:
    """What PostgreSQL says, without the values it quotes: they may be somebody's data."""
    text = error.diag.message_primary or type(error).__name__
    is_about_a_value = (error.sqlstate or "").startswith("22")
    return _QUOTED.sub('"…"', text) if is_about_a_value else text


class PostgresWarehouse(Warehouse, SpeaksSQLAlchemy):
    """The warehouse in one schema of a PostgreSQL database (the first of the search path)."""

    dialect: ClassVar[str] = "postgres"
    seven_hexadecimals: ClassVar[str | None] = "cast(cast('x' || {digits} as bit(28)) as bigint)"

    def __init__(self, url: str) -> None:
        """Connect and check that the database compares text as the other engines do.

        Args:
            url: `postgresql://user:password@host:port/database`.

        Raises:
            WarehouseError: the URL is malformed, the server is out of reach, or the database has
                a language collation or another encoding than UTF-8.
        """
        self.url = postgres_url(url)
        self.engine = create_engine(
            self.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            # Temporary tables come and go under the same name: a kept plan would be stale.
            connect_args={
                "prepare_threshold": None,
                "application_name": "postloan",
                "client_encoding": "utf8",
            },
        )
        self._connection = self._connect()
        self._driver: psycopg.Connection[Row] = _driver_connection(self._connection)
        self._cursors = itertools.count(1)
        self._views_aside: dict[str, tuple[list[str], str]] = {}
        try:
            with self._refusals():
                prepare(self._driver)
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Connection:
        try:
            return self.engine.connect()
        except DBAPIError as error:
            place = without_password(self.url.render_as_string(hide_password=False))
            raise at_the_door(str(error.orig), place) from None

    def close(self) -> None:
        """Give the connection back; temporary tables vanish."""
        if self._driver.closed:
            # There is nobody left who could roll back.
            self._connection.invalidate()
        self._connection.close()
        self.engine.dispose()

    def engine_version(self) -> str:
        """Name and version of the server; what its packager adds in brackets is left out."""
        version = self._driver.info.parameter_status("server_version") or ""
        return f"PostgreSQL {version.partition(' ')[0]}".rstrip()

    # Transactions -------------------------------------------------------------------------

    def begin(self) -> None:
        """Start a transaction."""
        self._do("BEGIN")

    def begin_snapshot(self) -> None:
        """Start a transaction that reads what was committed before it, and nothing later."""
        self._do("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit(self) -> None:
        """Make the writes of the transaction visible."""
        self._do("COMMIT")

    def rollback(self) -> None:
        """Undo the writes of the transaction; a lost connection has undone them already."""
        with suppress(RunAgainError):
            self._do("ROLLBACK")

    def _do(self, sql: str, given: Any = None) -> "psycopg.Cursor[Row]":
        """Execute a statement that PostgreSQL alone knows."""
        with self._refusals():
            return self._driver.execute(sql, given)

    @contextmanager
    def _refusals(self, sql: str = "") -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            # The cause is cut off on purpose: its text may quote whole rows.
            if self._driver.closed:
                raise RunAgainError(
                    "The connection to PostgreSQL was lost. What was not committed is gone; run it "
                    "again."
                ) from None
            if error.sqlstate in GAVE_WAY:
                raise RunAgainError(
                    f"PostgreSQL let another transaction go first: {_without_values(error)}. "
                    f"Nothing was written; run it again."
                ) from None
            told = at_work(error)
            if told is not None:
                raise told from None
            said = shown(_without_values(error), LONGEST_WORDS)
            message = f"PostgreSQL refused a statement: {said}. {REPORT}"
            raise WarehouseError.about(message, sql) from None

    # Statements ---------------------------------------------------------------------------

    def run(self, statement: Statement, parameters: Parameters) -> int:
        """Execute a statement; PostgreSQL tells the rows of a table made of a SELECT, too."""
        sql, given = statement.answer(postgres_sql), statement.given(parameters)
        with self._refusals(sql):
            cursor = self._driver.execute(sql, given)
        is_write = isinstance(statement.tree, exp.Insert | exp.Delete | exp.Update | exp.Create)
        return int(cursor.rowcount) if is_write else -1

    def stream_rows(self, statement: Statement, parameters: Parameters) -> Iterator[Row]:
        """Yield rows from a server-side cursor; the result is never held whole in this process.

        Outside a transaction the cursor is held by the server until it is read.
        """
        sql, given = statement.answer(postgres_sql), statement.given(parameters)
        name, hold = f"stream_{next(self._cursors)}", not self.in_transaction
        with self._refusals(sql), self._driver.cursor(name, withhold=hold) as cursor:
            cursor.itersize = BATCH_ROWS
            cursor.execute(sql, given)
            yield from cursor

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Append rows made in Python."""
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._refusals(sql), self._driver.cursor() as cursor:
            with cursor.copy(sql) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def load_text(self, name: str, path: Path, columns: Sequence[str]) -> int:
        """Read a normalised CSV file into a temporary table of text columns."""
        self.drop_temporary(name)
        fields = ", ".join(f"{c} varchar" for c in columns)
        sql = f"""
            COPY {name} FROM STDIN
            WITH (FORMAT csv, HEADER true, ENCODING 'UTF8', FORCE_NULL ({", ".join(columns)}))
        """
        with self._refusals(sql), self._driver.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} (line_no bigint, {fields})")
            with path.open("rb") as file, cursor.copy(sql) as copy:
                while block := file.read(COPY_BYTES):
                    copy.write(block)
            rows = cursor.rowcount
        self._analyze_temporary(name, rows)
        return rows

    # Tables -------------------------------------------------------------------------------

    def sqlalchemy_engine(self) -> Engine:
        """This very connection as SQLAlchemy sees it."""
        return shared_engine("postgresql+psycopg://", self._driver)

    def table_exists(self, name: str) -> bool:
        """Whether a table of that name is there."""
        row = self._do("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
        return bool(row and row[0])

    def held_columns(self) -> dict[str, tuple[HeldColumn, ...]]:
        """Every table of the schema: name -> its columns."""
        return held_columns(self._do(COLUMNS).fetchall(), self.dialect)

    def wait_for_other_migrations(self) -> None:
        """Processes that start together wait for each other here.

        Raises:
            WarehouseError: this role may work with the tables but not change them.
        """
        self._do("SELECT pg_advisory_xact_lock(hashtext('postloan.tables'))")
        who, may_create = self._do(MAY_CREATE).fetchone() or ("", False)
        if not may_create:
            raise WarehouseError(
                f"The tables do not fit the contracts, and {who} may not change them. Open the "
                f"warehouse once as the role that owns them: python -m postloan day status"
            )

    def alter(self, change: exp.Alter) -> None:
        """Change a column; the views of the receivers step aside until all changes are made."""
        (action,) = change.args["actions"]
        is_retyped = isinstance(action, exp.AlterColumn) and action.args.get("dtype")
        if is_retyped or isinstance(action, exp.Drop):
            for view, columns, readers in self._do(DEPENDING_VIEWS, [change.this.name]).fetchall():
                self._views_aside[view] = columns.split(", "), readers
                self._do(without_view(view))
        super().alter(change)

    def _put_views_back(self) -> None:
        """Make the views that stepped aside anew, with the columns they had and no other."""
        ((schema,),) = self._do("SELECT current_schema()::text").fetchall()
        while self._views_aside:
            view, (columns, readers) = self._views_aside.popitem()
            for statement in view_again(schema, view, columns, readers):
                self._do(statement)

    def layout(self, table: Table) -> str:
        """The indexes of a table."""
        return str(indexes_of(table))

    def arrange(self, tables: Iterable[Table]) -> None:
        """Make the indexes that are missing and drop those of ours that are no longer wanted.

        Views that stepped aside for changes of the tables come back.
        """
        self._put_views_back()
        held = {
            index: columns
            for table, index, columns in self._do(HELD_INDEXES)
            if is_own_index(table, index)
        }
        wanted = {index: table for table in tables for index in indexes_of(table)}
        for index in held:
            if index not in wanted or indexes_of(wanted[index])[index] != held[index]:
                self._do(f"DROP INDEX {index}")
        for index, table in wanted.items():
            columns = indexes_of(table)[index]
            if held.get(index) != columns:
                self._do(f"CREATE INDEX {index} ON {table.name} ({columns})")

    def delete_partition(self, name: str, partition: date) -> None:
        """Delete one partition; a second writer of the same partition waits for the first."""
        self._wait_for_writers(name, partition.isoformat())
        super().delete_partition(name, partition)

    def replace_slice(
        self, name: str, values: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
    ) -> int:
        """Replace some rows; a second writer of the same rows waits for the first."""
        with self.transaction():
            self._wait_for_writers(name, "/".join(map(str, values.values())))
            return super().replace_slice(name, values, rows)

    def _wait_for_writers(self, name: str, part: str) -> None:
        """Lock part of a table until the transaction ends.

        Without it two writers would each delete the rows they see and both insert theirs.
        """
        self._do("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [name, part])

    def replace_partition(
        self,
        table: Table,
        partition: date,
        select: Select,
        parameters: Parameters,
        proved_key: Sequence[str] = (),
    ) -> int:
        """Replace one partition and, after a large one, tell the planner."""
        rows = super().replace_partition(table, partition, select, parameters, proved_key)
        self._analyze(table.name, rows)
        return rows

    def temporary_from(
        self, name: str, select: Select, parameters: Parameters | None = None
    ) -> int:
        """Make a temporary table; the server never gathers statistics on these by itself."""
        rows = super().temporary_from(name, select, parameters)
        self._analyze_temporary(name, rows)
        return rows

    def _analyze_temporary(self, name: str, rows: int) -> None:
        if rows >= ANALYZE_TEMPORARY_FROM_ROWS:
            self._do(f"ANALYZE {name}")

    def _analyze(self, name: str, rows: int) -> None:
        """Look at a table that others use too.

        Two transactions cannot do so at once, and each would wait for the other's end: whoever
        comes second leaves it to autovacuum.
        """
        if rows >= ANALYZE_FROM_ROWS:
            self._do(f"ANALYZE (SKIP_LOCKED) {name}")


def _driver_connection(connection: Connection) -> Any:
    return connection.connection.driver_connection
