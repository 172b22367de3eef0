"""The statements about a table that its name, or its contract, says already."""

from functools import cache

from sqlglot import exp

from postloan.contracts import Column, Table
from postloan.warehouse.statement import Statement

PARTITION = "partition"
"""The parameter that holds the partition of `counting`, `deleting` and `repeated_keys`."""


@cache
def counting(name: str, partition: str | None) -> Statement:
    """The number of rows of a table, or of one of its partitions."""
    query = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(name)
    return Statement(query.where(equal_to({partition: PARTITION})) if partition else query)


@cache
def repeated_keys(name: str, key: tuple[str, ...], partition: str | None) -> Statement:
    """The number of keys that occur more than once in a table, or in one of its partitions."""
    keys = [exp.column(k) for k in key]
    repeated = exp.select(*keys).from_(name).group_by(*keys).having("count(*) > 1")
    if partition:
        repeated = repeated.where(equal_to({partition: PARTITION}))
    count = exp.Count(this=exp.Star()).as_("n")
    return Statement(exp.select(count).from_(repeated.subquery("twice")))


@cache
def emptying(name: str) -> Statement:
    """The removal of all rows."""
    return Statement(exp.delete(exp.to_table(name)))


@cache
def deleting(name: str, column: str) -> Statement:
    """The removal of one partition."""
    return deleting_among(name, equal_to({column: PARTITION}))


@cache
def deleting_where(name: str, columns: tuple[str, ...]) -> Statement:
    """The removal of the rows whose columns have the values of the parameters of their names."""
    return deleting_among(name, equal_to({c: c for c in columns}))


def deleting_among(name: str, condition: exp.Expr) -> Statement:
    """The removal of the rows that meet a condition."""
    return Statement(exp.delete(exp.to_table(name)).where(condition))


@cache
def dropping(name: str) -> Statement:
    """The removal of a table that may not be there."""
    return Statement(exp.Drop(tables=[exp.to_table(name)], kind="TABLE", exists=True))


@cache
def renaming(name: str, new_name: str) -> Statement:
    """Another name for a table."""
    rename = exp.AlterRename(this=exp.to_table(new_name))
    return Statement(exp.Alter(this=exp.to_table(name), kind="TABLE", actions=[rename]))


@cache
def creating(table: Table) -> Statement:
    """A table as its contract describes it; keys are checked on writing instead."""
    columns = [_definition(column) for column in table.columns]
    schema = exp.Schema(this=exp.to_table(table.name), expressions=columns)
    return Statement(exp.Create(this=schema, kind="TABLE"))


def _definition(column: Column) -> exp.ColumnDef:
    needed = exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())
    return exp.ColumnDef(
        this=exp.to_identifier(column.name),
        kind=exp.DataType.build(column.sql_type, dialect="duckdb"),
        constraints=[needed] if column.required else [],
    )


def equal_to(parameters: dict[str, str]) -> exp.Expr:
    """The condition that columns have the values of parameters."""
    return exp.and_(*(exp.column(c).eq(exp.Placeholder(this=p)) for c, p in parameters.items()))
