"""The profile of a delivery: what each feed adds up to, for the gates to judge by.

Amounts are summed, empty values counted, dates bounded; which columns that concerns follows from
the contract. One statement per feed does it where the rows are.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp

from postloan.contracts import Column, FeedContract
from postloan.ingestion.loading.conversion import certain_pattern, typed, value_of
from postloan.ingestion.loading.ledger import FeedCount
from postloan.ingestion.loading.relations import file_key, is_among
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.reading.manifest import Manifest
from postloan.warehouse import Warehouse

WHOLE_FILE = "*"
FULL_SET = "snapshot"
SUM_TYPE = "decimal(28,2)"

Row = dict[str, Any]


def forget_profile(warehouse: Warehouse, source: str, business_date: date) -> None:
    """Remove the profile of a delivery that is taken in again."""
    warehouse.replace_slice("feed_profile", {"business_date": business_date, "source": source}, [])


def promised_totals(
    warehouse: Warehouse, source: str, business_date: date
) -> dict[tuple[str, str], Decimal]:
    """The control totals that the delivery was last taken in with: (feed, column) -> total."""
    rows = warehouse.fetch(
        "select feed, column_name, promised_sum from feed_profile where source = $source "
        "and business_date = cast($business_date as date) and promised_sum is not null",
        {"source": source, "business_date": business_date},
    )
    return {(feed, column): total for feed, column, total in rows}


def totals_told(manifest: Manifest) -> dict[tuple[str, str], Decimal]:
    """The control totals of a manifest: (feed, column) -> total."""
    return {
        (file.feed, column): total
        for file in manifest.files
        for column, total in file.control_totals.items()
    }


def write_profile(staging: Staging, count: FeedCount, *, is_opening: bool) -> None:
    """Measure one staged feed and keep the figures, in the transaction of the delivery.

    Args:
        staging: the feed after its bad rows were refused; its temporary tables are still there.
        count: what became of its rows.
        is_opening: whether the delivery opens the book.
    """
    feed, is_full = staging.feed, is_opening or staging.feed.delivery == FULL_SET
    common = {
        "business_date": staging.business_date,
        "source": feed.source,
        "feed": feed.name,
        "is_full": is_full,
        "rows_in": count.rows_in,
        "rows_loaded": count.rows_loaded,
    }
    whole: Row = {"column_name": WHOLE_FILE}
    if not is_full:
        repeated, alike = (_repeated(staging), _alike(staging)) if count.rows_loaded else (0, 0)
        whole |= {"rows_repeated": repeated, "rows_alike": alike}
    found, refused = _measured(staging, count), _refused_sums(staging, count)
    rows = [whole, *(_column_row(c, found, refused, staging) for c in _measured_columns(feed))]
    staging.warehouse.append_rows("feed_profile", [{**common, **row} for row in rows])


def _measured_columns(feed: FeedContract) -> tuple[Column, ...]:
    """Amounts, dates, and whatever may be left empty."""
    return tuple(c for c in feed.file_columns if _is_amount(c) or _is_date(c) or not c.required)


def _is_amount(column: Column) -> bool:
    return column.sql_type.startswith("decimal(")


def _is_date(column: Column) -> bool:
    return column.sql_type == "date"


def _aggregates(column: Column) -> Iterator[exp.Expr]:
    """The figures of one column, named `<figure>_<column>`."""
    value = exp.column(column.name)
    empty = exp.case().when(value.copy().is_(exp.null()), 1)
    yield exp.Count(this=empty).as_(f"null_count_{column.name}")
    if _is_amount(column):
        yield exp.cast(exp.Sum(this=value.copy()), SUM_TYPE).as_(f"amount_sum_{column.name}")
    if _is_date(column):
        ahead = exp.case().when(value.copy() > _the_day(), 1)
        yield exp.Min(this=value.copy()).as_(f"first_on_{column.name}")
        yield exp.Max(this=value.copy()).as_(f"last_on_{column.name}")
        yield exp.Count(this=ahead).as_(f"rows_ahead_{column.name}")


def _the_day() -> exp.Expr:
    return exp.cast(exp.Placeholder(this="business_date"), "date")


def _one_row(staging: Staging, select: exp.Select) -> Mapping[str, Any]:
    names = select.named_selects
    (values,) = staging.warehouse.fetch(select, {"business_date": staging.business_date})
    return dict(zip(names, values, strict=True))


def _measured(staging: Staging, count: FeedCount) -> Mapping[str, Any]:
    columns = _measured_columns(staging.feed)
    if not columns:
        return {}
    aggregates = [a for column in columns for a in _aggregates(column)]
    if not count.rows_loaded:
        # On most days most feeds have nothing to tell: what is counted is 0, and the rest empty.
        return {a.alias: 0 for a in aggregates if isinstance(a.this, exp.Count)}
    return _one_row(staging, exp.select(*aggregates).from_(staging.staged_table))


def _refused_sums(staging: Staging, count: FeedCount) -> Mapping[str, Any]:
    """Sums of the amounts in quarantine, as far as they can be read: a control total has them."""
    amounts = [c for c in staging.feed.file_columns if _is_amount(c)]
    if not amounts or not count.rows_quarantined:
        return {}
    sums = []
    for column in amounts:
        pattern = exp.Literal.string(certain_pattern(column.sql_type) or "")
        readable = exp.RegexpLike(this=value_of(column), expression=pattern)
        readable_value = exp.case().when(readable, typed(column))
        sums.append(exp.cast(exp.Sum(this=readable_value), SUM_TYPE).as_(column.name))
    refused = is_among(staging.refused_table)
    return _one_row(staging, exp.select(*sums).from_(staging.text_table).where(refused))


def _column_row(
    column: Column, found: Mapping[str, Any], refused: Mapping[str, Any], staging: Staging
) -> Row:
    row: Row = {"column_name": column.name}
    for figure in ("null_count", "amount_sum", "first_on", "last_on", "rows_ahead"):
        row[figure] = found.get(f"{figure}_{column.name}")
    if _is_amount(column):
        row["received_sum"] = (row["amount_sum"] or Decimal(0)) + (
            refused.get(column.name) or Decimal(0)
        )
        row["promised_sum"] = staging.file.control_totals.get(column.name)
    return row


def _alike(staging: Staging) -> int:
    """Rows that say the same as another one under another key."""
    key = file_key(staging.feed)
    content = [exp.column(c.name) for c in staging.feed.file_columns if c.name not in key]
    if not content:
        return 0
    different = exp.select(*content).distinct().from_(staging.staged_table).subquery("said")
    kinds = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(different)
    return staging.warehouse.count(staging.staged_table) - int(staging.warehouse.scalar(kinds))


def _repeated(staging: Staging) -> int:
    """Rows whose key is also in the delivery before; the opening, which has all, aside."""
    feed = staging.feed
    before = staging.warehouse.scalar(
        "select max(business_date) as d from delivery where feed = $feed and not is_opening "
        "and business_date < cast($business_date as date)",
        {"feed": feed.name, "business_date": staging.business_date},
    )
    if before is None:
        return 0
    same = [exp.column(k, table="known").eq(exp.column(k, table="staged")) for k in file_key(feed)]
    of_before = exp.column("received_on", table="known").eq(
        exp.cast(exp.Placeholder(this="before"), "date")
    )
    known = exp.select("1").from_(exp.to_table(feed.name).as_("known")).where(of_before, *same)
    query = (
        exp.select(exp.Count(this=exp.Star()).as_("n"))
        .from_(exp.to_table(staging.staged_table).as_("staged"))
        .where(exp.Exists(this=known))
    )
    return int(staging.warehouse.scalar(query, {"before": before}))
