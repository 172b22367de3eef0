"""Corrected rows in place of quarantined ones, and the record of what that released."""

from collections.abc import Sequence
from pathlib import Path

from sqlglot import exp

from postloan.contracts.file_format import file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.loading.relations import is_among
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.reprocess_request import FOLDER, Requeue
from postloan.ingestion.reading.manifest import Manifest
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.own_copy import own_copy, sha256_of
from postloan.warehouse import Warehouse
from postloan.warehouse.statements import deleting_among

HELD = "held_before"
MENDED = "mended_line"
BEFORE, BEFORE_TEXT = "refused_before_mending", "text_before_mending"
"""Delivered rows of a feed that can restrict as they were before they were corrected."""
CORRECTED = "corrected_otherwise"
"""Why a row restricts whose correction was loaded, and is about somebody else."""
RELEASE = (
    "business_date",
    "source",
    "feed",
    "line_no",
    "requeue_no",
    "delivered_sha256",
    "released_by",
    "reason",
    "file_sha256",
)

# Requests that were followed before have their rows already; nobody asked for number 0: what the
# rows refer to has been delivered since, or the contract allows them now.
_RELEASED = """
    select
        cast($business_date as date) as business_date,
        $source as source,
        $feed as feed,
        passed.line_no,
        passed.requeue_no,
        $delivered_sha256 as delivered_sha256,
        coalesce(asked.released_by, '') as released_by,
        coalesce(asked.reason, 'judged again, and good now') as reason,
        coalesce(asked.file_sha256, '') as file_sha256
    from (
        select mended_line.line_no, mended_line.requeue_no
        from mended_line
        inner join staged
            on mended_line.line_no = staged.line_no
        union all
        select held_before.line_no, cast($requeue_no as integer) as requeue_no
        from held_before
        inner join staged
            on held_before.line_no = staged.line_no
        where
            held_before.feed = $feed
            and held_before.file_sha256 = $delivered_sha256
            and not exists (
                select 1
                from mended_line
                where mended_line.line_no = held_before.line_no
            )
    ) as passed
    left join delivery_requeue as asked
        on
            asked.business_date = cast($business_date as date)
            and asked.source = $source
            and asked.feed = $feed
            and asked.requeue_no = passed.requeue_no
    where
        not exists (
            select 1
            from quarantine_release as earlier
            where
                earlier.business_date = cast($business_date as date)
                and earlier.source = $source
                and earlier.feed = $feed
                and earlier.line_no = passed.line_no
                and earlier.requeue_no = passed.requeue_no
                and earlier.delivered_sha256 = $delivered_sha256
        )
"""


def note_held(warehouse: Warehouse, manifest: Manifest) -> None:
    """Remember which lines of a delivery are in quarantine before it is judged again."""
    place = {"business_date": manifest.business_date, "source": manifest.source}
    warehouse.temporary(HELD, place)


def mend(staging: Staging, requeues: Sequence[Requeue], folder: Path) -> None:
    """Let corrected rows take the place of the delivered lines they name.

    Args:
        staging: the feed, loaded as text and not yet converted.
        requeues: the requests for this feed in order; of one line the last correction counts.
        folder: where the corrected rows are kept.

    Raises:
        DeliveryError: a correction names a line that the file does not have.
    """
    warehouse, names = staging.warehouse, [c.name for c in staging.feed.file_columns]
    empty = "select cast(0 as bigint) as line_no, cast(0 as integer) as requeue_no where false"
    warehouse.temporary_from(MENDED, empty)
    if staging.feed.restricts or staging.feed.makes_claims:
        for table, select in _originals(staging, exp.false()).items():
            warehouse.temporary_from(table, select)
    for requeue in requeues:
        if not requeue.file_sha256:
            continue
        rows, mending = _own_rows(staging, requeue, folder), f"mending_{staging.feed.name}"
        found = warehouse.load_text(mending, rows, names)
        rows.unlink()
        staging.take_back(mending)
        _keep_as_it_was(staging, mending)
        gone = sum(_take_out(warehouse, table, mending) for table in _tables(staging))
        if gone != found:
            raise DeliveryError(
                f"{FOLDER}/…/{rows.name} corrects {found} lines, of which "
                f"{told_file(staging.delivered.name)} has {gone}. Remove it with its JSON and "
                f"requeue the rows again."
            )
        columns = ["line_no", *names]
        warehouse.append_from(staging.text_table, columns, exp.select(*columns).from_(mending))
        _take_out(warehouse, MENDED, mending)
        number = exp.cast(exp.Placeholder(this="number"), "integer").as_("requeue_no")
        lines = exp.select("line_no", number).from_(mending)
        warehouse.append_from(MENDED, ["line_no", "requeue_no"], lines, {"number": requeue.number})
        warehouse.drop_temporary(mending)


def _originals(staging: Staging, condition: exp.Expr) -> dict[str, exp.Query]:
    """SELECTs of delivered rows as they are now: their text, and what is held back of them."""
    refused, text = (exp.select("line_no").from_(t).where(condition) for t in _tables(staging))
    nothing, corrected = exp.cast(exp.null(), "varchar"), exp.Literal.string(CORRECTED)
    told = nothing.as_("column_name"), corrected.as_("reason")
    held = refused.select(*told, "raw_text")
    return {
        BEFORE_TEXT: text.select(*(c.name for c in staging.feed.file_columns)),
        BEFORE: exp.union(held, text.select(*told, nothing.as_("raw_text")), distinct=False),
    }


def _tables(staging: Staging) -> tuple[str, str]:
    """Where the rows are that were delivered: those held back, and those read as text."""
    return staging.refused_table, staging.text_table


def _keep_as_it_was(staging: Staging, lines: str) -> None:
    """Remember rows that are about to be replaced; what they named is held until it is mended."""
    if not (staging.feed.restricts or staging.feed.makes_claims):
        return
    for table, select in _originals(
        staging, exp.and_(is_among(lines), exp.not_(is_among(MENDED)))
    ).items():
        staging.warehouse.append_from(table, select.named_selects, select)


def record_releases(staging: Staging, new_number: int) -> int:
    """Write down which rows have left the quarantine, and at whose request.

    Args:
        staging: the feed; what is good is in its staged table.
        new_number: the request that made the rows be judged again; 0 where nobody asked.

    Returns:
        How many rows are written down for the first time.
    """
    given = {
        "business_date": staging.business_date,
        "source": staging.feed.source,
        "feed": staging.feed.name,
        "delivered_sha256": staging.file.sha256,
        "requeue_no": new_number,
    }
    good = exp.select("line_no").from_(staging.staged_table)
    with staging.warehouse.restricted_to({"staged": good}):
        return staging.warehouse.append_from("quarantine_release", RELEASE, _RELEASED, given)


def _own_rows(staging: Staging, requeue: Requeue, folder: Path) -> Path:
    """A copy of the corrected rows that nobody else can change; its bytes are those asked for."""
    rows = folder / f"{requeue.name}.csv"
    own = own_copy(rows, staging.scratch, file_format_of(staging.feed))
    if sha256_of(own) != requeue.file_sha256:
        raise DeliveryError(
            f"{FOLDER}/…/{rows.name} was changed after it was handed in. Remove it with its "
            f"JSON and requeue the rows again."
        )
    return own


def _take_out(warehouse: Warehouse, table: str, lines: str) -> int:
    """Delete the rows of some lines; number of rows."""
    count = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(table).where(is_among(lines))
    found = int(warehouse.scalar(count))
    warehouse.run(deleting_among(table, is_among(lines)), {})
    return found
