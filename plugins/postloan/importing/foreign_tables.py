"""Opens the files of a foreign system as tables."""

import csv
import gzip
import re
from pathlib import Path
from typing import TextIO

import duckdb

from postloan.importing.mapping import ForeignTable, MappingError
from postloan.landing_writer import literal, quoted

# What an engine says besides the rows it quotes. Those may hold personal data and stay unsaid.
_HARMLESS = re.compile(
    r"CSV Error on Line: \d+|Expected Number of Columns: \d+ Found: \d+"
    r"|Invalid unicode|unterminated quote|state machine reached an invalid state",
    re.IGNORECASE,
)


def reason(error: duckdb.Error) -> str:
    """An engine's message without the values and rows it quotes: they may be personal."""
    text = str(error)
    first = re.sub(r"'[^']*'|\"[^\"]*\"", "…", text.splitlines()[0])
    said = [found for found in dict.fromkeys(_HARMLESS.findall(text)) if found not in first]
    return ", ".join([first, *said])


def _open_text(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _header(path: Path, delimiter: str) -> list[str]:
    try:
        with _open_text(path) as stream:
            names = next(csv.reader(stream, delimiter=delimiter), [])
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise MappingError(f"its header row cannot be read: {error}") from error
    names = [name.removeprefix("\ufeff") for name in names]
    if not names or not all(names) or len(set(names)) < len(names):
        raise MappingError("its first line must name every column, each of them once.")
    return names


def _csv_reader(path: Path, table: ForeignTable) -> str:
    # Nothing is detected: a guess skips lines that do not fit it, without a word.
    columns = ", ".join(f"{literal(n)}: 'varchar'" for n in _header(path, table.delimiter))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, strict_mode = true, "
        f"header = true, delim = {literal(table.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}})"
    )


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, table: ForeignTable, path: Path
) -> None:
    if path.name.endswith(".parquet"):
        statement = f"create view {quoted(name)} as from read_parquet({literal(str(path))})"
    elif path.name.endswith((".csv", ".csv.gz")):
        # Read at once, so that a broken line is blamed on its file.
        statement = f"create table {quoted(name)} as from {_csv_reader(path, table)}"
    else:
        raise MappingError("the file is neither .csv, .csv.gz nor .parquet.")
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
