"""Restating a date: replacing what is known about it, and keeping what was known before.

A table whose contract says `beliefs: kept` holds what is known now; `known_on` says since which
business date. Whenever rows are replaced, whatever the reason, those that really differ move to
the history of the table (`<table>_history`), with the dates between which they were believed.
Rows that turn out the same stay untouched, so that a repeated run changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.contracts.model import KNOWN_ON
from postloan.warehouse.models import load_model, parse
from postloan.warehouse.statements import keep, used
from postloan.warehouse.warehouse import Warehouse

COMPUTED, INSERTED, SUPERSEDED = "computed_version", "inserted_version", "superseded_version"


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
    """Let the rows of a table's SQL file replace what is known about one date.

    Args:
        warehouse: an open warehouse.
        name: table and SQL file; the contract of the table keeps beliefs.
        partition: the business date that the rows are about.
        parameters: further parameters; `known_on` is the date of the knowledge, by default the
            business date itself.
        among: the rows that are replaced; by default all of the date.

    Returns:
        Number of rows superseded and of rows that are new; 0 where everything turned out the same.

    Raises:
        WarehouseError: the rows repeat a key, or the engine refused the statement.
    """
    table = catalogue().tables[name]
    given: dict[str, object] = {"known_on": partition, **parameters, "business_date": partition}
    with warehouse.transaction():
        if among is None and not warehouse.count(name, partition):
            return warehouse.rebuild(name, partition, given)
        computed = warehouse.temporary_from(COMPUTED, load_model(name).text, given)
        finding_superseded, finding_inserted = _finding_differences(table, among)
        superseded = _temporary(warehouse, SUPERSEDED, finding_superseded, given)
        inserted = _temporary(warehouse, INSERTED, finding_inserted, given) if computed else 0
        if superseded:
            for move in _moving_to_history(table, catalogue().tables[f"{name}_history"]):
                warehouse.run(move, used(move, given))
        if inserted:
            warehouse.run(_adding_inserted(table), {})
            warehouse.check_key(table, partition)
        for temporary in (COMPUTED, INSERTED, SUPERSEDED):
            warehouse.drop_temporary(temporary)
        return superseded + inserted


def _temporary(
    warehouse: Warehouse, name: str, create: exp.Create, given: Mapping[str, object]
) -> int:
    """Make a temporary table; number of rows.

    Without going through the substitutions of a restricted warehouse: the tables themselves are
    meant.
    """
    warehouse.drop_temporary(name)
    warehouse.run(create, used(create, given))
    return int(warehouse.scalar(f"select count(*) as n from {name}"))  # noqa: S608 (own name)


@cache
def _finding_differences(table: Table, among: Among | None) -> tuple[exp.Create, exp.Create]:
    """The keys of the rows that no longer hold, and the rows that are new, as temporary tables."""
    columns = [c for c in table.columns if c.name != KNOWN_ON]
    computed = exp.select(*(exp.cast(exp.column(c.name), c.sql_type).as_(c.name) for c in columns))
    computed = computed.from_(COMPUTED)
    held = exp.select(*(c.name for c in columns)).from_(table.name)
    held = held.where(exp.column(str(table.partition)).eq(exp.Placeholder(this="business_date")))
    if among is not None:
        held = held.where(among.condition)
    keys = exp.select(*table.key).from_(exp.except_(held, computed).subquery("changed"))
    return _creating(SUPERSEDED, keys), _creating(INSERTED, exp.except_(computed, held))


def _creating(name: str, rows: exp.Query) -> exp.Create:
    return keep(
        exp.Create(
            this=exp.to_table(name),
            kind="TABLE",
            expression=rows,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
    )


@cache
def _moving_to_history(table: Table, history: Table) -> tuple[exp.Insert, exp.Delete]:
    """The rows that no longer hold: into the history of the table, then out of the table."""
    own = [c for c in table.column_names if c != KNOWN_ON]
    is_superseded = _same_key(table, SUPERSEDED, table.name)
    earlier = (
        exp.select(exp.Count(this=exp.Star()))
        .from_(history.name)
        .where(_same_key(table, history.name, table.name))
    )
    select = exp.select(
        *(exp.column(c, table.name) for c in own),
        exp.func("coalesce", exp.column(KNOWN_ON), exp.column(str(table.partition))).as_(
            "known_from"
        ),
        exp.cast(exp.Placeholder(this="known_on"), "date").as_("known_before"),
        exp.cast(exp.Add(this=earlier.subquery(), expression=exp.Literal.number(1)), "bigint").as_(
            "belief_no"
        ),
    ).from_(table.name)
    in_partition = exp.column(str(table.partition), table.name).eq(
        exp.Placeholder(this="business_date")
    )
    exists = exp.Exists(this=exp.select("1").from_(SUPERSEDED).where(is_superseded))
    select = select.where(in_partition, exists)
    return (
        keep(exp.insert(select, history.name, columns=list(history.column_names))),
        keep(exp.delete(table.name).where(in_partition.copy(), exists.copy())),
    )


@cache
def _adding_inserted(table: Table) -> exp.Insert:
    """The rows that are new, with the date of the knowledge that the SQL file gave them."""
    select = (
        exp.select(*(exp.column(c, COMPUTED) for c in table.column_names))
        .from_(COMPUTED)
        .where(
            exp.Exists(
                this=exp.select("1").from_(INSERTED).where(_same_key(table, INSERTED, COMPUTED))
            )
        )
    )
    return keep(exp.insert(select, table.name, columns=list(table.column_names)))


def _same_key(table: Table, left: str, right: str) -> exp.Expr:
    return exp.and_(*(exp.column(k, left).eq(exp.column(k, right)) for k in table.key))
