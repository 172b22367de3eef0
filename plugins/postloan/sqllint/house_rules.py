"""The house's own rules for SQL files: what the header says is true, and names mean one thing.

The header is what people and the table reference go by, so it is compared with the statement:
the tables really read, the columns really made, the partition the contract knows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from postloan.contracts import Table, catalogue
from postloan.errors import WarehouseError
from postloan.sqllint.findings import Finding, at
from postloan.warehouse.models import Model, made_models, parse, read_model_file
from postloan.warehouse.postgres.engine import postgres_sql

KNOWN_PARAMETERS = {
    "business_date": "the day that is computed",
    "previous_date": "the day whose state it builds on",
    "is_opening": "whether the book is opened on that day",
    "judged_load_no": "loads after it are not in the figures that a legal case is judged on",
    "contact_is_past": "whether the hours in which the contacts of that day were due are over",
    "is_held": "whether a gate holds the queues, or nothing is to be added to them",
    "is_suppression": "whether the hours in which the contacts of that day are due have not begun",
    "revision": "version of the day's inputs",
    "known_on": "facts received later do not count",
    "past_due_before": "due dates before it can be past due",
    "turn": "round of the waterfall",
    "round": "which question about legal cases of that day",
    "loan_id": "the loan that is asked about",
    "queue": "queue of task files",
    "source": "who sent it",
    "load_no": "number of the load that is going on",
    "plain": "what a telephone number looks like that needs no reading",
    "header_language": "language of the header row",
    "contract_version": "version of a task file's contract",
    "bureau_max_age_days": "age up to which a bureau delivery counts",
    "task_id": "task that is explained",
    "customer_id": "customer that is asked about",
}
"""Parameters that SQL files may use, each with the same meaning everywhere."""

STAGED = "staged_"
"""Ingestion's temporary tables: the typed rows of one delivery of the feed of that name."""

VOCABULARY = (0, 1)
"""Numbers that a comparison may hold: none and one are no thresholds."""


class House:
    """All SQL files of a folder, as far as one file must know the others."""

    def __init__(self, folder: Path) -> None:
        """Read the headers below a folder, and what is made beside it."""
        self.models: dict[str, Model] = {m.name: m for m in made_models()}
        for path in sorted(folder.rglob("*.sql")):
            try:
                self.models[path.stem] = read_model_file(path)
            except WarehouseError:
                # Reported for the file itself.
                continue

    def columns(self, name: str) -> tuple[str, ...] | None:
        """Columns of a table, a SQL file's rows or a staged delivery; None if unknown."""
        tables = catalogue().tables
        if name in tables:
            return tables[name].column_names
        if name in self.models:
            return output_columns(parse(self.models[name].text))
        feed = tables.get(name.removeprefix(STAGED))
        return feed.column_names if feed and name.startswith(STAGED) else None


def output_columns(query: exp.Query) -> tuple[str, ...]:
    """Names of the columns a SELECT makes; a last `select * from final` is looked through."""
    if isinstance(query, exp.Select) and query.is_star:
        ctes = {cte.alias: cte.this for cte in query.ctes}
        source = query.find(exp.From)
        inner = ctes.get(source.this.name) if source else None
        return output_columns(inner) if inner is not None else ()
    return tuple(query.named_selects)


def tables_read(query: exp.Query) -> dict[str, exp.Table]:
    """Tables and views that a SELECT reads, each with one place where it does."""
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    return {t.name: t for t in query.find_all(exp.Table) if t.name and t.name not in ctes}


# The header ---------------------------------------------------------------------------------


def _reads(model: Model, query: exp.Query, house: House) -> Iterator[tuple[exp.Expr, str, str]]:
    real = tables_read(query)
    for name, place in real.items():
        if name not in model.reads:
            yield place, "reads", f"reads {name}, and the header does not say so"
        if house.columns(name) is None:
            yield place, "unknown-table", f"{name} is no table, view or SQL file"
    for name in model.reads:
        if name not in real:
            yield query, "reads", f"the header says it reads {name}, and it does not"


def _versions(
    _model: Model, query: exp.Query, _house: House
) -> Iterator[tuple[exp.Expr, str, str]]:
    """Whoever reads all versions says which of them count."""
    tables = catalogue().tables
    names = {column.name for column in query.find_all(exp.Column)}
    for name, place in tables_read(query).items():
        if name in tables and tables[name].keeps_versions and "known_before" not in names:
            yield place, "versions", f"read current_{name}, or say which versions by known_before"


def _write(model: Model, query: exp.Query, _house: House) -> Iterator[tuple[exp.Expr, str, str]]:
    kind, _, column = model.write.partition(" ")
    table = catalogue().tables.get(model.name)
    if kind in ("partition", "versions"):
        yield from _partition(model, query, table, column)
    elif kind == "append":
        if table is None:
            yield query, "write", f"no contract describes the table {model.name}"
        else:
            yield from _columns(query, table)
    elif kind not in ("temporary", "view", "query") or column:
        kinds = "partition <column>, versions <column>, append, temporary, view or query"
        yield query, "write", f"write is {kinds}"
    elif table is not None:
        yield query, "write", f"{model.name} is a table of the contracts; {kind} would hide it"


def _partition(
    model: Model, query: exp.Query, table: Table | None, column: str
) -> Iterator[tuple[exp.Expr, str, str]]:
    if table is None:
        yield query, "write", f"no contract describes the table {model.name}"
        return
    kind = "versions" if table.keeps_versions else "partition"
    if model.write != f"{kind} {table.partition}":
        yield query, "write", f"write {kind} {table.partition}, as the contract has it"
    grain = {part.strip() for part in model.grain.split(",")}
    # A feed's rows are kept per delivery; its grain is said without the date of the delivery.
    if table.key and grain | {column} != {*table.row_key, column}:
        yield query, "grain", f"the contract's key is {', '.join(table.row_key)}"
    yield from _columns(query, table)


def _columns(query: exp.Query, table: Table) -> Iterator[tuple[exp.Expr, str, str]]:
    made, wanted = output_columns(query), tuple(c.name for c in table.made_columns)
    missing = [c for c in wanted if c not in made]
    unknown = [c for c in made if c not in wanted]
    if missing or unknown:
        parts = (f"lacks {', '.join(missing)}" if missing else "",
                 f"makes unknown {', '.join(unknown)}" if unknown else "")  # fmt: skip
        yield query, "columns", f"against the contract it {' and '.join(p for p in parts if p)}"
    elif made != wanted:
        yield query, "columns", "list the columns in the order of the contract"


# Names --------------------------------------------------------------------------------------


def _parameters(
    _model: Model, query: exp.Query, _house: House
) -> Iterator[tuple[exp.Expr, str, str]]:
    for node in query.find_all(exp.Placeholder):
        if node.name not in KNOWN_PARAMETERS:
            yield node, "parameter", f"${node.name} is not among the house's parameters"
        if not isinstance(node.parent, exp.Cast):
            yield node, "parameter", f"write cast(${node.name} as <type>); engines guess otherwise"


def _cte_names(model: Model, query: exp.Query, house: House) -> Iterator[tuple[exp.Expr, str, str]]:
    for cte in query.find_all(exp.CTE):
        if house.columns(cte.alias) is not None or cte.alias == model.name:
            yield cte, "cte-name", f"{cte.alias} is also a table, view or SQL file"


def _aliases(_model: Model, query: exp.Query, house: House) -> Iterator[tuple[exp.Expr, str, str]]:
    """An alias used beside its own definition: PostgreSQL and Spark look for a column."""
    for scope in traverse_scope(query):
        select = scope.expression
        if not isinstance(select, exp.Select):
            continue
        own = {e.alias for e in select.expressions if isinstance(e, exp.Alias)}
        for column in scope.columns:
            is_alias = not column.table and column.name in own
            in_order = column.find_ancestor(exp.Ordered, exp.Group, exp.Select)
            if is_alias and isinstance(in_order, exp.Select):
                known = [_columns_of(source, house) for source in scope.sources.values()]
                if all(k is not None and column.name not in k for k in known):
                    yield column, "alias", f"{column.name} is made in this SELECT: use a CTE"


def _columns_of(source: object, house: House) -> tuple[str, ...] | None:
    if isinstance(source, exp.Table):
        return house.columns(source.name)
    inner = getattr(source, "expression", None)
    return output_columns(inner) if isinstance(inner, exp.Query) else None


# Policy and other engines -------------------------------------------------------------------


def _number(node: exp.Expr | None) -> int | float | None:
    if isinstance(node, exp.Cast | exp.Neg | exp.Paren):
        return _number(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.name)
    return None


def _thresholds(
    _model: Model, query: exp.Query, _house: House
) -> Iterator[tuple[exp.Expr, str, str]]:
    """Numbers that decide something belong to a rule pack."""
    for node in query.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between):
        sides = (node.this, *(node.args.get(k) for k in ("expression", "low", "high")))
        for side in sides:
            number = _number(side)
            if number is not None and number not in VOCABULARY:
                yield node, "threshold", f"{number:g} is policy: join a rule table instead"
    for interval in query.find_all(exp.Interval):
        number = float(interval.this.name or 0) if interval.this is not None else 0
        if number not in VOCABULARY:
            yield interval, "threshold", f"{number:g} is policy: join a rule table instead"


def _translations(
    _model: Model, query: exp.Query, _house: House
) -> Iterator[tuple[exp.Expr, str, str]]:
    try:
        postgres_sql(query)
        query.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    except (WarehouseError, sqlglot.errors.SqlglotError) as error:
        yield query, "translation", str(error).split("\n")[0]


HouseRule = Callable[[Model, exp.Query, House], Iterator[tuple[exp.Expr, str, str]]]

RULES: tuple[HouseRule, ...] = (
    _reads, _versions, _write, _parameters, _cte_names, _aliases, _thresholds, _translations,
)  # fmt: skip


def house_findings(path: Path, house: House) -> Iterator[Finding]:
    """Everything in a SQL file that breaks a rule of the house.

    Args:
        path: a file that holds exactly one SELECT.
        house: the files it may read from.
    """
    try:
        model = read_model_file(path)
    except WarehouseError as error:
        yield Finding(path, 1, "header", str(error))
        return
    yield from model_findings(model, house)


def model_findings(model: Model, house: House) -> Iterator[Finding]:
    """Everything in a model that breaks a rule of the house."""
    query = parse(model.text)
    for rule in RULES:
        for node, name, message in rule(model, query, house):
            yield Finding(model.path, at(node), name, message)
