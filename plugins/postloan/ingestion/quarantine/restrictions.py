"""Keeps whom the refused rows of a feed that can restrict are about.

What could not be read may have said that nobody may contact the customer. It restricts until a row
with the same key that protects as widely (`refused_meaning`) is loaded after it, a person corrects
it, or one releases it (`postloan.contact.restrictions`). Corrected is what was loaded in its place
about the same customer: where that is refused again or about somebody else, whom the row named as
it came stays held. Rows of an earlier version of the file count on until then: a file that leaves a
row out has not mended it, nor has another row of the same customer.

A record of several lines may have swallowed rows of other people (`swallowed_rows`). Each of its
lines is read as a row of its own: the record holds whoever is named on any of them, and names
nobody besides where one of them names nobody. No row mends it, as none is all that it may have
been.

A row that says in every column what a loaded row of its file says is not kept (`said_again`).

Rows that a claim rests on (loan, instalment, repayment) are kept in the same way: they hold the
loan that they name, and nobody else (`unclear_row`).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot import exp

from postloan.contracts import FeedContract
from postloan.ingestion.loading.conversion import raw_text
from postloan.ingestion.loading.ledger import FeedCount
from postloan.ingestion.loading.relations import IS_READ, beside_text, file_key, is_among
from postloan.ingestion.loading.staging import REFUSAL, Staging
from postloan.ingestion.quarantine.corrected_rows import BEFORE, BEFORE_TEXT, MENDED
from postloan.ingestion.quarantine.names_by_fields import names_by_fields
from postloan.ingestion.quarantine.quarantine import fields_of
from postloan.ingestion.quarantine.refused_meaning import MEANING_COLUMNS, meaning_of
from postloan.ingestion.quarantine.refused_persons import bearers
from postloan.ingestion.quarantine.said_again import said_again
from postloan.ingestion.quarantine.swallowed_rows import PossibleRow, rows_inside, rows_inside_text
from postloan.ingestion.quarantine.unclear_names import SUBJECTS, spellings, whole_fields
from postloan.ingestion.reading.refusals import NOT_GB18030, NOT_UTF8, NOT_UTF16
from postloan.warehouse.engine import Row

ROWS, NAMES = "refused_restriction", "refused_name"
MAX_KEY = 200
"""No key of a feed that can restrict is longer."""
NAME = ("line_no", "subject", "spelling")
_NO_TEXT = (NOT_UTF8, NOT_GB18030, NOT_UTF16)
_KEPT = ("rows_in", "column_name", "reason", "record_key", *MEANING_COLUMNS)

_CUSTOMERS_OF_CORRECTED = """
    with names as (
        select refused_name.line_no, refused_name.subject, refused_name.spelling
        from refused_name
        inner join mended_line
            on refused_name.line_no = mended_line.line_no
        where
            refused_name.business_date = cast($business_date as date)
            and refused_name.source = $source
            and refused_name.feed = $feed
            and refused_name.file_sha256 = $file_sha256
    )
    select names.line_no, customer.customer_id
    from names
    inner join customer
        on names.subject = 'customer' and names.spelling = customer.customer_id
    where customer.received_on <= cast($business_date as date)
    union
    select names.line_no, loan.customer_id
    from names
    inner join loan
        on names.subject = 'loan' and names.spelling = loan.loan_id
    where loan.received_on <= cast($business_date as date)
"""

_OF_THE_LOAN = """
    staged.loan_id = loan.loan_id and loan.received_on <= cast($business_date as date)
"""

# The first row with the very key that was loaded after the refusal, for the same date in another
# file or for a later one, that protects as widely as the refused row may have done, and that is of
# a customer whom the refused row names; of any, where it names none of the book. What the second of
# two rows of one file says mends nothing, nor does a row that leaves out whose loan it was about.
_MENDED = """
    select
        refused.business_date,
        refused.file_sha256,
        refused.line_no,
        min(told.received_on) as mended_on
    from refused_restriction as refused
    inner join {feed} as told
        on
            refused.record_key = {key}
            and refused.business_date <= told.received_on
    left join delivery
        on
            delivery.business_date = told.received_on
            and delivery.source = refused.source
            and delivery.feed = refused.feed
    where
        refused.source = $source
        and refused.feed = $feed
        and refused.business_date <= cast($business_date as date)
        and {says_as_much}
        and {names_as_many}
        and (
            refused.business_date < told.received_on
            -- The ledger has the file that was before the one that is taken in.
            or refused.file_sha256 <> case
                when told.received_on = cast($business_date as date) then $file_sha256
                else delivery.file_sha256
            end
        )
        and (
            exists (
                select 1
                from refused_name as named
                where
                    named.business_date = refused.business_date
                    and named.source = refused.source
                    and named.feed = refused.feed
                    and named.file_sha256 = refused.file_sha256
                    and named.line_no = refused.line_no
                    and named.subject = $subject
                    and named.spelling = told.{column}
            )
            or not exists (
                select 1
                from refused_name as named
                inner join {known} as known
                    on named.spelling = known.{column}
                where
                    named.business_date = refused.business_date
                    and named.source = refused.source
                    and named.feed = refused.feed
                    and named.file_sha256 = refused.file_sha256
                    and named.line_no = refused.line_no
                    and named.subject = $subject
            )
        )
    group by refused.business_date, refused.file_sha256, refused.line_no
"""

# Of two names that do not belong together nobody knows which was wrong.
_NAMES_AS_MANY = """
    not exists (
        select 1
        from refused_name as named
        inner join loan
            on named.spelling = loan.loan_id
        where
            named.business_date = refused.business_date
            and named.source = refused.source
            and named.feed = refused.feed
            and named.file_sha256 = refused.file_sha256
            and named.line_no = refused.line_no
            and named.subject = 'loan'
            and loan.customer_id <> told.customer_id
            and loan.loan_id <> coalesce(told.loan_id, '')
    )
"""

_HELD = """
    select business_date, file_sha256, line_no, mended_on,
        rows_in, column_name, reason, record_key, is_harmless, aspect, loan_id, scope
    from refused_restriction
    where source = $source and feed = $feed and record_key is not null
        and business_date <= cast($business_date as date)
"""


def keep_restrictions(staging: Staging, count: FeedCount) -> None:
    """Write down whom the refused rows of one file are about, in place of what was known of it.

    Args:
        staging: a feed whose rows have become facts; its temporary tables are still there.
        count: what became of the rows.
    """
    if not (staging.feed.restricts or staging.feed.makes_claims):
        return
    _forget(staging)
    corrected = _refused(staging, BEFORE, BEFORE_TEXT)
    if count.rows_quarantined or corrected:
        _keep(staging, count, corrected)
    if corrected:
        _let_go_what_is_corrected(staging)
    _mark_what_is_mended(staging)


def _place(staging: Staging) -> dict[str, Any]:
    return {
        "business_date": staging.business_date,
        "source": staging.feed.source,
        "feed": staging.feed.name,
        "file_sha256": staging.file.sha256,
    }


def _forget(staging: Staging) -> None:
    """What an earlier judgement of the very same file has left."""
    for table in (ROWS, NAMES):
        staging.warehouse.replace_slice(table, _place(staging), [])


def _refused(staging: Staging, refused: str, text: str) -> list[Row]:
    """Rows held back, with whom and what they name and what they mean where that can be read."""
    lists = {c.name: c.enum for c in staging.feed.file_columns}
    subjects = (
        (exp.column(c, "text") if c in lists else exp.cast(exp.null(), "varchar")).as_(c)
        for c in SUBJECTS.values()
    )
    select = beside_text(refused, text).select(
        *(f"refused.{name}" for name in REFUSAL),
        *subjects,
        IS_READ,
        _key_in(staging.feed, "text").as_("record_key"),
        raw_text(staging.feed.file_columns, "text").as_("record"),
        *meaning_of(staging.feed).said("text", "refused.column_name", lists),
        dialect="duckdb",
    )
    rows = staging.warehouse.fetch(select.order_by("refused.line_no", dialect="duckdb"))
    again = said_again(staging, refused, text, {row[2] for row in rows})
    return [row for row in rows if row[0] not in again]


def _keep(staging: Staging, count: FeedCount, corrected: list[Row]) -> None:
    """Write down the refused rows, and those that were corrected as they came."""
    refused = _refused(staging, staging.refused_table, staging.text_table)
    again = {row[0] for row in refused} & {row[0] for row in corrected}
    told = [*refused, *(row for row in corrected if row[0] not in again)]
    inside = [(row[0], _inside(staging, row)) for row in (*refused, *corrected)]
    # Of two names on one line, or of several rows, no row with its key tells which it mends.
    without_key = again | {line_no for line_no, parts in inside if parts}
    place, columns = _place(staging), len(file_key(staging.feed))
    staging.warehouse.append_rows(
        ROWS,
        (
            {**place, "line_no": row[0], "rows_in": count.rows_in, "column_name": row[1],
             "reason": row[2],
             "record_key": None if row[0] in without_key else _key(row, columns),
             **dict(zip(MEANING_COLUMNS, row[9:], strict=True))}
            for row in told
        ),
    )  # fmt: skip
    names = {*_names(refused), *_names(corrected)}
    for rows in (refused, corrected):
        unread = [
            (line_no, PossibleRow(*whole_fields(staging.feed, raw or ""), must_name=False))
            for line_no, _, _, raw, _, _, is_read, *_ in rows
            if not is_read
        ]
        names |= names_by_fields(staging, unread)
    names |= names_by_fields(
        staging, [(line_no, one) for line_no, parts in inside for one in parts]
    )
    tables = [(staging.refused_table, staging.text_table)]
    tables += [(BEFORE, BEFORE_TEXT)] if corrected else []
    lines = {row[0] for row in told}
    names |= bearers(staging, tables, lines, inside, names)
    staging.warehouse.append_rows(
        NAMES, ({**place, **dict(zip(NAME, name, strict=True))} for name in sorted(names))
    )


def _inside(staging: Staging, row: Row) -> tuple[PossibleRow, ...]:
    """The rows that a refused record may be made of, where it is of several lines."""
    _, _, reason, raw, _, _, is_read, _, record, *_ = row
    if is_read:
        return rows_inside(staging.feed, fields_of(record))
    return rows_inside_text(staging.feed, raw or "", is_text=reason not in _NO_TEXT)


def _let_go_what_is_corrected(staging: Staging) -> None:
    """Forget corrected rows in whose place one was loaded that is about all whom they named."""
    columns = {c.name for c in staging.feed.file_columns}
    name = next(column for column in SUBJECTS.values() if column in columns)
    warehouse, place = staging.warehouse, _place(staging)
    about: dict[int, set[str]] = {}
    for line_no, customer_id in warehouse.fetch(_CUSTOMERS_OF_CORRECTED, place):
        about.setdefault(line_no, set()).add(customer_id)
    for line_no, customer_id in warehouse.fetch(_loaded_instead(staging, name), place):
        if about.get(line_no, set()) <= {customer_id}:
            for table in (ROWS, NAMES):
                warehouse.replace_slice(table, {**place, "line_no": line_no}, [])


def _loaded_instead(staging: Staging, name: str) -> exp.Select:
    """Line and customer of what was loaded in place of corrected rows, which a column names."""
    loaded = exp.to_table(staging.staged_table).as_("staged")
    rows = exp.select("staged.line_no").distinct().from_(loaded).where(is_among(MENDED, "staged"))
    if name != SUBJECTS["loan"]:
        return rows.select(exp.column(name, "staged"))
    rows = rows.join("loan", on=_OF_THE_LOAN, join_type="left", dialect="duckdb")
    return rows.select("coalesce(loan.customer_id, staged.loan_id) as customer_id")


def _key_in(feed: FeedContract, table: str) -> exp.Expr:
    """The key of a row of a table as one text."""
    columns = (exp.cast(exp.column(name, table), "varchar") for name in file_key(feed))
    return exp.func("concat_ws", exp.Literal.string(" "), *columns)


def _key(row: Row, columns: int) -> str | None:
    """The key as it stands in a row that can be read; None where part of it is gone."""
    key, is_read = row[7], row[6]
    is_whole = is_read and key and len(key.split(" ")) == columns and all(key.split(" "))
    return key if is_whole and len(key) <= MAX_KEY else None


def _names(refused: Iterable[Row]) -> Iterator[tuple[int, str, str]]:
    """What rows name whose columns can be told apart."""
    for line_no, _, _, _, customer, loan, is_read, *_ in refused:
        if is_read:
            for subject, text in zip(SUBJECTS, (customer, loan), strict=True):
                for spelling in sorted(spellings(text)):
                    yield line_no, subject, spelling


def _mark_what_is_mended(staging: Staging) -> None:
    """Say of the feed's refused rows up to this date which row that was loaded has mended them.

    It follows from what is loaded, whatever the order it came in: a row that goes mends no longer.
    """
    warehouse, feed, place = staging.warehouse, staging.feed, _place(staging)
    held = warehouse.fetch(_HELD, {k: place[k] for k in ("business_date", "source", "feed")})
    if not held:
        return
    names = {c.name for c in feed.file_columns}
    subject, column = next((s, c) for s, c in SUBJECTS.items() if c in names)
    says_as_much = meaning_of(feed).mended("refused", "told")
    select = _MENDED.format(
        feed=feed.name,
        key=_key_in(feed, "told").sql("duckdb"),
        column=column,
        known=subject,
        says_as_much=says_as_much,
        names_as_many=_NAMES_AS_MANY if names >= set(SUBJECTS.values()) else "true",
    )
    mended = {
        (day, sha256, line_no): mended_on
        for day, sha256, line_no, mended_on in warehouse.fetch(
            select, {**place, "subject": subject}
        )
    }
    for day, sha256, line_no, before, *rest in held:
        mended_on = mended.get((day, sha256, line_no))
        if mended_on != before:
            row = {**place, "business_date": day, "file_sha256": sha256, "line_no": line_no}
            told = dict(zip(_KEPT, rest, strict=True)) | {"mended_on": mended_on}
            warehouse.replace_slice(ROWS, row, [{**row, **told}])
