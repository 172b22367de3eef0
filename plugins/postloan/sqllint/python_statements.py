"""Statements that stand in Python: a long question to tables is a SQL file, the rest is portable.

A text is a statement where it begins like one and can be parsed; names that are put in when it is
used (`{table}`) count as names, and are refused: such a statement is a tree. One that reads what
the module itself has made stands beside that.
What talks to one engine alone, or to a database that is not ours, is left out.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from postloan.sqllint.findings import Finding
from postloan.sqllint.house_rules import House
from postloan.sqllint.portability import complaint

LONGEST = 5
"""Lines of a statement that Python may hold."""

ELSEWHERE = (
    "doctor/warehouses.py",
    "landing/",
    "reference/",
    "warehouse/duckdb/",
    "warehouse/postgres/",
    "warehouse/spark/",
    "warehouse/sqlalchemy_bridge.py",
)
"""Statements for one engine, for other databases, and examples of what may not be written."""

PASTED = (
    "ingestion/quarantine/restrictions.py",
    "warehouse/check_models.py",
)
"""Where names are put in all the same: what the checks of contacts make is a SQL file, and looked
at as one; conditions on refused rows follow the contract of their feed as text."""

_STATEMENT = re.compile(r"\s*\(?\s*(select|with|insert into|update|delete from)\s", re.IGNORECASE)
_PLACE = re.compile(r"\{[^{}]*\}")


def python_findings(package: Path, house: House) -> Iterator[Finding]:
    """What stands in the modules of a package and should be a SQL file, or is not portable.

    Args:
        package: the folder of the package.
        house: the tables and SQL files there are.
    """
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        if not place.startswith(ELSEWHERE):
            module = ast.parse(path.read_text(encoding="utf-8"))
            found = _in_module(path, module, house)
            yield from (f for f in found if f.rule != "put-in" or not place.startswith(PASTED))


def _in_module(path: Path, module: ast.Module, house: House) -> Iterator[Finding]:
    for line, text, is_fixed in _texts(module):
        tree = _parsed(text)
        if tree is None:
            continue
        if not is_fixed:
            yield Finding(path, line, "put-in", "a statement whose names are put in is a tree")
        lines = [part for part in text.splitlines() if part.strip()]
        is_long = len(lines) > LONGEST or tree.find(exp.Join)
        if is_fixed and is_long and all(map(house.columns, _tables(tree))):
            told = "a statement that joins or is longer than five lines is a file of include/sql"
            yield Finding(path, line, "sql-in-python", told)
        for node in tree.walk():
            if found := complaint(node):
                yield Finding(path, line, *found)


def _texts(module: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Line, text and whether nothing is put into it, of every text that begins like a statement."""
    inner = {
        id(part)
        for node in ast.walk(module)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(module):
        if id(node) in inner:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{x}" for p in node.values)
            text = "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if _STATEMENT.match(text):
            named = _PLACE.sub("put_in", text)
            yield node.lineno, named, named == text


def _tables(tree: exp.Expr) -> set[str]:
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def _parsed(text: str) -> exp.Expr | None:
    """The statement; None where it is prose, or too much of it is put in."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError:
        return None
    is_statement = isinstance(tree, exp.Query | exp.Insert | exp.Update | exp.Delete)
    return tree if is_statement and tree.find(exp.Table) else None
