"""What an engine must be able to do, and what follows of that alone: transactions and tables."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlglot import exp

from postloan.contracts import Table
from postloan.errors import WarehouseError
from postloan.warehouse.models import Parameters
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import creating

if TYPE_CHECKING:
    from postloan.warehouse.schema.plan import HeldColumn

LONGEST_WORDS = 300
"""Characters of what an engine says."""
REPORT = "Nothing of it was written. Run it again, and report it where it fails again."
Row = tuple[Any, ...]


class Engine(ABC):
    """One open connection to an engine, used as a context manager: what it must say for itself.

    Statements are values in the DuckDB dialect; each engine writes them in its own.
    """

    dialect: ClassVar[str]
    seven_hexadecimals: ClassVar[str | None] = None
    """The number that seven hexadecimal digits, `{digits}`, write, where the engine has a word."""
    in_transaction: bool = False
    _is_doomed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Statements ---------------------------------------------------------------------------

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
