"""Statements that change a table which is there, each one column at a time.

Beside `statements`, which makes and reads tables. An engine runs them as they are
(`Warehouse.alter`) or, where it cannot alter in place, does what they say in its own way.
"""

from sqlglot import exp

from postloan.contracts import Column


def adding_column(table: str, column: Column) -> exp.Alter:
    """A column without values; that it is required is said apart, as some engines ask."""
    kind = exp.DataType.build(column.sql_type, dialect="duckdb")
    return _altering(table, exp.ColumnDef(this=exp.to_identifier(column.name), kind=kind))


def dropping_column(table: str, name: str) -> exp.Alter:
    """A column goes with its values."""
    return _altering(table, exp.Drop(tables=[exp.column(name)], kind="COLUMN"))


def renaming_column(table: str, old: str, new: str) -> exp.Alter:
    """A column keeps its values under another name."""
    return _altering(table, exp.RenameColumn(this=exp.column(old), to=exp.column(new)))


def retyping_column(table: str, column: Column) -> exp.Alter:
    """The values of a column are cast to the type of the contract."""
    kind = exp.DataType.build(column.sql_type, dialect="duckdb")
    values = exp.cast(exp.column(column.name), kind.copy())
    return _altering(
        table, exp.AlterColumn(this=exp.to_identifier(column.name), dtype=kind, using=values)
    )


def requiring_column(table: str, name: str) -> exp.Alter:
    """Every row must have a value from now on."""
    # SQLGlot 30 writes SET NOT NULL for either truth of `allow_null`, and complains about one.
    this = exp.to_identifier(name)
    return _altering(table, exp.AlterColumn(this=this, drop=False, allow_null=True))


def relaxing_column(table: str, name: str) -> exp.Alter:
    """A row may be without a value from now on."""
    this = exp.to_identifier(name)
    return _altering(table, exp.AlterColumn(this=this, drop=True, allow_null=True))


def _altering(table: str, action: exp.Expr) -> exp.Alter:
    return exp.Alter(this=exp.to_table(table), kind="TABLE", actions=[action])
