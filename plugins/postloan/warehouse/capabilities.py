"""What some engines can do beyond the door, and others cannot.

Whoever asks for one of them says what happens where it is missing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from postloan.errors import WarehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from sqlalchemy import Engine


class ReadsPlainFiles(ABC):
    """Reads delivered CSV files itself.

    They are known to be plain: UTF-8, LF, a header row, no quotes. An empty field is NULL. A line
    with too few or too many fields is passed over.
    """

    @abstractmethod
    def load_plain(
        self, name: str, path: Path, columns: Sequence[str], typed: Mapping[str, str], is_plain: str
    ) -> int:
        """Read the plain records of a file into a temporary table; number of rows.

        Args:
            name: the temporary table; it gets `line_no` (the header's is 1) and the typed columns.
            path: the delivered file.
            columns: names of its columns, all read as text.
            typed: name of every column -> its value, as an expression of the engine over the text.
            is_plain: which records are kept; may name the columns, which are text, and what they
                were typed to, `typed_<column>`.
        """

    @abstractmethod
    def load_rest(self, name: str, path: Path, columns: Sequence[str], taken: str) -> int:
        """Read the records of a file that `load_plain` left; number of rows.

        Args:
            name: the temporary table; it gets `line_no` and the columns, all text.
            path: the delivered file.
            columns: names of its columns.
            taken: the table that `load_plain` made of it.
        """


class SpeaksSQLAlchemy(ABC):
    """Lends its connection to tools that speak nothing else."""

    @abstractmethod
    def sqlalchemy_engine(self) -> "Engine":
        """This very connection as SQLAlchemy sees it.

        It sees the temporary tables and the open transaction; committing, rolling back or closing
        through it does nothing. The engine is good until the warehouse is closed.
        """


def engine_of(warehouse: object) -> "Engine":
    """The SQLAlchemy engine that an open warehouse lends.

    Raises:
        WarehouseError: it has none.
    """
    if isinstance(warehouse, SpeaksSQLAlchemy):
        return warehouse.sqlalchemy_engine()
    raise WarehouseError(f"{type(warehouse).__name__} does not speak SQLAlchemy.")


class HasDataFrames(ABC):
    """Hands tables over as Spark data frames."""

    @abstractmethod
    def data_frame(self, name: str, beside: Iterable[str] = ()) -> "DataFrame":
        """The rows of a table, temporary or not.

        Args:
            name: the table.
            beside: other tables that the session of the frame has to see under their names.
        """
