"""The gates before contact: judged when a business date opens, opened by data or by a person.

Once days past due are there, the core's own view of them is judged too (`positions`).

A failed check holds the files of outside receivers and the approval of legal cases, and nothing
else: days past due, stages and alerts are computed, and internal files go out. What is held goes
out in the next revision of the date, after a corrected delivery or a release. Silence never
releases.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from postloan.access.reasons import kept_reason
from postloan.errors import DayError
from postloan.warehouse import Warehouse
from postloan.wording import said

ALL_CHECKS = "all"

UNREAD_CHECKS = ("nameless_rows", "delivery_refused", "delivery_not_loaded")
"""Something came that may protect, and nobody knows whom."""

NEWEST = "select max(business_date) as day from business_day where day_state <> 'skipped'"


@dataclass(frozen=True)
class FailedCheck:
    """A check that failed and that nobody has released."""

    gate: str
    check_name: str
    feed: str
    column_name: str
    message: str


def judge(warehouse: Warehouse, business_date: date, revision: int) -> None:
    """Judge the deliveries of a business date, inside the transaction that opens it.

    What an earlier revision found beside the core's own view counts no more.
    """
    warehouse.delete_partition("position_total", business_date)
    judge_again(warehouse, business_date, revision)


def judge_again(warehouse: Warehouse, business_date: date, revision: int) -> None:
    """Judge a business date that is open, now that more is known of it than its deliveries.

    Until a later date has files of its own, what later deliveries hide counts too.
    """
    known_on = warehouse.scalar_model("latest_arrival", {"business_date": business_date})
    parameters = {"revision": revision, "known_on": known_on or business_date}
    warehouse.rebuild("gate_check", business_date, parameters)


def unread(warehouse: Warehouse, business_date: date, revision: int) -> tuple[FailedCheck, ...]:
    """What cannot be read by now of those whom nobody may contact, and nobody has released.

    The date is judged again only where something is unread, so that all else stays as it was.
    """
    before = {f for f in failed_checks(warehouse, business_date) if f.check_name in UNREAD_CHECKS}
    known_on = warehouse.scalar_model("latest_arrival", {"business_date": business_date})
    found = warehouse.read_model(
        "unread_count", {"business_date": business_date, "known_on": known_on or business_date}
    )
    if before or any(findings for (findings,) in found):
        judge_again(warehouse, business_date, revision)
    failed = failed_checks(warehouse, business_date)
    return tuple(f for f in failed if f.check_name in UNREAD_CHECKS)


def failed_checks(warehouse: Warehouse, business_date: date) -> tuple[FailedCheck, ...]:
    """What holds the contact files of a business date; nothing where every gate is open."""
    return tuple(
        FailedCheck(row["gate"], row["check"], row["feed"], row["column"], row["en"])
        for row in gate_rows(warehouse, business_date)
        if row["outcome"] == "failed" and row["released_by"] is None
    )


def gate_rows(warehouse: Warehouse, business_date: date) -> Iterator[dict[str, str]]:
    """How the gates of a business date stand, what failed first, in the words of both languages.

    Rows of before hold the words themselves.
    """
    dated = {"business_date": business_date}
    for *check, outcome, released_by, message, en, zh in warehouse.read_model("gate_on", dated):
        yield {
            **dict(zip(("gate", "check", "feed", "column"), check, strict=True)),
            "outcome": outcome,
            "released_by": released_by,
            "en": said(message, "en") or en,
            "zh": said(message, "zh") or zh,
        }


def newest_held(warehouse: Warehouse) -> date | None:
    """The newest business date, where a gate holds its files: what earlier ones owed, it owes."""
    newest: date | None = warehouse.scalar(NEWEST)
    return newest if newest and failed_checks(warehouse, newest) else None


def told(failed: Iterable[FailedCheck]) -> str:
    """One line that says which gates are shut, by which check, and why."""
    return "; ".join(f"{f.gate} gate shut by {f.check_name}: {f.message}" for f in together(failed))


def together(failed: Iterable[FailedCheck]) -> tuple[FailedCheck, ...]:
    """Checks that say the same of several feeds as one that names them all, in the order found.

    A source that is silent, or whose delivery was refused, fails a check for each of its feeds.
    """
    alike: dict[tuple[str, str, str], list[FailedCheck]] = {}
    for check in failed:
        words = check.message.replace(f": {check.feed} ", ": ", 1)
        alike.setdefault((check.gate, check.check_name, words), []).append(check)
    return tuple(map(_one_of, alike.values()))


def _one_of(alike: list[FailedCheck]) -> FailedCheck:
    first, feeds = alike[0], ", ".join(check.feed for check in alike)
    message = first.message.replace(f": {first.feed} ", f": {feeds} ", 1)
    return replace(first, feed=feeds, message=message)


def gate_inputs(warehouse: Warehouse) -> Iterator[tuple[date, tuple[str, str], str]]:
    """What the gates go by beside the deliveries: business date, what it is, its value.

    Control totals, releases and what lay unread in the landing zone are input of a date like its
    files: other ones make the next revision.
    """
    for day, source, feed, column, total in warehouse.fetch(
        "select business_date, source, feed, column_name, promised_sum from feed_profile "
        "where promised_sum is not null order by business_date, source, feed, column_name"
    ):
        yield day, (source, f"{feed}.{column} control total"), str(total)
    for day, check, feed, column, sha256, observed in warehouse.fetch(
        "select business_date, check_name, feed, column_name, file_sha256, observed "
        "from gate_release order by business_date, check_name, feed, column_name, file_sha256"
    ):
        yield day, ("gate_release", f"{check} {feed}.{column} {sha256} {observed}"), "released"
    for day, source, place, feed, sha256 in warehouse.fetch(
        "select business_date, source, place, feed, content_sha256 from delivery_not_loaded "
        "where lies_as <> 'there_before' order by business_date, source, place, feed"
    ):
        yield day, ("not_loaded", f"{source} {feed} {place}"), sha256
    for day, number, kind in warehouse.fetch(
        "select released_on, release_no, kind from restriction_release "
        "order by released_on, release_no"
    ):
        yield day, ("restriction_release", f"{kind} {number}"), "released"


def release_gate(
    warehouse: Warehouse,
    business_date: date,
    *,
    released_by: str,
    reason: str,
    check_name: str = ALL_CHECKS,
) -> tuple[FailedCheck, ...]:
    """Release failed checks of a business date as they were found; nothing is sent by this.

    The release is an input of the date: run again, it opens its next revision, which publishes
    what was held. It holds for the files and figures that were looked at, not for what comes later.

    Args:
        warehouse: an open warehouse.
        business_date: the date whose contact files are held.
        released_by: who releases them.
        reason: why; it stays on the release.
        check_name: one check, or all that failed.

    Returns:
        The checks that were released.

    Raises:
        ReasonError: the reason shows nothing, or holds a number of a person.
        DayError: nobody is named, no such check has failed, or a later date is open,
            whose own files already carry what was owed.
    """
    if not released_by.strip():
        raise DayError("A release needs the person who made it: the name stays on it.")
    reason = kept_reason(warehouse, reason)
    shut = failed_checks(warehouse, business_date)
    failed = tuple(f for f in shut if check_name in (ALL_CHECKS, f.check_name))
    if not failed:
        what = "check" if check_name == ALL_CHECKS else f"check of the name '{check_name}'"
        raise DayError(
            f"No {what} holds anything back on {business_date}: nothing was released. "
            f"{_holding(shut)}See: python -m postloan day summary --date {business_date}"
        )
    _refuse_late(warehouse, business_date)
    with warehouse.transaction():
        for check in failed:
            warehouse.append_from("gate_release", RELEASE_COLUMNS, RELEASE, {
                "business_date": business_date,
                "check_name": check.check_name,
                "feed": check.feed,
                "column_name": check.column_name,
                "released_by": released_by.strip(),
                "reason": reason,
            })  # fmt: skip
    return failed


def _holding(shut: tuple[FailedCheck, ...]) -> str:
    """The names that could have been given; nothing where every gate is open."""
    names = ", ".join(sorted({f.check_name for f in shut}))
    return f"What holds it back: {names}. " if names else ""


RELEASE_COLUMNS = (
    "business_date", "check_name", "feed", "column_name", "file_sha256", "observed",
    "released_by", "reason",
)  # fmt: skip

RELEASE = """
    select business_date, check_name, feed, column_name, file_sha256, observed,
        cast($released_by as varchar) as released_by, cast($reason as varchar) as reason
    from gate_check
    where business_date = cast($business_date as date) and check_name = cast($check_name as varchar)
        and feed = cast($feed as varchar) and column_name = cast($column_name as varchar)
"""


def _refuse_late(warehouse: Warehouse, business_date: date) -> None:
    later = warehouse.scalar(
        "select min(business_date) as d from business_day "
        "where business_date > cast($business_date as date) and day_state <> 'skipped'",
        {"business_date": business_date},
    )
    if later:
        raise DayError(
            f"{later} has been opened since: what {business_date} owed is owed by its files. "
            f"Release the newest date, if it is held."
        )
