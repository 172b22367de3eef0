"""What a statement reads many times, made once.

Spark puts a common table expression wherever its name stands, so that one that reads others, which
read others, grows with every level: the checks of one candidate would read tables 800 times, and
planning that takes minutes and all memory. Where a statement would grow like this, what is read
more than once becomes a temporary table first. Elsewhere it stays: Spark then reads only the
columns and rows that are wanted.
"""

from collections import Counter
from itertools import count
from typing import NamedTuple

from sqlglot import exp

from postloan.warehouse.statement import Statement

MANY_READS = 200
"""Places that read a table, with all that is shared put where it is read, from which on it is made
first. `bureau_exposure`, with 185 the largest below, is planned in seconds."""

_numbers = count(1)


class Shared(NamedTuple):
    """A SELECT that a statement reads more than once, and the table to make of it."""

    name: str
    select: Statement


class Staged(NamedTuple):
    """A statement, and what is to be made before it, in this order."""

    before: tuple[Shared, ...]
    statement: Statement


def staged(tree: exp.Expr) -> Staged:
    """The statement as Spark can plan it: as it is, or with its shared SELECTs made first."""
    if not isinstance(tree, exp.Query):
        return Staged((), Statement(tree))
    before, statement = _in_steps(tree)
    return Staged(before, Statement(statement))


def _in_steps(tree: exp.Query) -> tuple[tuple[Shared, ...], exp.Query]:
    reads = _reads(tree)
    if reads.all_told <= MANY_READS:
        return (), tree
    number = next(_numbers)
    names: dict[str, str] = {}
    before: list[Shared] = []
    left: list[tuple[str, exp.Query]] = []
    for cte in tree.ctes:
        body = _renamed(cte.this, names)
        # One that was put into others is read where it stands.
        if reads.readers[cte.alias] > 1:
            names[cte.alias] = f"shared_{number}_{cte.alias}"
            # It may itself read much of its own many times.
            steps, made = _in_steps(_with(left, body))
            before += [*steps, Shared(names[cte.alias], Statement(made))]
        else:
            left.append((cte.alias, body))
    main = _renamed(_without_ctes(tree), names)
    before += _parts_made_first(left, main)
    return tuple(before), _with(left, main)


def _parts_made_first(left: list[tuple[str, exp.Query]], main: exp.Query) -> list[Shared]:
    """Take the largest parts out of what is still too large: a name stands in their place."""
    before: list[Shared] = []
    while _reads(_with(left, main.copy())).all_told > MANY_READS:
        parts = [p for whole in (*(body for _, body in left), main) for p in _parts(whole)]
        largest = max(parts, key=_size, default=None)
        if largest is None or _size(largest) < 2:
            break
        name = f"shared_{next(_numbers)}_{largest.alias}"
        steps, made = _in_steps(_with(left, largest.this.copy()))
        before += [*steps, Shared(name, Statement(made))]
        alias = exp.TableAlias(this=exp.to_identifier(largest.alias))
        largest.replace(exp.Table(this=exp.to_identifier(name), alias=alias))
    return before


def _parts(whole: exp.Query) -> list[exp.Subquery]:
    """SELECTs that stand where a table could, and know no name but those of all."""
    return [
        part
        for part in whole.find_all(exp.Subquery)
        if isinstance(part.parent, exp.From | exp.Join)
        and part.alias
        and isinstance(part.this, exp.Query)
        and not part.find_ancestor(exp.Subquery, exp.CTE)
    ]


def _size(part: exp.Expr) -> int:
    return sum(1 for _ in part.find_all(exp.Table))


class _Reads(NamedTuple):
    readers: Counter[str]
    all_told: int


def _reads(tree: exp.Query) -> _Reads:
    """By shared SELECT, how many places read it, and how many read any table, all told."""
    names = {cte.alias for cte in tree.ctes}
    everywhere = Counter(cte.alias for cte in tree.find_all(exp.CTE))
    grown: dict[str, int] = {}
    readers: Counter[str] = Counter()
    size = 0
    for part in (*(c.this for c in tree.ctes), _without_ctes(tree)):
        tables = Counter(t.name for t in part.find_all(exp.Table))
        # A name that stands for two things is left where it is.
        readers.update({name: tables[name] for name in names if everywhere[name] == 1})
        size = sum(grown.get(table, 1) * times for table, times in tables.items())
        if part.parent:
            grown[part.parent.alias] = size
    return _Reads(readers, size)


def _without_ctes(tree: exp.Query) -> exp.Query:
    bare = tree.copy()
    bare.set("with_", None)
    return bare


def _renamed(tree: exp.Query, names: dict[str, str]) -> exp.Query:
    """The SELECT over the tables that were made; what it calls them stays."""
    made = tree.copy()
    for table in list(made.find_all(exp.Table)):
        if table.name in names and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(names[table.name]))
    return made


def _with(ctes: list[tuple[str, exp.Query]], tree: exp.Query) -> exp.Query:
    """The SELECT with those of the common table expressions before it that it needs."""
    needed: list[exp.CTE] = []
    wanted = {t.name for t in tree.find_all(exp.Table)}
    for name, body in reversed(ctes):
        if name in wanted:
            alias = exp.TableAlias(this=exp.to_identifier(name))
            needed.insert(0, exp.CTE(this=body.copy(), alias=alias))
            wanted |= {t.name for t in body.find_all(exp.Table)}
    if not needed:
        return tree
    clause = tree.args.get("with_") or exp.With()
    clause.set("expressions", [*needed, *clause.expressions])
    tree.set("with_", clause)
    return tree
