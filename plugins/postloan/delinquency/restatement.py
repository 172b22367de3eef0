"""What a delivery says about the past: snapshots of earlier dates, restated as known now.

The loans concerned are found from the facts received, their facts become a small working set, and
every date from the first that may have been wrong is computed again for these loans alone, by the
same SQL files on the restricted book. What this costs goes with what has changed, not with the
book.
"""

from datetime import date
from functools import cache
from pathlib import Path

from sqlglot import exp

from postloan.business_date import BusinessDay
from postloan.business_day.ledger import SKIPPED, DayRecord, read_book
from postloan.contracts import catalogue
from postloan.delinquency.past_due import restate_delinquency
from postloan.warehouse import Warehouse, load_model, model_names
from postloan.warehouse.models import Select, parse, sql_folder
from postloan.warehouse.restating import Among, restate
from postloan.warehouse.slices import append_model

FACTS = ("loan", "instalment", "repayment", "pause")
STATES = ("loan_delinquency", "loan_stage")
TERMS, CONCERNED, CUSTOMERS = "delivered_term", "concerned_loan", "concerned_customer"

# Another status or other terms of a loan can change its events and its customer, whatever it owes.
FIRST_DATE_AND_TERMS = """
    select
        min(from_date) as first_date,
        count(case when cause = 'loan' then 1 end) as terms
    from restated_loan
    where received_on = cast($business_date as date)
"""

ALL_LOANS = Among("loan_id", "select loan_id from concerned_loan")
LOANS = Among(
    "loan_id",
    "select loan_id from concerned_loan where from_date <= cast($business_date as date)",
)
DEBTORS = Among(
    "customer_id",
    "select customer_id from concerned_customer where from_date <= cast($business_date as date)",
)


def knowledge_date(warehouse: Warehouse, day: date) -> date:
    """The business date of what is known when a date is computed.

    That of the newest date in the book: a past date that is run again is seen as known now.
    """
    dates = (r.business_date for r in read_book(warehouse).values() if r.state != SKIPPED)
    return max([day, *dates])


def restate_past(warehouse: Warehouse, day: BusinessDay, known_on: date) -> int:
    """Restate the dates before `day` for the loans about whose past its deliveries speak.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        day: the business date whose deliveries are looked at.
        known_on: deliveries up to this business date count.

    Returns:
        Number of loans concerned.

    Raises:
        RuleError: no rule says what was past due on one of the dates.
        WarehouseError: the engine refused a statement.
    """
    past = [
        record
        for record in read_book(warehouse).values()
        if record.business_date < day.date and record.state != SKIPPED
    ]
    if day.is_opening or not past:
        return 0
    warehouse.temporary(TERMS, {"business_date": day.date})
    append_model(warehouse, "restated_loan", day.date, {"known_on": known_on})
    warehouse.drop_temporary(TERMS)
    loans = _make_working_set(warehouse, day.date, known_on)
    if loans:
        _restate_dates(warehouse, past, day.date, known_on)
    for name in (CONCERNED, CUSTOMERS, *map(_working_set_of, FACTS)):
        warehouse.drop_temporary(name)
    return loans


def _working_set_of(fact: str) -> str:
    return f"concerned_{fact}_fact"


@cache
def _columns(table: str, folder: Path) -> tuple[str, ...]:
    """The columns of a table that the SQL files of delinquency name; all where a view lists them.

    Five columns of a payment are text that nobody reads here, and it is the largest table.
    """
    readers = [m for m in map(load_model, model_names()) if table in m.reads]
    names = {
        column.name
        for model in readers
        if model.is_made or model.path.is_relative_to(folder / "delinquency")
        for column in parse(model.text).find_all(exp.Column)
    }
    return tuple(c for c in catalogue().tables[table].column_names if c in names)


def _rows_among(table: str, source: str, among: Among) -> exp.Select:
    """The rows that stand for those of a table, in the columns that the SQL files name."""
    return exp.select(*_columns(table, sql_folder())).from_(source).where(among.condition)


def _make_working_set(warehouse: Warehouse, day: date, known_on: date) -> int:
    """Copy the facts of the loans concerned into small tables; number of loans."""
    dated = {"business_date": day, "known_on": known_on}
    loans = warehouse.temporary_from(
        CONCERNED,
        "select loan_id, min(from_date) as from_date from restated_loan "
        "where received_on = cast($business_date as date) group by loan_id",
        dated,
    )
    for fact in FACTS:
        warehouse.temporary_from(
            _working_set_of(fact),
            _rows_among(fact, fact, ALL_LOANS).where(
                "received_on <= cast($known_on as date)", dialect="duckdb"
            ),
            dated,
        )
    warehouse.temporary_from(
        CUSTOMERS,
        "select facts.customer_id, min(concerned_loan.from_date) as from_date "
        "from concerned_loan_fact as facts "
        "inner join concerned_loan on facts.loan_id = concerned_loan.loan_id "
        "group by facts.customer_id",
    )
    return loans


def _restricted_to_loans() -> dict[str, Select]:
    """What is read in place of facts and states: the rows of the loans concerned by the date."""
    sources = {**{f: _working_set_of(f) for f in FACTS}, **{s: s for s in STATES}}
    return {name: _rows_among(name, source, LOANS) for name, source in sources.items()}


def _restate_dates(warehouse: Warehouse, past: list[DayRecord], day: date, known_on: date) -> None:
    """Compute the dates since the first that may have been wrong, each on the one before it."""
    first, terms = warehouse.fetch(FIRST_DATE_AND_TERMS, {"business_date": day})[0]
    moved = False
    for record in past:
        if record.business_date >= first:
            moved = _restate(warehouse, record, known_on, look_on=moved or terms > 0)


def _restate(warehouse: Warehouse, record: DayRecord, known_on: date, *, look_on: bool) -> bool:
    """Compute one past date again, for the loans concerned and their customers alone.

    Stages follow from the days past due and from the stages of the date before. Unless the caller
    says to look on, nothing more is computed where the days past due turned out the same.

    Returns:
        Whether days past due or stages have changed.
    """
    day = record.day
    parameters = {**day.parameters, "known_on": known_on}
    with warehouse.restricted_to(_restricted_to_loans()):
        changed = restate_delinquency(warehouse, day.date, known_on, LOANS)
        if not (changed or look_on):
            return False
        moved = restate(warehouse, "loan_stage", day.date, parameters, LOANS)
        restate(warehouse, "stage_event", day.date, parameters, LOANS)
    stages = _rows_among("loan_stage", "loan_stage", DEBTORS)
    with warehouse.restricted_to({"loan_stage": stages}):
        restate(warehouse, "customer_delinquency", day.date, parameters, DEBTORS)
    return changed or moved > 0
