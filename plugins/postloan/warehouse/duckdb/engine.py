"""DuckDB, the embedded engine: one file, one writing process.

A second process cannot open the file while this one has it, so opening waits. Nothing else in
the process may open the database file: the lock would silently be dropped.
"""

import logging
import random
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
import pyarrow as pa
from sqlglot import exp

from postloan.errors import RunAgainError, WarehouseError
from postloan.files.file_patterns import no_pattern
from postloan.text.advice import advised
from postloan.text.shown_text import shown
from postloan.warehouse.capabilities import ReadsPlainFiles, SpeaksSQLAlchemy
from postloan.warehouse.duckdb.errors import explained
from postloan.warehouse.duckdb.keys import repeated_hashes, repeated_numbers
from postloan.warehouse.engine import LONGEST_WORDS, REPORT, Row
from postloan.warehouse.migration import held_columns
from postloan.warehouse.models import Parameters, translate
from postloan.warehouse.schema.plan import HeldColumn
from postloan.warehouse.statement import Statement
from postloan.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import Engine

BATCH_ROWS = 10_000
MEMORY = ":memory:"
"""In place of a file. With a name behind it, the connections of one process share it."""

LOCKED = "Could not set lock"
IN_ORDER = "SET preserve_insertion_order = true; SET disabled_optimizers = 'in_clause'"
"""For a statement whose row ids follow the order of what it reads. A longer IN list would be made a
join, and behind a join DuckDB 2.0.0 keeps no order: the part read first comes first."""

IN_ANY_ORDER = "SET preserve_insertion_order = false; RESET disabled_optimizers"
"""Where insertion order is kept, DuckDB 2.0.0 loses sight of rows until the commit: an INSERT of no
rows, then one of 122,880 or more, and a scan finds none of them."""

SILENT_SECONDS, TELL_AGAIN_SECONDS = 2.0, 60.0
"""After so long somebody is told what is waited for, and then again every minute."""

log = logging.getLogger(__name__)

_QUOTED = re.compile(r"""['"].*['"]""")
"""From the first quote to the last: a value may hold quotes itself."""


def _holder(error: duckdb.Error) -> str:
    """Who has the file, as far as DuckDB knows."""
    found = re.search(r"\(PID (\d+)\)", str(error))
    return f"process {found[1]}" if found else "another process"


def _connect(
    path: str, config: dict[str, Any], patience_seconds: float
) -> duckdb.DuckDBPyConnection:
    """Open the file, waiting for another process to finish with it."""
    # DuckDB would wait for ever for what a pipe has to say.
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        raise WarehouseError(
            f"Cannot open the warehouse {shown(path, 200)}: it is no ordinary file. "
            f"Correct POSTLOAN_WAREHOUSE."
        )
    began = time.monotonic()
    deadline, tell_at, pause = began + patience_seconds, began + SILENT_SECONDS, 0.1
    while True:
        try:
            return duckdb.connect(path, config=config)
        except duckdb.Error as error:
            if LOCKED not in str(error):
                raise _not_opened(error, path) from None
            if time.monotonic() > deadline:
                raise RunAgainError(
                    f"The warehouse {path} has been in use by another process for "
                    f"{patience_seconds:.0f} s. End that process, or try again later."
                ) from error
            if time.monotonic() > tell_at:
                tell_at = (
                    deadline
                    if patience_seconds <= TELL_AGAIN_SECONDS
                    else (time.monotonic() + TELL_AGAIN_SECONDS)
                )
                log.warning(
                    "The warehouse %s is in use by %s; waiting for it, up to %.0f s …",
                    path,
                    _holder(error),
                    deadline - time.monotonic(),
                )
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (spreads retries only)
            pause = min(pause * 2, 5)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"Cannot open the warehouse: {advised(error)}") from None


def _not_opened(error: duckdb.Error, path: str) -> WarehouseError:
    what = "Cannot open the warehouse"
    said = shown(_without_values(error), 300)
    return explained(error, what, path) or WarehouseError(
        f"{what} {shown(path, 200)}: {said}. Correct POSTLOAN_WAREHOUSE."
    )


def _without_values(error: duckdb.Error) -> str:
    """What DuckDB says, without the values it quotes: they may be somebody's data."""
    first_line = str(error).split("\n", 1)[0]
    is_about_a_value = isinstance(error, duckdb.DataError | duckdb.IntegrityError)
    if is_about_a_value or isinstance(error, duckdb.InvalidInputException):
        return _QUOTED.sub("'…'", first_line)
    return first_line


def duckdb_sql(tree: exp.Expr) -> str:
    """A statement for DuckDB."""
    return translate(tree, "duckdb")


class DuckDBWarehouse(Warehouse, ReadsPlainFiles, SpeaksSQLAlchemy):
    """The warehouse in one DuckDB file, or in memory for tests (`path` begins with `MEMORY`)."""

    dialect: ClassVar[str] = "duckdb"
    seven_hexadecimals: ClassVar[str | None] = "cast('0x' || {digits} as bigint)"

    def __init__(
        self,
        path: str,
        *,
        memory_limit: str = "4GB",
        threads: int | None = None,
        patience_seconds: float = 600,
    ) -> None:
        """Open the file, waiting up to `patience_seconds` while another process has it."""
        config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            config["threads"] = threads
        self.path = path
        if not path.startswith(MEMORY):
            _make_folder(Path(path).parent)
            config["temp_directory"] = f"{path}.tmp"
        self.connection = _connect(path, config, patience_seconds)
        with self._refusals("its settings"):
            self.connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            self.connection.execute(IN_ANY_ORDER)
        self._statements = 0
        self._unwritten: dict[str, str] = {}

    def close(self) -> None:
        """Give the file back; the next process can open it."""
        with self._refusals("to close its file"):
            self.connection.close()

    @contextmanager
    def _refusals(self, what: str) -> Iterator[None]:
        """Say what was refused: first line for a person, below it the statement."""
        try:
            yield
        except duckdb.Error as error:
            # The cause is cut off on purpose: its text may quote whole rows.
            kind, _, statement = what.partition("\n")
            told = explained(error, f"DuckDB refused {kind}", self.path)
            if told is not None:
                raise told from None
            said = shown(_without_values(error), LONGEST_WORDS)
            message = f"DuckDB refused {kind}: {said}. {REPORT}"
            raise WarehouseError.about(message, statement) from None

    def engine_version(self) -> str:
        """Name and version of the engine."""
        return f"DuckDB {duckdb.__version__}"

    def begin(self) -> None:
        """Start a transaction."""
        with self._refusals("to begin"):
            self.connection.begin()

    def commit(self) -> None:
        """Make the writes of the transaction visible."""
        with self._refusals("to commit"):
            self.connection.commit()

    def rollback(self) -> None:
        """Undo the writes of the transaction; DuckDB has done so where a commit failed."""
        self._unwritten.clear()
        # Whatever it says, nothing of the transaction was written.
        with suppress(duckdb.Error):
            self.connection.rollback()

    def _execute(self, statement: Statement, parameters: Parameters) -> duckdb.DuckDBPyConnection:
        sql, given = statement.answer(duckdb_sql), statement.given(parameters)
        self._statements += 1
        with self._refusals(f"a statement\n{sql}"):
            return self.connection.execute(sql, given or None)

    def run(self, statement: Statement, parameters: Parameters) -> int:
        """Execute a statement; DuckDB tells the rows of a table made of a SELECT, too."""
        tree = statement.tree
        if isinstance(tree, exp.Insert | exp.Delete | exp.Drop | exp.Alter):
            self._make_writable(tree)
        result = self._execute(statement, parameters)
        is_write = isinstance(tree, exp.Insert | exp.Delete | exp.Update)
        if is_write or (isinstance(tree, exp.Create) and tree.expression):
            row = result.fetchone()
            return int(row[0]) if row else -1
        return -1

    def stream_rows(self, statement: Statement, parameters: Parameters) -> Iterator[Row]:
        """Yield rows in batches; the result is never held whole.

        Raises:
            WarehouseError: another statement ran before all rows were read. DuckDB would go on
                with the rows of that statement, without a word.
        """
        cursor = self._execute(statement, parameters)
        number = self._statements
        while True:
            if number != self._statements:
                raise WarehouseError(
                    "Another statement ran while rows were being read. Read all rows first (fetch)."
                )
            with self._refusals("to go on reading rows"):
                rows = cursor.fetchmany(BATCH_ROWS)
            if not rows:
                return
            yield from rows

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Append rows made in Python."""
        data = list(rows)
        if not data:
            return 0
        # DuckDB finds this very variable by its name.
        incoming = pa.table(  # noqa: F841
            {c: pa.array(v) for c, v in zip(columns, zip(*data, strict=True), strict=True)}
        )
        names = ", ".join(columns)
        self._statements += 1
        with self._refusals(f"rows for {table}"):
            self.connection.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming"  # noqa: S608 (contract names)
            )
        return len(data)

    def load_text(self, name: str, path: Path, columns: Sequence[str]) -> int:
        """Read a normalised CSV file into a temporary table of text columns."""
        types = {"line_no": "BIGINT", **dict.fromkeys(columns, "VARCHAR")}
        self.drop_temporary(name)
        # Our own reader normalised the file: what DuckDB rejects now is a defect of ours. Records
        # may have grown by it, as quotes are doubled and text becomes UTF-8.
        sql = f"""
            CREATE TEMPORARY TABLE {name} AS
            SELECT * FROM read_csv(
                $path, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                new_line = '\\n', strict_mode = true, max_line_size = 20000000, columns = $types,
                compression = 'none'
            )
        """  # noqa: S608 (own name)
        self._statements += 1
        with self._refusals(f"the normalised file for {name}"):
            self.connection.execute(sql, {"path": no_pattern(path), "types": types})
        return self.count(name)

    def load_plain(
        self, name: str, path: Path, columns: Sequence[str], typed: Mapping[str, str], is_plain: str
    ) -> int:
        """Read the plain records of a delivered CSV file into a temporary table.

        Every record is read at first, because the row ids of a table follow the order of the file,
        however many threads have read it; numbering while reading would leave one thread. Where
        row ids begin depends on the transaction. A view numbers the rows until somebody writes.
        """
        read = f"read_{name}"
        values = ", ".join(f"{value} AS typed_{column}" for column, value in typed.items())
        kept = ", ".join(f"typed_{column} AS {column}" for column in typed)
        self._make_of_file(
            read,
            path,
            columns,
            f"SELECT {kept}, {is_plain} AS is_plain FROM (SELECT *, {values} FROM delivered)",  # noqa: S608 (names and rules of the contract)
        )
        self.drop_temporary(name)
        first = self.connection.execute(f"SELECT min(rowid) FROM {read}").fetchall()[0][0] or 0  # noqa: S608 (own name)
        self.connection.execute(
            f"CREATE TEMPORARY VIEW {name} AS SELECT rowid - {first} + 2 AS line_no, "  # noqa: S608 (own names)
            f"* EXCLUDE (is_plain) FROM {read} WHERE is_plain"
        )
        self._unwritten[name] = read
        return self.count(name)

    def _make_writable(self, tree: exp.Insert | exp.Delete | exp.Drop | exp.Alter) -> None:
        """Turn a view of `load_plain` into a table, or drop it, before a statement on it."""
        place = tree.args["tables"][0] if isinstance(tree, exp.Drop) else tree.this
        name = (place.this if isinstance(place, exp.Schema) else place).name
        read = self._unwritten.pop(name, None)
        if read is None:
            return
        self._statements += 1
        if not isinstance(tree, exp.Drop):
            self.connection.execute(f"CREATE TEMPORARY TABLE written AS FROM {name}")
        self.connection.execute(f"DROP VIEW {name}; DROP TABLE {read}")
        if not isinstance(tree, exp.Drop):
            self.connection.execute(f"ALTER TABLE written RENAME TO {name}")

    def load_rest(self, name: str, path: Path, columns: Sequence[str], taken: str) -> int:
        """Read the records of a delivered CSV file that `load_plain` left."""
        self._make_of_file(
            name,
            path,
            columns,
            "SELECT * FROM (SELECT row_number() OVER () + 1 AS line_no, * FROM delivered) "  # noqa: S608 (own names)
            f"WHERE line_no NOT IN (SELECT line_no FROM {taken})",
        )
        return self.count(name)

    def _make_of_file(self, name: str, path: Path, columns: Sequence[str], select: str) -> None:
        """Make a temporary table of a plain file, which the select knows as `delivered`."""
        self.drop_temporary(name)
        sql = f"""
            CREATE TEMPORARY TABLE {name} AS
            WITH delivered AS (
                FROM read_csv(
                    $path, auto_detect = false, header = true, delim = ',', quote = '',
                    escape = '', new_line = '\\n', strict_mode = true, ignore_errors = true,
                    max_line_size = 2000000, columns = $types, compression = 'none'
                )
            )
            {select}
        """
        self._statements += 1
        types = dict.fromkeys(columns, "VARCHAR")
        self.connection.execute(IN_ORDER)
        try:
            with self._refusals(f"the delivered file for {name}"):
                self.connection.execute(sql, {"path": no_pattern(path), "types": types})
        finally:
            self.connection.execute(IN_ANY_ORDER)

    def key_sieve(self, name: str, key: tuple[str, ...], partition: str | None) -> Statement:
        """What tells at a fraction of the cost that no key repeats."""
        if len(key) > 1 and not partition and self._type_of(name, key[-1]) == "INTEGER":
            return repeated_numbers(name, key)
        return repeated_hashes(name, key, partition)

    def _type_of(self, table: str, column: str) -> str:
        ((found,),) = self.connection.execute(
            "SELECT data_type FROM duckdb_columns() WHERE table_name = ? AND column_name = ?",
            [table, column],
        ).fetchall()
        return str(found)

    def sqlalchemy_engine(self) -> "Engine":
        """This very connection as SQLAlchemy sees it."""
        from postloan.warehouse.sqlalchemy_bridge import lend_duckdb

        return lend_duckdb(self.connection)

    def table_exists(self, name: str) -> bool:
        """Whether a table of that name is there."""
        with self._refusals("to look for a table"):
            found = self.connection.execute(
                "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name]
            ).fetchall()
        return bool(found[0][0])

    def held_columns(self) -> dict[str, tuple[HeldColumn, ...]]:
        """Every table of the file: name -> its columns."""
        with self._refusals("to tell its tables"):
            rows = self.connection.execute(
                "SELECT table_name, column_name, data_type, NOT is_nullable FROM duckdb_columns() "
                "WHERE database_name = current_database() AND NOT internal "
                "ORDER BY table_name, column_index"
            ).fetchall()
        return held_columns(rows, self.dialect)
