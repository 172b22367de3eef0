"""Checks the SELECTs of a mapping before anything runs them."""

import re
from collections.abc import Collection, Mapping
from datetime import date

import sqlglot
from sqlglot import exp

from postloan.landing.foreign.mapping import NAME, MappingError
from postloan.text.shown_text import shown


def _parse(sql: str) -> exp.Query:
    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise MappingError(f"this is no SQL: {shown(str(error).splitlines()[0], 300)}") from error
    except RecursionError:
        raise MappingError("its brackets are nested too deep. Write it flatter.") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise MappingError("write exactly one SELECT.")
    return trees[0]


def _check_tables(tree: exp.Query, tables: Collection[str]) -> None:
    """Say early what a SELECT may not read; the engine itself opens no file for it either."""
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for name in named:
        # DuckDB takes a name that no table has for that of a file.
        if not re.fullmatch(NAME, name):
            raise MappingError(
                f"call a part of the SELECT by small letters, digits and _, not '{shown(name)}'."
            )
    for table in tree.find_all(exp.Table):
        # A function in place of a table could read any file of the machine.
        if not isinstance(table.this, exp.Identifier) or table.db:
            raise MappingError(
                f"read from the tables of the mapping only, not from {shown(table.sql('duckdb'))}."
            )
        if table.name not in tables and table.name not in named:
            raise MappingError(
                f"there is no table '{shown(table.name)}'. "
                f"The mapping names: {', '.join(sorted(tables))}."
            )


def _fill_in(tree: exp.Query, parameters: Mapping[str, date | None]) -> None:
    for placeholder in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        value = parameters.get(placeholder.name)
        if placeholder.name not in parameters:
            known = ", ".join(f"${name}" for name in parameters)
            raise MappingError(f"'{placeholder.sql('duckdb')}' is unknown; use {known}.")
        if value is None:
            raise MappingError(f"it uses ${placeholder.name}, and no such date is given.")
        typed = exp.cast(exp.Literal.string(value.isoformat()), "date", dialect="duckdb")
        placeholder.replace(typed)


def resolve(sql: str, tables: Collection[str], parameters: Mapping[str, date | None]) -> str:
    """Check a SELECT and fill in its parameters.

    Args:
        sql: one SELECT in the DuckDB dialect.
        tables: names of the tables it may read.
        parameters: `$name` -> date.

    Returns:
        The statement to run.

    Raises:
        MappingError: it is no single SELECT, reads something else, or uses another parameter.
    """
    tree = _parse(sql)
    _check_tables(tree, tables)
    _fill_in(tree, parameters)
    return tree.sql("duckdb")
