"""A person releases what protects a customer; only rows are added, each with name and reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from postloan.access.reasons import kept_reason
from postloan.contact.restrictions.standing import UNCLEAR_ROW, Protection, standing_protections
from postloan.contracts import catalogue
from postloan.errors import DayError
from postloan.ingestion.loading.load_order import last_load_no
from postloan.text.shown_text import shown
from postloan.warehouse import Warehouse

TABLE = "restriction_release"
MOST_TOLD = 10

_NEWEST_DATE = "select max(business_date) as d from business_day where day_state <> 'skipped'"

_LAST_RELEASE = "select coalesce(max(release_no), 0) as n from restriction_release"

_KNOWN_CUSTOMER = """
    select count(*) as n
    from customer
    where customer_id = cast($customer_id as varchar)
"""


@dataclass(frozen=True)
class Release:
    """What is released; columns that do not identify it stay empty.

    Attributes:
        kind: one of the list in the contract of `restriction_release`.
        customer_id: the customer who was protected.
        other_customer_id: the other one, where the protection is about two.
        record_key: which of the kind it is, as `standing_protection` tells it; left out, it is the
            only one of that kind that the customer has.
        source: source of the row, where it is one row.
        feed: its feed.
        received_on: business date of its delivery.
        line_no: its line.
        file_sha256: the file that the line is of.
        known_load_no: the load that told of it last; the last of all where it is a row.
    """

    kind: str
    customer_id: str | None = None
    other_customer_id: str | None = None
    source: str | None = None
    feed: str | None = None
    received_on: date | None = None
    line_no: int | None = None
    file_sha256: str | None = None
    record_key: str | None = None
    known_load_no: int | None = None


def kinds() -> tuple[str, ...]:
    """What can be released."""
    return catalogue().tables[TABLE].column("kind").enum


def append_releases(
    warehouse: Warehouse,
    releases: tuple[Release, ...],
    *,
    released_by: str,
    reason: str,
    released_on: date | None = None,
) -> date:
    """Write releases down; nothing is sent by this.

    They are an input of their business date: run again, it opens its next revision.

    Args:
        warehouse: an open warehouse.
        releases: what is released, at least one.
        released_by: who releases it.
        reason: why; it stays on the release.
        released_on: the business date from which they count, the newest in the book or the
            newest delivery among them unless given.

    Returns:
        The business date from which they count.

    Raises:
        ReasonError: the reason shows nothing, or holds a number of a person.
        DayError: nobody is named, the kind is unknown, nothing or more than one thing
            is identified, or the date lies before what is released was received.
    """
    if not released_by.strip():
        raise DayError("A release needs the person who made it: the name stays on it.")
    reason = kept_reason(warehouse, reason)
    if not releases:
        raise DayError("There is nothing to release. See: python -m postloan restriction list")
    for release in releases:
        _check(release)
        if release.customer_id:
            check_customer(warehouse, release.customer_id)
    releases = _complete(warehouse, releases, released_on)
    received = [r.received_on for r in releases if r.received_on]
    counts_on = released_on or _newest_date(warehouse, received)
    if received and counts_on < max(received):
        raise DayError(
            f"A row of {max(received)} cannot be released as of {counts_on}, before it came. "
            f"Leave --on out, or give {max(received)} or a later date."
        )
    with warehouse.transaction():
        newest_load_no = last_load_no(warehouse)
        last = int(warehouse.scalar(_LAST_RELEASE))
        warehouse.append_rows(
            TABLE,
            (
                {
                    **asdict(release),
                    "released_on": counts_on,
                    "known_load_no": (
                        newest_load_no if release.known_load_no is None else release.known_load_no
                    ),
                    "release_no": number,
                    "released_by": released_by.strip(),
                    "reason": reason,
                }
                for number, release in enumerate(releases, last + 1)
            ),
        )
    return counts_on


def _check(release: Release) -> None:
    check_kind(release.kind)
    if release.customer_id is None and release.line_no is None:
        raise DayError("Say what is released: a customer, or source, feed, date and line of a row.")


def check_kind(kind: str) -> None:
    """Refuse a word that is no kind of protection.

    Raises:
        DayError: lists the kinds.
    """
    if kind not in kinds():
        raise DayError(
            f"'{shown(kind)}' is no kind of protection, so nothing was written. Name one of those "
            f"listed, with --kind: {', '.join(kinds())}."
        )


def check_customer(warehouse: Warehouse, customer_id: str) -> None:
    """Refuse a customer number that is nobody's: the one who was meant would stay protected.

    Raises:
        DayError: no customer of the book has it.
    """
    if not warehouse.scalar(_KNOWN_CUSTOMER, {"customer_id": customer_id}):
        raise DayError(
            "No customer of the book has the number that was given with --customer, so nothing was "
            "released. Numbers are compared letter by letter; those that are held stand in: "
            "python -m postloan restriction list"
        )


def the_one(
    found: Sequence[Protection], kind: str | None, near: Sequence[Protection] = ()
) -> Protection:
    """The one thing that is released.

    Args:
        found: what fits the words of a person.
        kind: the kind they name, if any.
        near: what fits some of their words, to be named where nothing fits them all.

    Raises:
        DayError: nothing is found, or several things, which it names.
    """
    if not found:
        what = f"Nothing of kind {kind} fits the words" if kind else "Nothing fits the words"
        there = f"What there is: {_named(near)}. " if near else ""
        raise DayError(
            f"{what}, so nothing was written: there is no such protection, or it is released "
            f"already. {there}All that waits: python -m postloan restriction list --all"
        )
    if len(found) > 1:
        raise DayError(
            f"{len(found):,} things fit, and one is released at a time, so nothing was written. "
            f"Add the words of one of them: {_named(found)}"
        )
    return found[0]


def _named(things: Sequence[Protection]) -> str:
    """Things in the words that release them, the first of them."""
    words = [f'--kind {s.kind} --key "{s.shown_key}"' for s in things[:MOST_TOLD]]
    more = f"; and {len(things) - MOST_TOLD:,} more" if len(things) > MOST_TOLD else ""
    return f"{'; '.join(words)}{more}"


def release_of(
    standing: Protection, customer_id: str | None = None, seen_load_no: int | None = None
) -> Release:
    """The release of one thing, as it is known now.

    Args:
        standing: the thing.
        customer_id: for whom; of a refused row all whom it names, unless given.
        seen_load_no: the load that told of it when a person looked.

    Raises:
        DayError: it has been told anew since.
    """
    if seen_load_no is not None and seen_load_no != standing.load_no:
        raise DayError(
            f"It was told anew by load {standing.load_no}, after load {seen_load_no} that was "
            "looked at, so nothing was written. See: python -m postloan restriction list"
        )
    if standing.kind == UNCLEAR_ROW:
        return Release(
            kind=standing.kind,
            # A line that is released as a whole stays released when it comes to name others.
            customer_id=customer_id,
            source=standing.source,
            feed=standing.feed,
            received_on=standing.since,
            line_no=standing.line_no,
            file_sha256=standing.file_sha256,
        )
    return Release(
        kind=standing.kind,
        customer_id=standing.told_of,
        other_customer_id=standing.record_key if standing.kind == "same_person" else None,
        record_key=standing.record_key,
        received_on=standing.since,
        known_load_no=standing.load_no,
    )


def _complete(
    warehouse: Warehouse, releases: tuple[Release, ...], released_on: date | None
) -> tuple[Release, ...]:
    """Say of each which thing it is of, where that was left out."""
    if all(release.record_key or release.line_no for release in releases):
        return releases
    standing = standing_protections(warehouse, unopened=released_on)
    return tuple(
        release
        if release.record_key or release.line_no
        else release_of(
            the_one(
                [
                    s
                    for s in standing
                    if s.kind == release.kind
                    and release.customer_id in s.customers
                    and release.other_customer_id in (None, s.record_key)
                ],
                release.kind,
            )
        )
        for release in releases
    )


def _newest_date(warehouse: Warehouse, received: list[date]) -> date:
    opened: date | None = warehouse.scalar(_NEWEST_DATE)
    newest = [*received, *([opened] if opened else [])]
    if not newest:
        raise DayError("The book is not open yet: nobody is contacted, nothing need be released.")
    return max(newest)
