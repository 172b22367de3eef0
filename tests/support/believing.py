"""What a warehouse knows, now and as of any date of knowledge, for tests that compare it."""

from datetime import date

from postloan.contracts import catalogue
from postloan.warehouse import Warehouse

STATES = ("loan_delinquency", "loan_stage", "stage_event", "customer_delinquency")

Beliefs = dict[str, list[str]]
"""Table -> its rows as text, in order, without the dates of knowledge."""


def believed_now(warehouse: Warehouse) -> Beliefs:
    """The current tables."""
    return {name: _rows(warehouse, name, f"from current_{name}") for name in STATES}


def believed_on(warehouse: Warehouse, known_on: date) -> Beliefs:
    """The tables as they were known on a date."""
    known = {"known_on": known_on}
    as_of = (
        "where known_from <= cast($known_on as date) "
        "and (known_before is null or known_before > cast($known_on as date))"
    )
    return {name: _rows(warehouse, name, f"from {name} {as_of}", known) for name in STATES}


def superseded_rows(warehouse: Warehouse, name: str) -> int:
    """Number of versions of rows of a table that no longer hold."""
    return int(warehouse.scalar(f"select count(known_before) as n from {name}"))


def _rows(
    warehouse: Warehouse, name: str, source: str, known: dict[str, date] | None = None
) -> list[str]:
    columns = [c.name for c in catalogue().tables[name].made_columns]
    return sorted(map(repr, warehouse.fetch(f"select {', '.join(columns)} {source}", known)))
