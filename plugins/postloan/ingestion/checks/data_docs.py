"""Data Docs: what the quality gate found on one delivery, as a page that a browser can show.

`data_docs/<source>/<date>/r<revision>/index.html`, one per content of a delivery, refused attempts
among them. Great Expectations' own pages load scripts and fonts from other hosts; these need
nothing but themselves. They hold counts, names of columns and codes of reasons, never a value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from postloan.errors import WarehouseError
from postloan.ingestion.loading.ledger import FeedCount
from postloan.text.pages import page
from postloan.warehouse import Warehouse
from postloan.warehouse.engine import Row

if TYPE_CHECKING:
    from postloan.ingestion.checks.check import Outcome

PAGE = "index.html"

_REFUSED = """
    select feed, coalesce(column_name, '') as column_name, reason, count(*) as refused
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    group by feed, column_name, reason
    order by feed, column_name, reason
"""

_TEMPLATE = Path(__file__).with_name("templates") / "data_docs.html.j2"


@dataclass(frozen=True)
class DeliveryDocs:
    """What a page tells.

    Attributes:
        source: the source.
        business_date: date of the delivery.
        revision: revision that it is, or would have been.
        counts: what became of the rows of every feed.
        tested: feed and outcome of every check that was run.
        refusal: why the delivery was refused as a whole; empty where it was loaded.
        reasons: feed, column, reason and refused rows of feeds of which the table has a part.
    """

    source: str
    business_date: date
    revision: int
    counts: Sequence[FeedCount]
    tested: "Sequence[tuple[str, Outcome]]"
    refusal: str = ""
    reasons: Sequence[Row] = ()


def page_path(folder: Path, source: str, business_date: date, revision: int) -> Path:
    """Where the page of one revision is kept."""
    return folder / source / business_date.isoformat() / f"r{revision}" / PAGE


def revisions(folder: Path, source: str, business_date: date) -> tuple[int, ...]:
    """Revisions of a delivery that have a page, the newest first."""
    pages = (folder / source / business_date.isoformat()).glob(f"r*/{PAGE}")
    numbers = (path.parent.name.removeprefix("r") for path in pages)
    return tuple(sorted((int(n) for n in numbers if n.isdecimal()), reverse=True))


def write_docs(warehouse: Warehouse, folder: Path, docs: DeliveryDocs) -> Path:
    """Put the page of a delivery in its place by one rename.

    Args:
        warehouse: holds the quarantine of the delivery, in the open transaction.
        folder: the data docs of the installation.
        docs: what the page tells.
    """
    path = page_path(folder, docs.source, docs.business_date, docs.revision)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(_page(docs, _refused(warehouse, docs)), encoding="utf-8")
    unfinished.replace(path)
    return path


def _refused(warehouse: Warehouse, docs: DeliveryDocs) -> list[Row]:
    place = {"business_date": docs.business_date, "source": docs.source}
    counted = {row[0] for row in docs.reasons}
    try:
        found = [row for row in warehouse.fetch(_REFUSED, place) if row[0] not in counted]
        return sorted([*found, *docs.reasons])
    except WarehouseError:
        # The check that refused the delivery has broken the transaction: that is what to tell.
        return []


def _page(docs: DeliveryDocs, refused: Iterable[Sequence[object]]) -> str:
    state = "refused as a whole" if docs.refusal else "loaded"
    return page(
        _TEMPLATE,
        title=f"{docs.source} {docs.business_date}, revision {docs.revision}: {state}",
        refusal=docs.refusal,
        counts=[(c.feed, c.rows_in, c.rows_loaded, c.rows_quarantined) for c in docs.counts],
        refused=refused,
        tested=[_tested_row(feed, outcome) for feed, outcome in docs.tested],
    )


def _tested_row(feed: str, outcome: "Outcome") -> tuple[object, ...]:
    check = outcome.check
    column = check.arguments.get("column") or ", ".join(check.arguments.get("column_list", ()))
    if outcome.passed:
        result = "passed"
    elif outcome.error:
        result = "failed"
    else:
        result = "failed" if check.stops else "warned"
    severity = "stop" if check.stops else "warn"
    meaning = outcome.error or check.description
    return feed, column, check.kind, severity, outcome.failed_rows, result, meaning
