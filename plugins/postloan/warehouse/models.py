"""SQL models: one SELECT each, named after the table it makes.

Most are files of `include/sql`; what the contract of a feed says already is made of it
(`contract_models`), and the union of all checks of a contact of their files (`check_models`). The
header of a model says what one row is (`grain`), what it reads and what becomes of the rows
(`write`):

* `partition <column>`: they replace one partition of the table of the same name;
* `versions <column>`: what differs supersedes what was known of one partition (`restating`);
* `temporary`: they live as long as the connection;
* `view`: the SELECT stands in for its name wherever another file reads it;
* `query`: they are read and not kept.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.settings import include_folder
from postloan.warehouse.check_models import CHECKS, check_models
from postloan.warehouse.contract_models import content_model, contract_models, version_models

Parameters = Mapping[str, Any]

Select = str | exp.Query
"""A SELECT in the DuckDB dialect: its text, or its tree where names are put in."""

Substitutions = tuple[tuple[str, str], ...]
"""Pairs of a table and the SELECT that is read in its place."""

FACTS = "core"
"""The area of what was delivered, as it was delivered."""

_HEADER_LINE = re.compile(r"^-- (grain|reads|write) +(.+)$", re.MULTILINE)
_TITLE_END = re.compile(r"\n--\n|\n-- grain")
_HEADER_MORE = re.compile(r"\n--  +")


@dataclass(frozen=True)
class Model:
    """One SELECT: a SQL file, or what follows from the contract of a feed or from other files."""

    name: str
    area: str
    path: Path
    text: str
    title: str
    grain: str
    reads: tuple[str, ...]
    write: str

    @property
    def is_made(self) -> bool:
        """Whether it follows from a contract or the files of a folder, which is its path then."""
        return self.path.suffix != ".sql"


def sql_folder() -> Path:
    """Where the SQL files are."""
    return include_folder() / "sql"


@cache
def _index(folder: Path) -> dict[str, Path]:
    index: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.sql")):
        if path.stem in index:
            raise WarehouseError(f"Two SQL files are called {path.stem}: rename one of them.")
        index[path.stem] = path
    return index


@cache
def _read(path: Path) -> Model:
    return read_model_file(path)


@cache
def _made(folder: Path) -> dict[str, Model]:
    """What the contracts and the checks make beside the files of a folder."""
    files = _index(folder)
    contracts, described = catalogue(), include_folder() / "contracts"
    restated, task_files = described / "warehouse", described / "task_files"
    made = (
        *((FACTS, model) for model in contract_models(contracts.feeds.values(), files)),
        *((CHECKS, model) for model in check_models(files)),
        *((model[1].stem, model) for model in version_models(contracts.tables.values(), restated)),
        ("publication", content_model(contracts.payloads(), task_files)),
    )
    return {name: _model(name, area, path, text) for area, (name, path, text) in made}


def read_model_file(path: Path) -> Model:
    """Read one SQL file.

    Raises:
        WarehouseError: the header is incomplete.
    """
    return _model(path.stem, path.parent.name, path, path.read_text(encoding="utf-8"))


def _model(name: str, area: str, path: Path, text: str) -> Model:
    header = _HEADER_MORE.sub(" ", text.split("\n\n", 1)[0])
    fields = dict(_HEADER_LINE.findall(header))
    missing = [k for k in ("grain", "reads", "write") if k not in fields]
    if not header.startswith(f"-- {name}: ") or missing:
        raise WarehouseError(
            f"{path.name}: the header starts with '-- {name}: <what it is>' "
            f"and has lines for grain, reads and write."
        )
    reads = tuple(r.strip() for r in fields["reads"].split(","))
    return Model(
        name=name,
        area=area,
        path=path,
        text=text,
        title=_TITLE_END.split(header)[0].replace("\n--", "").split(": ", 1)[1],
        grain=fields["grain"].strip(),
        reads=() if reads == ("nothing",) else reads,
        write=fields["write"].strip(),
    )


def load_model(name: str) -> Model:
    """The SQL file of that name, or what a contract or the checks make of it.

    Raises:
        WarehouseError: there is neither, or the header of the file is incomplete.
    """
    folder = sql_folder()
    if path := _index(folder).get(name):
        return _read(path)
    if model := _made(folder).get(name):
        return model
    raise WarehouseError(f"No SQL file {name}.sql below {folder.name}/, and no feed of that name.")


def model_names() -> tuple[str, ...]:
    """Names of all SQL files and of what the contracts and the checks make."""
    folder = sql_folder()
    return (*_index(folder), *_made(folder))


def made_models() -> tuple[Model, ...]:
    """What the contracts and the checks make."""
    return tuple(_made(sql_folder()).values())


def keeps_key(select: exp.Expr, key: Iterable[str]) -> bool:
    """Whether a SELECT does no more than pass on the rows of one table, with these columns.

    Rows that have a unique key before have one after: there is nothing that multiplies them.
    """
    if not isinstance(select, exp.Select):
        return False
    parts = {name for name, part in select.args.items() if part}
    passed = {c.name for c in select.selects if isinstance(c, exp.Column)}
    is_plain = parts == {"expressions", "from_"} and not select.find(exp.Subquery, exp.UDTF)
    return is_plain and set(key) <= passed


def text_of(select: Select) -> str:
    """The text of a SELECT."""
    return select if isinstance(select, str) else select.sql("duckdb")


def parse(text: str) -> exp.Query:
    """Parse one SELECT written in the DuckDB dialect.

    Raises:
        WarehouseError: the text is not exactly one SELECT.
    """
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise WarehouseError(f"This is not SQL: {error}") from error
    if not isinstance(tree, exp.Query):
        raise WarehouseError(f"Only a SELECT may stand here, not {type(tree).__name__}.")
    return tree


def _expand_views(tree: exp.Query, views: frozenset[str]) -> exp.Query:
    """Put the SELECT of each view into a statement that reads it, directly or through others.

    Views take parameters such as the business date, so they cannot be stored in an engine. One that
    is read once, or only leaves rows of one table out, stands where its name stood, so that engines
    see through it. Any other that is read more often stands before all others, once: copies of
    copies took engines seconds to plan.
    """
    readers: dict[str, list[exp.Table]] = {}
    bodies = _gather_views(tree, views, readers)
    own_names = {cte.alias for cte in tree.ctes}
    shared = []
    for name, body in bodies.items():
        if len(readers[name]) > 1 and name not in own_names and not _only_filters(body):
            shared.append(exp.CTE(this=body, alias=exp.TableAlias(this=exp.to_identifier(name))))
        else:
            for table in readers[name]:
                table.replace(body.copy().subquery(table.alias or name))
    if shared:
        clause = tree.args.get("with_") or exp.With()
        clause.set("expressions", [*shared, *clause.expressions])
        tree.set("with_", clause)
    return tree


def _only_filters(select: exp.Query) -> bool:
    """Whether a SELECT does no more than leave out rows of one table."""
    parts = {name for name, part in select.args.items() if part}
    is_plain = isinstance(select, exp.Select) and parts <= {"expressions", "from_", "where"}
    return (
        is_plain
        and all(isinstance(c, exp.Column) for c in select.selects)
        and (len(list(select.find_all(exp.Table))) == 1)
    )


def _gather_views(
    tree: exp.Query, views: frozenset[str], readers: dict[str, list[exp.Table]]
) -> dict[str, exp.Query]:
    """The views that a statement reads, directly or not, each after those that it reads itself.

    Args:
        tree: the statement.
        views: names of all views.
        readers: takes up, by view, every place that reads it.
    """
    bodies: dict[str, exp.Query] = {}
    own_names = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        name = table.name
        if name not in views or name in own_names or table.db:
            continue
        if name not in readers:
            body = parse(load_model(name).text)
            bodies |= _gather_views(body, views, readers)
            bodies[name] = body
        readers.setdefault(name, []).append(table)
    return bodies


@cache
def _views(folder: Path) -> frozenset[str]:
    names = (*_index(folder), *_made(folder))
    return frozenset(n for n in names if load_model(n).write == "view")


def _narrow(tree: exp.Query, substitutions: Substitutions) -> exp.Query:
    """Put a SELECT where the name of a table stands; the SELECT itself may read that table."""
    own_names = {cte.alias for cte in tree.find_all(exp.CTE)}
    selects = dict(substitutions)
    for table in list(tree.find_all(exp.Table)):
        if table.name in selects and table.name not in own_names and not table.db:
            body = parse(selects[table.name])
            table.replace(body.subquery(table.alias or table.name))
    return tree


@cache
def expanded(text: str, folder: Path, substitutions: Substitutions = ()) -> exp.Query:
    """The tree of a SELECT with all views put in. Callers must copy it before changing it.

    Args:
        text: the SELECT.
        folder: where the SQL files are.
        substitutions: pairs of a table and the SELECT that is read in its place.
    """
    return _narrow(_expand_views(parse(text), _views(folder)), substitutions)


def _literal(value: Any) -> exp.Expr:
    match value:
        case None:
            return exp.null()
        case bool():
            return exp.true() if value else exp.false()
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), "date")
        case int() | Decimal():
            return exp.Literal.number(str(value))
        case str():
            return exp.Literal.string(value)
    raise WarehouseError(f"No literal form for a parameter of type {type(value).__name__}.")


def readable(text: str, parameters: Parameters, dialect: str = "duckdb") -> str:
    """The statement with its parameters filled in, laid out for a person to read."""
    tree = expanded(text, sql_folder()).copy()
    for node in list(tree.find_all(exp.Placeholder)):
        if node.name in parameters:
            node.replace(_literal(parameters[node.name]))
    return tree.sql(dialect=dialect, pretty=True, comments=False)


def translate(tree: exp.Expr, dialect: str) -> str:
    """Write a tree in the dialect of an engine.

    Raises:
        WarehouseError: the engine has no form for part of it.
    """
    try:
        return tree.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE, comments=False)
    except SqlglotError as error:
        raise WarehouseError(f"{dialect} has no form for this statement: {error}") from error
