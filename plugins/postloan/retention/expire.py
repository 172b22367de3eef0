"""Deletes what has expired by rule, and writes down what was deleted.

Everything is as of a business date, never of the clock. Rows and the record of them and of the
files go in one transaction; the files follow. A crash in between is mended by running again: what
the record names already is deleted and not recorded twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.errors import DayError
from postloan.ingestion.quarantine.quarantine import publish_quarantine
from postloan.retention.conditions import expired_rows
from postloan.retention.files import ExpiredFile, delete_files, expired_files
from postloan.rules.retention import Retention, retained_files, retained_tables
from postloan.settings import Settings
from postloan.warehouse import Warehouse
from postloan.warehouse.statements import deleting_among

_NEWEST = "select max(business_date) as newest from business_day where day_state <> 'skipped'"

_RECORDED = """
    select count(*) as n
    from expiry_record
    where expired_on = cast($expired_on as date) and what = $what and unit = 'files'
        and from_on <= cast($from_on as date) and to_on >= cast($to_on as date)
"""

_LAST_RECORD = "select coalesce(max(record_no), 0) as n from expiry_record"

_STILL_REFUSED = """
    select distinct source, business_date
    from quarantine
    where business_date < cast($keeps_from as date)
    order by source, business_date
"""


@dataclass(frozen=True)
class Expired:
    """One thing of which something was deleted, and by which rule."""

    what: str
    unit: str
    from_on: date
    to_on: date
    quantity: int
    rule_id: str
    rule_version: str


def expire(
    warehouse: Warehouse, home: Settings, as_of: date, *, dry_run: bool = False
) -> tuple[Expired, ...]:
    """Delete what has expired as of a business date and is kept by no hold.

    Args:
        warehouse: an open warehouse.
        home: where the files are.
        as_of: the business date; not later than the newest one in the book.
        dry_run: delete nothing, only tell.

    Returns:
        What was deleted, in the order of the rules' targets: rows first, then files.

    Raises:
        DayError: the book has not come as far as that date.
        RuleError: a retention rule names what may not expire.
    """
    _check_date(warehouse, as_of)
    if dry_run:
        with warehouse.rolled_back():
            return (
                *_expire_rows(warehouse, as_of),
                *_summed(expired_files(warehouse, home, as_of)),
            )
    with warehouse.transaction():
        rows = tuple(_expire_rows(warehouse, as_of))
        files = expired_files(warehouse, home, as_of)
        gone = (*rows, *_summed(files))
        _record(warehouse, as_of, gone)
    delete_files(files)
    warehouse.vacuum()
    _publish_what_is_left(warehouse, home, as_of)
    return gone


def _check_date(warehouse: Warehouse, as_of: date) -> None:
    newest = warehouse.scalar(_NEWEST)
    if newest is None or as_of > newest:
        told = f"the newest one is {newest}" if newest else "it is not opened yet"
        raise DayError(
            f"{as_of} is not in the book of business dates, {told}. Data expires as of a business "
            f"date that has been run."
        )


def _expire_rows(warehouse: Warehouse, as_of: date) -> Iterator[Expired]:
    for name, rule in retained_tables(as_of).items():
        table = catalogue().tables[name]
        found = _delete(warehouse, table, rule, as_of)
        if found:
            yield found


def _delete(warehouse: Warehouse, table: Table, rule: Retention, as_of: date) -> Expired | None:
    known = catalogue().tables
    partitions = {name: str(known[name].partition) for name in rule.activity}
    condition = expired_rows(table, rule, partitions)
    given = {"as_of": as_of, "keeps_from": rule.keeps_from}
    day = exp.column(str(table.partition))
    found = exp.select(
        exp.Min(this=day).as_("first_on"),
        exp.Max(this=day.copy()).as_("last_on"),
        exp.Count(this=exp.Star()).as_("n"),
    )
    ((first, last, rows),) = warehouse.fetch(found.from_(table.name).where(condition), given)
    if not rows:
        return None
    warehouse.run(deleting_among(table.name, condition), given)
    return Expired(table.name, "rows", first, last, int(rows), rule.rule_id, rule.rule_version)


def _summed(files: Iterable[ExpiredFile]) -> Iterator[Expired]:
    for what, group in groupby(sorted(files, key=lambda f: f.what), key=lambda f: f.what):
        found = list(group)
        rule, days = found[0].rule, [f.day for f in found]
        yield Expired(
            what, "files", min(days), max(days), len(found), rule.rule_id, rule.rule_version
        )


def _record(warehouse: Warehouse, as_of: date, gone: Iterable[Expired]) -> None:
    last = int(warehouse.scalar(_LAST_RECORD))
    new = [e for e in gone if not _is_recorded(warehouse, as_of, e)]
    warehouse.append_rows(
        "expiry_record",
        ({"record_no": n, "expired_on": as_of, **vars(e)} for n, e in enumerate(new, last + 1)),
    )


def _is_recorded(warehouse: Warehouse, as_of: date, expired: Expired) -> bool:
    """Whether an interrupted run has recorded these files, and left some of them."""
    if expired.unit == "rows":
        return False
    given = {
        "expired_on": as_of,
        "what": expired.what,
        "from_on": expired.from_on,
        "to_on": expired.to_on,
    }
    return bool(warehouse.scalar(_RECORDED, given))


def _publish_what_is_left(warehouse: Warehouse, home: Settings, as_of: date) -> None:
    """Make the quarantine files anew whose rows have gone in part."""
    rule = retained_files(as_of).get("quarantine")
    if rule is None:
        return
    for source, day in warehouse.fetch(_STILL_REFUSED, {"keeps_from": rule.keeps_from}):
        publish_quarantine(warehouse, home.quarantine, source, day)
