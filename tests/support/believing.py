"""What a warehouse believes, now and as of any date of knowledge, for tests that compare it."""

from datetime import date

from postloan.contracts import catalogue
from postloan.contracts.model import KNOWN_ON
from postloan.warehouse import Warehouse

STATES = ("loan_delinquency", "loan_stage", "stage_event", "customer_delinquency")

Beliefs = dict[str, list[str]]
"""Table -> its rows as text, in order, without the dates of knowledge."""


def believed_now(warehouse: Warehouse) -> Beliefs:
    """The current tables."""
    return {name: _rows(warehouse, name, f"from {name}") for name in STATES}


def believed_on(warehouse: Warehouse, known_on: date) -> Beliefs:
    """The tables as they were known on a date."""
    known = {"known_on": known_on}
    return {
        name: sorted(
            _rows(warehouse, name, f"from {name} where known_on <= cast($known_on as date)", known)
            + _rows(
                warehouse,
                name,
                f"from {name}_history where known_from <= cast($known_on as date) "
                "and known_before > cast($known_on as date)",
                known,
            )
        )
        for name in STATES
    }


def _rows(
    warehouse: Warehouse, name: str, source: str, known: dict[str, date] | None = None
) -> list[str]:
    columns = [c for c in catalogue().tables[name].column_names if c != KNOWN_ON]
    return sorted(map(repr, warehouse.fetch(f"select {', '.join(columns)} {source}", known)))
