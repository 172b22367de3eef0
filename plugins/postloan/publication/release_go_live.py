"""A person releases the first actions that the opening of the book found owed."""

from datetime import date

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.errors import DayError, PostloanError
from postloan.warehouse import Warehouse

_NEWEST_DAY = "select max(business_date) as d from business_day where day_state <> 'skipped'"


def check_release(warehouse: Warehouse, business_date: date) -> None:
    """Refuse a release that would release nothing, or belong to another date than is told.

    Raises:
        DayError: the date is not the newest of the book, or nothing waits on it.
    """
    newest = warehouse.scalar(_NEWEST_DAY)
    if newest is None:
        raise DayError(
            "The book is not open yet: nothing is owed, and nothing was released. Open it: "
            "python -m postloan day open --date D"
        )
    if business_date != newest:
        raise DayError(
            f"The newest date of the book is {newest}: a release counts from it, and nothing was "
            f"released as of {business_date}. Release it: "
            f"python -m postloan gate release-opening --date {newest}"
        )
    if next(warehouse.read_model("go_live_waiting", {"business_date": newest}), None) is None:
        raise DayError(
            f"There is nothing to release as of {newest}: the opening found nothing owed, or what "
            f"it found has been released. See: python -m postloan data show go_live_release"
        )


def release(warehouse: Warehouse, business_date: date, released_by: str) -> StepResult:
    """Release every opening up to a business date that has not been released yet.

    Nothing is sent by this. From the next business date on the actions are owed like any other:
    what is still past due by then passes the same checks and goes out with that date's files, with
    that date's amounts. Released again, nothing changes.

    Args:
        warehouse: an open warehouse.
        business_date: the date the release belongs to.
        released_by: who released them.

    Raises:
        PostloanError: nobody is named.
    """
    if not released_by.strip():
        raise PostloanError("A release of the go-live list needs the person who made it.")
    day = BusinessDay(business_date)
    with warehouse.transaction():
        openings = warehouse.read_model("go_live_waiting", day.parameters)
        warehouse.append_rows(
            "go_live_release",
            [
                {
                    "business_date": business_date,
                    "opened_on": opened_on,
                    "released_by": released_by,
                }
                for opened_on, _ in list(openings)
            ],
        )
        released = warehouse.read_model("released_action_count", day.parameters)
        result = StepResult("release_go_live", {f"released_{queue}": n for queue, n in released})
        record(warehouse, day, result)
    return result
