"""Replacing what is believed about a date, and keeping what was believed before.

A table whose contract says `beliefs: kept` holds what is known now; `known_on` says since which
business date. Whenever rows are replaced, whatever the reason, those that really differ move to
the history of the table (`<table>_history`), with the dates between which they were believed.
Rows that turn out the same stay untouched, so that a repeated run changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.contracts.model import KNOWN_ON
from postloan.warehouse.door import Warehouse, used
from postloan.warehouse.models import load_model, parse

MADE, FRESH, GIVEN_UP = "made_belief", "fresh_belief", "given_up_belief"


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


def replace_belief(
    warehouse: Warehouse,
    name: str,
    partition: date,
    parameters: Mapping[str, object],
    among: Among | None = None,
) -> None:
    """Let the rows of a table's SQL file replace what is believed about one date.

    Args:
        warehouse: an open warehouse.
        name: table and SQL file; the contract of the table keeps beliefs.
        partition: the business date that the rows are about.
        parameters: further parameters; `known_on` is the date of the knowledge, by default the
            business date itself.
        among: the rows that are replaced; by default all of the date.

    Raises:
        WarehouseError: the rows repeat a key, or the engine refused the statement.
    """
    table = catalogue().tables[name]
    given: dict[str, object] = {"known_on": partition, **parameters, "business_date": partition}
    with warehouse.transaction():
        if among is None and not warehouse.count(name, partition):
            warehouse.rebuild(name, partition, given)
            return
        warehouse.temporary_from(MADE, load_model(name).text, given)
        given_up, fresh = _compare(warehouse, table, given, among)
        if given_up:
            _keep(warehouse, table, given)
        if fresh:
            _believe(warehouse, table)
        warehouse.check_key(table, partition)
        for temporary in (MADE, FRESH, GIVEN_UP):
            warehouse.drop_temporary(temporary)


def _compare(
    warehouse: Warehouse, table: Table, given: dict[str, object], among: Among | None
) -> tuple[int, int]:
    """Find the keys of the rows that no longer hold, and the rows that are new; how many each."""
    columns = [c for c in table.columns if c.name != KNOWN_ON]
    made = exp.select(*(exp.cast(exp.column(c.name), c.sql_type).as_(c.name) for c in columns))
    made = made.from_(MADE)
    held = exp.select(*(c.name for c in columns)).from_(table.name)
    held = held.where(exp.column(str(table.partition)).eq(exp.Placeholder(this="business_date")))
    if among is not None:
        held = held.where(among.condition)
    keys = exp.select(*table.key).from_(exp.except_(held, made).subquery("changed"))
    return (
        _temporary(warehouse, GIVEN_UP, keys, given),
        _temporary(warehouse, FRESH, exp.except_(made, held), given),
    )


def _temporary(
    warehouse: Warehouse, name: str, tree: exp.Query, given: Mapping[str, object]
) -> int:
    # Written without going through the stand-ins of a narrowed warehouse: the table is meant.
    warehouse.drop_temporary(name)
    create = exp.Create(
        this=exp.to_table(name),
        kind="TABLE",
        expression=tree,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    warehouse.run(create, used(tree, given))
    return int(warehouse.scalar(f"select count(*) as n from {name}"))  # noqa: S608 (own name)


def _keep(warehouse: Warehouse, table: Table, given: Mapping[str, object]) -> None:
    """Move the rows that no longer hold to the history of the table."""
    history = catalogue().tables[f"{table.name}_history"]
    own = [c for c in table.column_names if c != KNOWN_ON]
    is_given_up = _same_key(table, GIVEN_UP, table.name)
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
    exists = exp.Exists(this=exp.select("1").from_(GIVEN_UP).where(is_given_up))
    select = select.where(in_partition, exists)
    insert = exp.insert(select, history.name, columns=list(history.column_names))
    warehouse.run(insert, used(insert, given))
    delete = exp.delete(table.name).where(in_partition.copy(), exists.copy())
    warehouse.run(delete, used(delete, given))


def _same_key(table: Table, left: str, right: str) -> exp.Expr:
    return exp.and_(*(exp.column(k, left).eq(exp.column(k, right)) for k in table.key))


def _believe(warehouse: Warehouse, table: Table) -> None:
    """Add the rows that are new, with the date of the knowledge that the SQL file gave them."""
    select = (
        exp.select(*(exp.column(c, MADE) for c in table.column_names))
        .from_(MADE)
        .where(exp.Exists(this=exp.select("1").from_(FRESH).where(_same_key(table, FRESH, MADE))))
    )
    warehouse.run(exp.insert(select, table.name, columns=list(table.column_names)), {})
