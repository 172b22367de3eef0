"""The portable subset, checked on the syntax tree of a statement.

Each message names the form that gives the same rows on every engine. The syntax alone is checked,
so statements over golden data on each engine stay necessary: no check here sees an overflow or a
text that is no number.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from postloan.sqllint.findings import Finding, at
from postloan.warehouse.portable_functions import ALLOWED, CAST_TYPES, FORBIDDEN, RESERVED

Check = Callable[[exp.Expr], str | None]

DATE = exp.DType.DATE
DOUBLE = exp.DType.DOUBLE
WITHOUT_FRAME = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag,
    exp.Lead,
)  # fmt: skip
TIME_FORMATS = ("Y", "m", "d", "H", "M", "S")


# Small questions about a node ---------------------------------------------------------------


def _cast_type(node: exp.Expr | None) -> exp.DType | None:
    return node.to.this if isinstance(node, exp.Cast) else None


def _is_inside_cast(node: exp.Expr, *types: exp.DType) -> bool:
    """Whether a CAST (to one of the types, if given) surrounds the node within its SELECT."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Query):
        if isinstance(parent, exp.Cast) and (not types or _cast_type(parent) in types):
            return True
        parent = parent.parent
    return False


def _is_number(node: exp.Expr | None) -> bool:
    inner = node.this if isinstance(node, exp.Neg) else node
    return isinstance(inner, exp.Literal) and not inner.is_string


def _number(node: exp.Expr | None) -> float | None:
    """The value of a numeric literal, or None."""
    if node is None or not _is_number(node):
        return None
    return -float(node.this.name) if isinstance(node, exp.Neg) else float(node.name)


def _looks_like_a_date(node: exp.Expr) -> bool:
    if isinstance(node, exp.Column):
        return node.name.endswith(("_on", "_date"))
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least | exp.Max | exp.Min):
        return _looks_like_a_date(node.this)
    return _cast_type(node) == DATE


# Functions under a condition ----------------------------------------------------------------


def _division(node: exp.Expr) -> str | None:
    divisor = node.expression
    inner = divisor.this if _cast_type(divisor) == DOUBLE else divisor
    is_safe = isinstance(inner, exp.Nullif) or bool(_number(inner))
    if _cast_type(node.this) == DOUBLE and is_safe:
        return None
    return "engines divide differently: write cast(a as double) / nullif(b, 0), never for money"


def _integer_division(node: exp.Expr) -> str | None:
    return None if _is_inside_cast(node) else "types differ: write cast(a // b as bigint)"


def _part_of_a_date(node: exp.Expr) -> str | None:
    return None if _is_inside_cast(node) else "types differ: write cast(extract(...) as integer)"


def _truncated_date(node: exp.Expr) -> str | None:
    if _cast_type(node.parent) == DATE:
        return None
    return "types differ: write cast(date_trunc('month', d) as date)"


def _interval(node: exp.Expr) -> str | None:
    if not isinstance(node.this, exp.Literal):
        return "the number is lost on PostgreSQL: write cast(d + k * interval 1 month as date)"
    timestamp = exp.DType.TIMESTAMPNTZ
    if node.find_ancestor(exp.WindowSpec) or _is_inside_cast(node, DATE, timestamp):
        return None
    return "a date plus an interval is a timestamp on two engines: write cast(d + ... as date)"


def _date_difference(node: exp.Expr) -> str | None:
    if str(node.args.get("unit")).upper() != "DAY":
        return "only days are counted alike: write date_diff('day', a, b), or take months apart"
    return None if _is_inside_cast(node) else "write cast(date_diff('day', a, b) as integer)"


def _subtraction(node: exp.Expr) -> str | None:
    if _looks_like_a_date(node.this) and _looks_like_a_date(node.expression):
        return "date - date is an interval on Spark: write cast(date_diff('day', a, b) as integer)"
    return None


def _pattern(node: exp.Expr) -> str | None:
    if "\\" in node.expression.name:
        return "backslash classes differ: write [0-9], [.]"
    if isinstance(node, exp.RegexpLike) and node.args.get("flag"):
        return "flags are lost on Spark: compare lower(x)"
    if isinstance(node, exp.RegexpReplace) and "g" not in node.text("modifiers"):
        return "without the flag 'g' Spark replaces all matches: write the flag"
    return None


def _part_of_a_text(node: exp.Expr) -> str | None:
    start, length = _number(node.args.get("start")), _number(node.args.get("length"))
    if isinstance(node, exp.Left | exp.Right):
        start, length = None, _number(node.expression)
    if (start is not None and start < 1) or (length is not None and length < 0):
        return "zero and negative positions differ: start at 1, length at 0"
    return None


def _rounded_down(node: exp.Expr) -> str | None:
    if node.args.get("decimals"):
        return "trunc with digits has no form on Spark: round, or cast(trunc(x) as bigint)"
    return None if _is_inside_cast(node) else "types differ: wrap it in cast(... as bigint)"


def _time_format(node: exp.Expr) -> str | None:
    codes = node.text("format").split("%")[1:]
    if all(c[:1] in TIME_FORMATS for c in codes):
        return None
    return "only %Y %m %d %H %M %S are alike"


def _cast(node: exp.Expr) -> str | None:
    kind = node.args["to"]
    if kind.this not in CAST_TYPES:
        return f"{kind.sql()} differs: cast to varchar, integer, bigint, decimal(p, s) or date"
    if kind.this == DOUBLE and not isinstance(node.parent, exp.Div):
        return "double is for a division only: keep numbers decimal"
    return None


def _window(node: exp.Expr) -> str | None:
    function = node.this.this if isinstance(node.this, exp.Filter) else node.this
    if isinstance(function, exp.Ntile) and len(node.args["order"].expressions) < 2:
        return "ties fall into different buckets: order ntile by a unique key too"
    takes_frame = isinstance(function, exp.AggFunc) and not isinstance(function, WITHOUT_FRAME)
    if takes_frame and node.args.get("order") and not node.args.get("spec"):
        return "write the frame: rows between unbounded preceding and current row"
    return None


def _frame(node: exp.Expr) -> str | None:
    if node.text("kind").upper() == "GROUPS" or node.args.get("exclude"):
        return "Spark has neither groups nor exclude: use a rows or range frame"
    return None


# Clauses ------------------------------------------------------------------------------------


def _star(node: exp.Expr) -> str | None:
    if node.args.get("except_") or node.args.get("replace") or node.args.get("except"):
        return "list the columns"
    select = node.parent
    is_last_line = isinstance(select, exp.Select) and select.parent is None
    if isinstance(node.parent, exp.Count) or is_last_line:
        return None
    return "list the columns; only the last line may be `select * from final`"


def _select(node: exp.Expr) -> str | None:
    if node.args.get("qualify") and node.args.get("order"):
        return "the order would move into a subquery: put order by in an outer query"
    return None


def _distinct(node: exp.Expr) -> str | None:
    on = node.args.get("on")
    return "Spark loses the order: number the rows with row_number() and keep 1" if on else None


def _group(node: exp.Expr) -> str | None:
    return "list the keys" if node.args.get("all") else None


def _ordered(node: exp.Expr) -> str | None:
    is_all = isinstance(node.this, exp.Var) and node.this.name.upper() == "ALL"
    return "list the keys" if is_all else None


def _join(node: exp.Expr) -> str | None:
    match node.text("method").upper():
        case "ASOF":
            return "join on a range: lead() gives the end of each row's validity"
        case "NATURAL" | "POSITIONAL":
            return "join on named columns"
    return None


def _set_operation(node: exp.Expr) -> str | None:
    return "list the columns in order" if node.args.get("by_name") else None


def _cte(node: exp.Expr) -> str | None:
    is_marked = node.args.get("materialized") is not None
    return "Spark has no materialized: leave it out" if is_marked else None


def _limit(node: exp.Expr) -> str | None:
    is_plain = _is_number(node.expression) and not node.args.get("limit_options")
    return None if is_plain else "write a whole number"


def _tuple_comparison(node: exp.Expr) -> str | None:
    sides = [node.this, node.args.get("expression"), *node.expressions]
    is_tuple = any(isinstance(s, exp.Tuple) for s in sides)
    return "Spark rejects tuples: write and / or" if is_tuple else None


def _identifier(node: exp.Expr) -> str | None:
    if node.args.get("quoted"):
        return None
    if not node.name.isascii():
        return "Spark needs quotes around a Chinese name"
    if node.name.lower() in RESERVED:
        return f"{node.name} is a keyword of one of the engines: use another name"
    if node.name != node.name.lower():
        return f"{node.name}: unquoted names are written in lower case"
    return None


def _literal(node: exp.Expr) -> str | None:
    if not node.is_string and "e" in node.name.lower():
        return "an exponent is a double or a decimal by engine: write the digits"
    return None


CONDITIONS: dict[type[exp.Expr], Check] = {
    exp.Div: _division,
    exp.IntDiv: _integer_division,
    exp.Extract: _part_of_a_date,
    exp.Year: _part_of_a_date,
    exp.Month: _part_of_a_date,
    exp.Day: _part_of_a_date,
    exp.TimestampTrunc: _truncated_date,
    exp.DateTrunc: _truncated_date,
    exp.Interval: _interval,
    exp.DateDiff: _date_difference,
    exp.Sub: _subtraction,
    exp.RegexpLike: _pattern,
    exp.RegexpReplace: _pattern,
    exp.Substring: _part_of_a_text,
    exp.Left: _part_of_a_text,
    exp.Right: _part_of_a_text,
    exp.Trunc: _rounded_down,
    exp.Floor: _rounded_down,
    exp.Ceil: _rounded_down,
    exp.TimeToStr: _time_format,
    exp.StrToTime: _time_format,
    exp.Cast: _cast,
    exp.Window: _window,
    exp.WindowSpec: _frame,
    exp.Star: _star,
    exp.Select: _select,
    exp.Distinct: _distinct,
    exp.Group: _group,
    exp.Ordered: _ordered,
    exp.Join: _join,
    exp.Union: _set_operation,
    exp.Except: _set_operation,
    exp.Intersect: _set_operation,
    exp.CTE: _cte,
    exp.Limit: _limit,
    exp.EQ: _tuple_comparison,
    exp.In: _tuple_comparison,
    exp.Identifier: _identifier,
    exp.Literal: _literal,
}
"""Classes that are fine under a condition, each with the check of it."""


# The check of a statement -------------------------------------------------------------------


def complaint(node: exp.Expr) -> tuple[str, str] | None:
    """Rule and message if a node leaves the portable subset."""
    kind = type(node)
    if kind in FORBIDDEN:
        return f"no-{kind.key.replace('_', '-')}", FORBIDDEN[kind]
    if isinstance(node, exp.Anonymous):
        return "unknown-function", f"{node.name}() is not known to be the same on every engine"
    if isinstance(node, exp.Func) and kind not in ALLOWED:
        return "unknown-function", f"{node.sql_name()} is not known to be the same on every engine"
    message = CONDITIONS[kind](node) if kind in CONDITIONS else None
    return (kind.key.replace("_", "-"), message) if message else None


def portability_findings(path: Path, text: str) -> Iterator[Finding]:
    """Everything in a SQL file that leaves the portable subset.

    Args:
        path: the file, for the messages.
        text: its content.
    """
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        yield Finding(path, 1, "syntax", str(error).split("\n")[0])
        return
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        yield Finding(path, 1, "one-select", "the file holds exactly one SELECT and nothing else")
        return
    for node in trees[0].walk():
        if told := complaint(node):
            yield Finding(path, at(node), *told)
