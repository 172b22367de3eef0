"""What must not be acted on any more is recalled before the hours of contact begin."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from postloan.business_date import BusinessDay
from postloan.business_day.gates import FailedCheck, failed_checks, told, unread
from postloan.business_day.ledger import CLOSED, SKIPPED, read_book
from postloan.business_day.result import StepResult, record
from postloan.business_day.summary import make_summary, write_summary
from postloan.contracts import catalogue
from postloan.errors import DayError
from postloan.ingestion.arrivals.landing_look import note_not_loaded
from postloan.publication.ledger import newest_loaded, queues_of, suppress_tasks
from postloan.publication.publish import publish_files
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.wording import said

STEP = "suppress_contacts"
NOTHING = "Nothing that is loaded speaks against a task that stands: nothing is published."
NOTHING_MORE = "Nothing more is recalled."
OVER = "A later date has published its files: what it knows is in its own lists of recalls."

NEWEST_PUBLISHED = "select max(business_date) as day from publication"
RECALLS = """
    select queue, reason, coalesce(reason_en, recall_kind) as reason_before, count(*) as tasks
    from task_recall
    where business_date = cast($business_date as date)
    group by queue, reason, coalesce(reason_en, recall_kind)
"""
_OF_ONE = re.compile("loan [^ ]*[0-9][^ ]* | [(][^()]*[)]")
"""A reason without the loan and the amounts in brackets is the same for many."""
SHOWN_REASONS = 5

COUNTED = """
    select measure, quantity
    from step_measure
    where
        business_date = cast($business_date as date)
        and step = 'suppress_contacts'
"""


def newest_published(warehouse: Warehouse) -> date:
    """The business date whose files went out last.

    Raises:
        DayError: no file has gone out yet.
    """
    day: date | None = warehouse.scalar(NEWEST_PUBLISHED)
    if day is None:
        raise DayError(
            "No task file has been published yet, so there is nothing to suppress. "
            "Run a date: python -m postloan day run --date YYYY-MM-DD"
        )
    return day


def suppress_contacts(
    warehouse: Warehouse,
    day: date,
    outbox: Path | None = None,
    reports: Path | None = None,
    *,
    hours_begun: bool = False,
) -> StepResult:
    """Publish a list of recalls for the files of a date, by all that is loaded by now.

    A hold, a death, a complaint, an opt-out, a payment or a correction that came after the files
    were made stops what they ask for. What came and cannot be read may protect anybody, so it
    stops all contact by receivers outside the house, and shuts the gate of the date. Nothing is
    added, the date stays as it is, and where nothing speaks against any task nothing is published.
    Run again, it gives the same; what a crash kept from being published is published.

    Args:
        warehouse: an open warehouse.
        day: the business date whose files are out; it need not be the newest with a delivery.
        outbox: where the files go; by default the outbox of the settings.
        reports: where the summary of the date is; by default the reports of the settings.
        hours_begun: contacts of the date may have been made already, as no later date has files.
            They stay on record as made, and what is left of them on a list is recalled.

    Raises:
        DayError: the date has not been run, or was closed without being run.
        ContractError: a file would carry what it may not; nothing was written.
        PublicationError: the outbox cannot be written, or a published file was changed.
        WarehouseError: the engine refused a statement; nothing was written.
    """
    book = read_book(warehouse)
    found = book.get(day)
    if found is None or found.state == SKIPPED:
        raise DayError(f"{day} has not been run: no file of it is out, and nothing to suppress.")
    if newest_published(warehouse) > day:
        return StepResult(STEP, {}, OVER)
    queues = queues_of(found.day)
    outside = tuple(q for q in queues if not catalogue().task_files[q].is_internal)
    with warehouse.transaction():
        note_not_loaded(warehouse, day, settings().landing)
        known_on = newest_loaded(warehouse, day)
        before, shut_before = _recalls(warehouse, day), failed_checks(warehouse, day)
        unread_by_now = unread(warehouse, day, found.revision)
        failed = failed_checks(warehouse, day)
        held = outside if failed else ()
        suppress_tasks(
            warehouse,
            found.day,
            queues,
            known_on,
            unread=outside if unread_by_now else (),
            hours_begun=hours_begun,
        )
        new = _recalls(warehouse, day) - before
        counted: Counter[str] = Counter()
        for (queue, _), n in new.items():
            counted[f"suppressed_{queue}"] += n
        _add_to_record(warehouse, found.day, counted)
    open_queues = tuple(q for q in queues if q not in held)
    publish_files(warehouse, day, open_queues, outbox or settings().outbox, held=held)
    if (counted or failed != shut_before) and found.state == CLOSED:
        summary = make_summary(warehouse, found.day, found.reason)
        write_summary(reports or settings().reports, summary)
    return StepResult(STEP, dict(counted), " ".join(_words(new, failed)))


def _recalls(warehouse: Warehouse, day: date) -> Counter[tuple[str, str]]:
    """Tasks that the files of a date recall, by queue and reason."""
    found = warehouse.fetch(RECALLS, {"business_date": day})
    counted: Counter[tuple[str, str]] = Counter()
    for queue, reason, before, n in found:
        counted[queue, _OF_ONE.sub("", said(reason, "en") or before)] += n
    return Counter(dict(sorted(counted.items())))


def _words(new: Counter[tuple[str, str]], failed: tuple[FailedCheck, ...]) -> Iterator[str]:
    """Why tasks are recalled, and what holds all others where nothing more is."""
    reasons: Counter[str] = Counter()
    for (_, reason), n in new.items():
        reasons[reason] += n
    if reasons:
        shown = [f"{reason} ({n:,})" for reason, n in reasons.most_common(SHOWN_REASONS)]
        more = len(reasons) - len(shown)
        yield f"Recalled, and how many: {'; '.join(shown)}{f'; and {more:,} more' if more else ''}."
    elif not failed:
        yield NOTHING
    else:
        yield NOTHING_MORE
    if failed:
        yield f"Nothing is added for receivers outside the house: {told(failed)}"


def _add_to_record(warehouse: Warehouse, day: BusinessDay, told: Mapping[str, int]) -> None:
    """Keep the counts of the date, which may be looked at more than once before its hours."""
    if told:
        earlier: dict[str, int] = dict(warehouse.fetch(COUNTED, day.parameters))
        counts = {name: earlier.get(name, 0) + told.get(name, 0) for name in {**earlier, **told}}
        record(warehouse, day, StepResult(STEP, counts))
