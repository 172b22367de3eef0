"""Restating a date: what is known about it now supersedes what was known before.

A table whose contract says `versions: kept` is bitemporal. Beside the business date that a row is
about stands system time: since which business date the row is known (`known_from`), and on which it
was superseded (`known_before`, empty while it holds). `version_no` counts the versions of one row.
Whenever a date is computed again, whatever the reason, only rows that really differ are touched: a
repeated run changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.contracts.model import VERSION_NO
from postloan.errors import WarehouseError
from postloan.warehouse.models import load_model, parse
from postloan.warehouse.statement import Statement, temporary
from postloan.warehouse.statements import deleting_among
from postloan.warehouse.warehouse import Warehouse

COMPUTED, INSERTED, SUPERSEDED = "computed_row", "inserted_row", "superseded_row"
VERSIONS = "written_version"


@dataclass(frozen=True)
class Among:
    """Which rows of a date are looked at again: those whose column is among the keys of a SELECT.

    Attributes:
        column: a column of the table.
        keys: a SELECT of one column; it may use the parameters of the SQL file.
    """

    column: str
    keys: str

    @property
    def condition(self) -> exp.Expr:
        """The condition that a row is among them."""
        return exp.In(this=exp.column(self.column), query=parse(self.keys).subquery(copy=False))


def restate(
    warehouse: Warehouse,
    name: str,
    partition: date,
    parameters: Mapping[str, object],
    among: Among | None = None,
) -> int:
    """Let the rows of a table's SQL file supersede what is known about one date.

    Args:
        warehouse: an open warehouse.
        name: table and SQL file; the contract of the table keeps versions.
        partition: the business date that the rows are about.
        parameters: further parameters; `known_on` is the date of the knowledge, by default the
            business date itself.
        among: the rows that are looked at; by default all of the date.

    Returns:
        Number of rows superseded and of rows that are new; 0 where everything turned out the same.

    Raises:
        WarehouseError: the rows repeat a key, or the engine refused the statement.
    """
    table, model = catalogue().tables[name], load_model(name)
    if not table.keeps_versions:
        raise WarehouseError(f"The contract of {name} does not say `versions: kept`.")
    given: dict[str, object] = {"known_on": partition, **parameters, "business_date": partition}
    with warehouse.transaction():
        if among is None and not warehouse.count(name, partition):
            warehouse.note(name, given)
            first = _first_versions(table, model.text)
            return warehouse.replace_partition(table, partition, first, given)
        computed = warehouse.temporary_from(COMPUTED, model.text, given)
        finding_superseded, finding_inserted = _finding_differences(table, among)
        superseded = _temporary(warehouse, SUPERSEDED, finding_superseded, given)
        inserted = _temporary(warehouse, INSERTED, finding_inserted, given) if computed else 0
        if superseded or inserted:
            _temporary(warehouse, VERSIONS, _making_versions(table, inserts=computed > 0), given)
            for statement in _replacing(table):
                warehouse.run(statement, given)
            warehouse.check_key(table, partition)
        for name_of_one in (COMPUTED, INSERTED, SUPERSEDED, VERSIONS):
            warehouse.drop_temporary(name_of_one)
        return superseded + inserted


def _first_versions(table: Table, select: str) -> exp.Select:
    """The SELECT of a table's SQL file with system time beside it, where nothing was known yet."""
    columns = (exp.column(c.name) for c in table.made_columns)
    known = exp.select(*columns, *_since_now(exp.Literal.number(1)))
    return known.from_(parse(select).subquery("computed", copy=False))


def _temporary(
    warehouse: Warehouse, name: str, create: Statement, given: Mapping[str, object]
) -> int:
    """Make a temporary table; number of rows.

    Without going through the substitutions of a restricted warehouse: the tables themselves are
    meant.
    """
    warehouse.drop_temporary(name)
    warehouse.run(create, given)
    return warehouse.count(name)


@cache
def _finding_differences(table: Table, among: Among | None) -> tuple[Statement, Statement]:
    """The keys of the rows that no longer hold, and the rows that are new, as temporary tables."""
    columns = table.made_columns
    computed = exp.select(*(exp.cast(exp.column(c.name), c.sql_type).as_(c.name) for c in columns))
    computed = computed.from_(COMPUTED)
    held = exp.select(*(c.name for c in columns)).from_(table.name).where(_holds(table))
    if among is not None:
        held = held.where(among.condition)
    keys = exp.select(*table.row_key).from_(exp.except_(held, computed).subquery("changed"))
    return temporary(SUPERSEDED, keys), temporary(INSERTED, exp.except_(computed, held))


def _holds(table: Table) -> exp.Expr:
    """That a row is about the date, and nothing has superseded it."""
    in_partition = exp.column(str(table.partition), table.name).eq(
        exp.Placeholder(this="business_date")
    )
    return exp.and_(in_partition, exp.column("known_before", table.name).is_(exp.null()))


@cache
def _making_versions(table: Table, *, inserts: bool) -> Statement:
    """What no longer holds, with its end, and beside it the rows that are new, if there are any."""
    ended = _ending(table)
    versions = exp.union(ended, _beginning(table), distinct=False) if inserts else ended
    return temporary(VERSIONS, versions)


def _ending(table: Table) -> exp.Select:
    """The rows that no longer hold, with the date on which they were superseded."""
    return (
        exp.select(
            *(exp.column(c.name, table.name) for c in table.made_columns),
            exp.column("known_from", table.name),
            _known_on().as_("known_before"),
            exp.column(VERSION_NO, table.name),
        )
        .from_(table.name)
        .where(_holds(table), _is_among(table, SUPERSEDED, table.name))
    )


def _beginning(table: Table) -> exp.Select:
    """The rows that are new, each counted on from the versions there were of it."""
    key = [exp.column(k, table.name) for k in table.row_key]
    last = exp.Max(this=exp.column(VERSION_NO, table.name)).as_("last_no")
    versions = (
        exp.select(*key, last)
        .from_(table.name)
        .where(
            exp.column(str(table.partition), table.name).eq(exp.Placeholder(this="business_date")),
            _is_among(table, INSERTED, table.name),
        )
        .group_by(*(k.copy() for k in key))
        .subquery("earlier")
    )
    number = exp.func("coalesce", exp.column("last_no", "earlier"), exp.Literal.number(0))
    counted = exp.Add(this=number, expression=exp.Literal.number(1))
    return (
        exp.select(
            *(exp.column(c.name, INSERTED) for c in table.made_columns),
            *_since_now(counted),
        )
        .from_(INSERTED)
        .join(versions, on=_same_key(table, INSERTED, "earlier"), join_type="left")
    )


@cache
def _replacing(table: Table) -> tuple[Statement, Statement]:
    """The removal of the rows that no longer hold, and what comes in their place."""
    ended = exp.and_(_holds(table), _is_among(table, SUPERSEDED, table.name))
    versions = Statement(exp.select(*table.column_names).from_(VERSIONS))
    return deleting_among(table.name, ended), versions.as_rows(table.name, table.column_names)


def _since_now(version_no: exp.Expr) -> tuple[exp.Expr, ...]:
    """The system time of a row that nothing has superseded, and the number of its version."""
    return (
        _known_on().as_("known_from"),
        exp.cast(exp.null(), "date").as_("known_before"),
        exp.cast(version_no, "bigint").as_(VERSION_NO),
    )


def _known_on() -> exp.Expr:
    return exp.cast(exp.Placeholder(this="known_on"), "date")


def _is_among(table: Table, keys: str, name: str) -> exp.Exists:
    """That the key of a row is in a temporary table."""
    return exp.Exists(this=exp.select("1").from_(keys).where(_same_key(table, keys, name)))


def _same_key(table: Table, left: str, right: str) -> exp.Expr:
    return exp.and_(*(exp.column(k, left).eq(exp.column(k, right)) for k in table.row_key))
