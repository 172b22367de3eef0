"""Opens the files of a foreign system as tables."""

import csv
import gzip
import re
from pathlib import Path
from typing import TextIO

import duckdb

from postloan.files.file_patterns import no_pattern
from postloan.landing.foreign.mapping import ForeignTable, MappingError
from postloan.landing.writer import literal, quoted
from postloan.text.shown_text import shown

# What an engine says besides the rows it quotes. Those may hold personal data and stay unsaid.
_HARMLESS = re.compile(
    r"CSV Error on Line: \d+|Expected Number of Columns: \d+ Found: \d+"
    r"|Invalid unicode|unterminated quote|state machine reached an invalid state",
    re.IGNORECASE,
)


def reason(error: duckdb.Error) -> str:
    """An engine's message without the values and rows it quotes: they may be personal."""
    text = str(error)
    # From the first quote to the last: a value may hold quotes itself.
    first = re.sub(r"['\"].*['\"]", "…", text.splitlines()[0])
    if isinstance(error, duckdb.InvalidInputException):
        # The words may be those of the SELECT, made of what it has read.
        first = first.split(":", 1)[0]
    elif isinstance(error, duckdb.PermissionException):
        first = "read from the tables of the mapping only, from no other file"
    said = [found for found in dict.fromkeys(_HARMLESS.findall(text)) if found not in first]
    return shown(", ".join([first, *said]), 300)


def _open_text(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


LONGEST_HEADER = 1 << 20
"""Characters; a line without an end may be anything, and packed it may be very much of it."""


def _header(path: Path, delimiter: str) -> list[str]:
    if not path.is_file():
        raise MappingError("it is not a file.")
    try:
        with _open_text(path) as stream:
            line = stream.readline(LONGEST_HEADER)
        if len(line) == LONGEST_HEADER:
            raise MappingError("its first line is longer than any header row.")
        names = next(csv.reader([line], delimiter=delimiter), [])
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise MappingError(f"its header row cannot be read ({type(error).__name__}).") from error
    names = [name.removeprefix("\ufeff") for name in names]
    if not names or not all(names) or len(set(names)) < len(names):
        raise MappingError("its first line must name every column, each of them once.")
    return names


def _csv_reader(path: Path, table: ForeignTable) -> str:
    # Nothing is detected: a guess skips lines that do not fit it, without a word.
    columns = ", ".join(f"{literal(n)}: 'varchar'" for n in _header(path, table.delimiter))
    packing = "gzip" if path.suffix == ".gz" else "none"
    return (
        f"read_csv({literal(no_pattern(path))}, auto_detect = false, strict_mode = true, "
        f"header = true, delim = {literal(table.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, compression = '{packing}')"
    )


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, table: ForeignTable, path: Path
) -> None:
    if path.name.endswith(".parquet"):
        reader = f"read_parquet({literal(no_pattern(path))})"
    elif path.name.endswith((".csv", ".csv.gz")):
        reader = _csv_reader(path, table)
    else:
        raise MappingError("the file is neither .csv, .csv.gz nor .parquet.")
    # Read at once, so that what is broken is blamed on its file, and no file is open later.
    statement = f"create table {quoted(name)} as from {reader}"
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        raise MappingError(f"the file cannot be read: {reason(error)}") from None


def open_table(
    connection: duckdb.DuckDBPyConnection, name: str, table: ForeignTable, folder: Path
) -> None:
    """Make a file readable under the name that the mapping gives it.

    Columns of a CSV file are text; those of a Parquet file keep their types.

    Raises:
        MappingError: the file is missing, outside the folder, of another kind or broken.
    """
    path = (folder / table.file).resolve()
    try:
        if not path.is_relative_to(folder.resolve()):
            raise MappingError(f"the file lies outside {folder}.")
        if not path.is_file():
            raise MappingError(f"there is no such file in {folder}.")
        _create(connection, name, table, path)
    except MappingError as error:
        raise MappingError(f"tables.{name}, {table.file}: {error}") from error.__cause__
