"""Statements that are made once and run often.

Making a statement out of a tree, and writing it down for an engine, takes as long as running it on
a small lender. So what is made here is kept: the same question is the same tree, and each engine
writes it once. A kept tree is never changed; copy it to make another one of it.
"""

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlglot import exp

from postloan.contracts import Column, Table
from postloan.errors import WarehouseError
from postloan.warehouse.models import Parameters, Substitutions, expanded

Tree = TypeVar("Tree", bound=exp.Expr)
Answer = TypeVar("Answer")

_kept: dict[int, exp.Expr] = {}

PARTITION = "partition"
"""The parameter that holds the partition of `counting`, `deleting` and `repeated_keys`."""


class Select(NamedTuple):
    """A SELECT as a warehouse reads it: its text, and where the views in it are."""

    text: str
    folder: Path
    substitutions: Substitutions = ()


def keep(tree: Tree) -> Tree:
    """Let a tree be written once only. It must not be changed any more."""
    _kept[id(tree)] = tree
    return tree


def once_per_statement(ask: Callable[[exp.Expr], Answer]) -> Callable[[exp.Expr], Answer]:
    """Let a function of a tree answer once for each kept one, and anew for any other."""
    answers: dict[int, Answer] = {}

    @wraps(ask)
    def answer(tree: exp.Expr) -> Answer:
        key = id(tree)
        if _kept.get(key) is not tree:
            return ask(tree)
        if key not in answers:
            answers[key] = ask(tree)
        return answers[key]

    return answer


@once_per_statement
def parameters_of(tree: exp.Expr) -> tuple[str, ...]:
    """Names of the parameters a tree uses."""
    return tuple(sorted({p.name for p in tree.find_all(exp.Placeholder)}))


def used(tree: exp.Expr, parameters: Parameters) -> dict[str, Any]:
    """The parameters that a tree really uses.

    `known_on`, the date up to which deliveries count, is the business date unless given: a past
    date can be computed as it is known today.

    Raises:
        WarehouseError: the tree uses a parameter that was not given.
    """
    names = parameters_of(tree)
    if "known_on" in names and "known_on" not in parameters and "business_date" in parameters:
        parameters = {**parameters, "known_on": parameters["business_date"]}
    missing = [n for n in names if n not in parameters]
    if missing:
        raise WarehouseError(f"The statement needs the parameters {', '.join(missing)}.")
    return {n: parameters[n] for n in names}


# Around a SELECT ------------------------------------------------------------------------------


@cache
def selecting(select: Select) -> exp.Query:
    """A SELECT with its views, and with what stands in for tables, put in."""
    return keep(expanded(*select))


@cache
def making_temporary(name: str, select: Select) -> exp.Create:
    """A SELECT whose rows become a temporary table."""
    return keep(
        exp.Create(
            this=exp.to_table(name),
            kind="TABLE",
            expression=selecting(select).copy(),
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
    )


@cache
def adding(name: str, columns: tuple[str, ...], select: Select) -> exp.Insert:
    """A SELECT whose rows are added to a table as they are."""
    rows = selecting(select).copy()
    return keep(exp.insert(rows, exp.to_table(name), columns=list(columns)))


@cache
def adding_cast(table: Table, select: Select) -> exp.Insert:
    """A SELECT whose rows are added to a table in the types of its contract."""
    made = selecting(select).copy().subquery("made")
    cast = (exp.cast(exp.column(c.name), c.sql_type).as_(c.name) for c in table.columns)
    rows = exp.select(*cast).from_(made)
    return keep(exp.insert(rows, exp.to_table(table.name), columns=list(table.column_names)))


# About a table --------------------------------------------------------------------------------


@cache
def counting(name: str, partition: str | None) -> exp.Select:
    """The number of rows of a table, or of one of its partitions."""
    query = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(name)
    return keep(query.where(equal_to({partition: PARTITION})) if partition else query)


@cache
def repeated_keys(name: str, key: tuple[str, ...], partition: str | None) -> exp.Select:
    """The number of keys that occur more than once in a table, or in one of its partitions."""
    keys = [exp.column(k) for k in key]
    repeated = exp.select(*keys).from_(name).group_by(*keys).having("count(*) > 1")
    if partition:
        repeated = repeated.where(equal_to({partition: PARTITION}))
    count = exp.Count(this=exp.Star()).as_("n")
    return keep(exp.select(count).from_(repeated.subquery("twice")))


@cache
def deleting(name: str, column: str) -> exp.Delete:
    """The removal of one partition."""
    return keep(exp.delete(exp.to_table(name)).where(equal_to({column: PARTITION})))


@cache
def deleting_where(name: str, columns: tuple[str, ...]) -> exp.Delete:
    """The removal of the rows whose columns have the values of the parameters of their names."""
    return keep(exp.delete(exp.to_table(name)).where(equal_to({c: c for c in columns})))


@cache
def dropping(name: str) -> exp.Drop:
    """The removal of a table that may not be there."""
    return keep(exp.Drop(tables=[exp.to_table(name)], kind="TABLE", exists=True))


@cache
def creating(table: Table) -> exp.Create:
    """A table as its contract describes it; keys are checked on writing instead."""
    columns = [_definition(column) for column in table.columns]
    schema = exp.Schema(this=exp.to_table(table.name), expressions=columns)
    return keep(exp.Create(this=schema, kind="TABLE"))


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
