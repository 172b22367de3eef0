"""What a step says when an optional source it lives on has not delivered lately."""

from datetime import date

from postloan.contracts import catalogue
from postloan.warehouse import Warehouse

LAST_DELIVERY = """
    select max(business_date) as delivered_on
    from delivery
    where feed = cast($feed as varchar) and business_date <= cast($business_date as date)
"""


def staleness(warehouse: Warehouse, feed: str, business_date: date) -> str:
    """Why a feed does not count on a business date; empty where it does.

    A feed counts as long as its contract says (`maxAgeDays`).
    """
    delivered_on: date | None = warehouse.scalar(
        LAST_DELIVERY, {"feed": feed, "business_date": business_date}
    )
    limit = catalogue().feeds[feed].max_age_days
    if delivered_on is None:
        return f"not refreshed: {feed} was never delivered"
    if (business_date - delivered_on).days > limit:
        return f"not refreshed: {feed} last came for {delivered_on}, more than {limit} days ago"
    return ""
