"""Whether Apache Fineract has finished a business date: its close-of-business job says so."""

from datetime import date, timedelta
from typing import Any

from postloan.errors import DeliveryError
from postloan.landing.fetch.http import Client
from postloan.landing.fetch.result import NotReadyError, Order, Standing


def check_ready(client: Client, order: Order) -> Standing:
    """Hold the date against Fineract's business date and its close-of-business job.

    Returns:
        Its business date, and the last date that is closed, never after the one asked for: what
        was booked later is asked for again by the next fetch.

    Raises:
        NotReadyError: the business date has not begun, the day before is not closed, the job is
            catching up, or loans are locked by it.
        DeliveryError: an answer does not look like Fineract's.
    """
    day = order.business_date
    dates = {d.get("type"): d.get("date") for d in _rows(client.get("/businessdate").content)}
    current, closed = _date(dates.get("BUSINESS_DATE")), _date(dates.get("COB_DATE"))
    if current < day:
        raise NotReadyError(f"{order.where}: Fineract's business date is still {current}.")
    if closed < day - timedelta(days=1):
        raise NotReadyError(f"{order.where}: Fineract has closed {closed} only.")
    oldest = client.get("/loans/oldest-cob-closed").content
    if isinstance(oldest, dict) and oldest.get("cobProcessedDate"):
        processed = _date(oldest["cobProcessedDate"])
        if processed < closed:
            raise NotReadyError(f"{order.where}: some loans are closed up to {processed} only.")
    catching_up = client.get("/loans/is-catch-up-running").content
    if isinstance(catching_up, dict) and catching_up.get("catchUpRunning"):
        raise NotReadyError(f"{order.where}: Fineract is catching up on closing days.")
    locked = _rows(client.get("/loans/locked").content)
    if locked:
        raise NotReadyError(f"{order.where}: {len(locked)} loans are locked by the closing job.")
    return Standing(current, min(day, closed))


def _rows(content: Any) -> list[Any]:
    found = content.get("content", []) if isinstance(content, dict) else content
    if not isinstance(found, list):
        raise DeliveryError("Fineract's answer is no list. Look at the connection's address.")
    return found


def _date(parts: Any) -> date:
    try:
        return date(*parts)
    except (TypeError, ValueError):
        raise DeliveryError(
            "Fineract's answer holds no date [y, m, d]. Is the business date switched on there?"
        ) from None
