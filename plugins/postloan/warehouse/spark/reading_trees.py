"""What a statement reads and asks for, seen from its tree."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlglot import exp

from postloan.warehouse.models import Parameters, translate
from postloan.warehouse.spark.dialect import DIALECT


def spark_sql(tree: exp.Expr) -> str:
    """A statement for Spark: parameters as `:name`.

    Raises:
        WarehouseError: Spark has no form for part of the statement.
    """
    return translate(tree, DIALECT)


def tables_of(tree: exp.Expr) -> tuple[str, ...]:
    """Names of the tables that a statement reads, temporary ones included."""
    own_names = {cte.alias for cte in tree.find_all(exp.CTE)}
    found = {t.name for t in tree.find_all(exp.Table)}
    return tuple(sorted(found - own_names))


class Counted(NamedTuple):
    """A question for the number of rows of a table, or of some of its columns' values."""

    table: str
    where: Mapping[str, exp.Expr]


def counted(tree: exp.Expr) -> Counted | None:
    """The question, where a statement asks for nothing but the number of rows of one table."""
    if not isinstance(tree, exp.Select) or len(tree.selects) != 1:
        return None
    if {name for name, part in tree.args.items() if part} - {"expressions", "from_", "where"}:
        return None
    asked, source = tree.selects[0].unalias(), tree.args.get("from_")
    is_count = isinstance(asked, exp.Count) and isinstance(asked.this, exp.Star)
    if not is_count or source is None or not isinstance(source.this, exp.Table):
        return None
    where = tree.args.get("where")
    same = equalities(where.this) if where else {}
    return None if same is None else Counted(source.this.name, same)


def equalities(condition: exp.Expr) -> dict[str, exp.Expr] | None:
    """Column -> what it must equal; None where the condition says more than that."""
    found = {}
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        pair = _equality(part)
        if pair is None:
            return None
        found[pair[0]] = pair[1]
    return found


def equality_with(condition: exp.Expr, column: str) -> exp.Expr | None:
    """What a column must equal for a condition to hold, where that can be seen."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        pair = _equality(part)
        if pair and pair[0] == column:
            return pair[1]
    return None


def value_of(expression: exp.Expr, parameters: Parameters) -> Any:
    """The value of a parameter, or of a text."""
    inner = expression.this if isinstance(expression, exp.Cast) else expression
    return inner.this if isinstance(inner, exp.Literal) else parameters[inner.name]


def _equality(part: exp.Expr) -> tuple[str, exp.Expr] | None:
    part = part.unnest()
    if not isinstance(part, exp.EQ) or not isinstance(part.this, exp.Column):
        return None
    value = part.expression
    inner = value.this if isinstance(value, exp.Cast) else value
    is_text = isinstance(inner, exp.Literal) and inner.is_string
    return (part.this.name, value) if isinstance(inner, exp.Placeholder) or is_text else None


def partition_text(value: Any) -> str:
    """The value of a partition column as the folder of the partition is called."""
    return value.isoformat() if isinstance(value, date) else str(value)
