"""A statement as a value: its tree, what it needs and how an engine writes it.

Making a tree of a text, and a text of a tree for an engine, takes as long as running it on a small
lender. So a statement keeps what was asked of it, and the same question is the same statement. It
is never changed: what is made of it is another one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlglot
from sqlglot import exp

from postloan.contracts import Table
from postloan.errors import WarehouseError
from postloan.warehouse.models import (
    Parameters,
    Select,
    Substitutions,
    expanded,
    sql_folder,
    text_of,
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement in the DuckDB dialect.

    Attributes:
        tree: what it says; nobody changes it.
    """

    tree: exp.Expr
    _answers: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def select(cls, select: Select, substitutions: Substitutions = ()) -> "Statement":
        """A SELECT as a warehouse reads it, with its views put in.

        Args:
            select: the SELECT.
            substitutions: pairs of a table and the SELECT that is read in its place.
        """
        return _select(text_of(select), sql_folder(), substitutions)

    @classmethod
    def parsed(cls, text: str) -> Self:
        """A statement of any kind, without views."""
        return cls(sqlglot.parse_one(text, read="duckdb"))

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters it uses."""
        return tuple(sorted({p.name for p in self.tree.find_all(exp.Placeholder)}))

    def given(self, parameters: Parameters) -> dict[str, Any]:
        """The parameters that it really uses.

        `known_on`, the date up to which deliveries count, is the business date unless given: a past
        date can be computed as it is known today.

        Raises:
            WarehouseError: it uses a parameter that was not given.
        """
        if "known_on" not in parameters and "business_date" in parameters:
            parameters = {**parameters, "known_on": parameters["business_date"]}
        missing = [n for n in self.parameters if n not in parameters]
        if missing:
            raise WarehouseError(f"The statement needs the parameters {', '.join(missing)}.")
        return {n: parameters[n] for n in self.parameters}

    def answer(self, question: Callable[[exp.Expr], Answer]) -> Answer:
        """What a function says of its tree, asked once: how an engine writes it, for instance."""
        if question not in self._answers:
            self._answers[question] = question(self.tree)
        return self._answers[question]  # type: ignore[no-any-return]

    # What is made of a SELECT -------------------------------------------------------------

    def as_temporary(self, name: str) -> "Statement":
        """Its rows become a temporary table."""
        return _as_temporary(self, name)

    def as_rows(self, name: str, columns: tuple[str, ...]) -> "Statement":
        """Its rows are added to a table as they are."""
        return _as_rows(self, name, columns)

    def as_contract_rows(self, table: Table, among: exp.Expr | None = None) -> "Statement":
        """Its rows, or those of a condition, are added to a table in the types of its contract."""
        return _as_contract_rows(self, table, among)


@cache
def _select(text: str, folder: Path, substitutions: Substitutions) -> Statement:
    return Statement(expanded(text, folder, substitutions))


def temporary(name: str, rows: exp.Query) -> Statement:
    """The rows of a tree, which is the statement's own, become a temporary table."""
    properties = exp.Properties(expressions=[exp.TemporaryProperty()])
    tree = exp.Create(this=exp.to_table(name), kind="TABLE", expression=rows, properties=properties)
    return Statement(tree)


@cache
def _as_temporary(select: Statement, name: str) -> Statement:
    return temporary(name, _rows_of(select))


@cache
def _as_rows(select: Statement, name: str, columns: tuple[str, ...]) -> Statement:
    return Statement(exp.insert(_rows_of(select), exp.to_table(name), columns=list(columns)))


@cache
def _as_contract_rows(select: Statement, table: Table, among: exp.Expr | None) -> Statement:
    made = _rows_of(select).subquery("made", copy=False)
    cast = (exp.cast(exp.column(c.name), c.sql_type).as_(c.name) for c in table.columns)
    rows = exp.select(*cast).from_(made, copy=False)
    if among is not None:
        rows = rows.where(among.copy(), copy=False)
    columns = list(table.column_names)
    return Statement(exp.insert(rows, exp.to_table(table.name), columns=columns, copy=False))


def _rows_of(select: Statement) -> exp.Query:
    rows = select.tree.copy()
    if not isinstance(rows, exp.Query):
        raise WarehouseError(f"Only a SELECT has rows, not {type(rows).__name__}.")
    return rows
