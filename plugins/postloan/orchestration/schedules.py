"""When things run, in the lender's own time zone. The partition key is the business date."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import (
    Asset,
    CronPartitionTimetable,
    PartitionedAssetTimetable,
    StartOfDayMapper,
)

from postloan.settings import settings

KEY_FORMAT = "%Y-%m-%d"
BANK_ZONE = settings().timezone
NIGHTLY_AT = "30 0 * * *"
"""Half past midnight: the business date is over, and the sources have until their cut-off."""

WEEKLY_AT = "0 6 * * 0"
"""Sunday morning: the night's work is done, and nobody waits for the warehouse."""


BEFORE_CONTACT_AT = "45 7 * * *"
"""A quarter of an hour before anybody may be contacted, which is from 08:00 at the earliest."""

CONTACT_ENDS_AT = "22:00"
"""Nobody may be contacted later, so nothing of that day can be suppressed any more."""


def nightly() -> CronPartitionTimetable:
    """Every night for the business date that has just ended."""
    return CronPartitionTimetable(
        NIGHTLY_AT, timezone=BANK_ZONE, run_offset=-1, key_format=KEY_FORMAT
    )


def before_contact() -> CronPartitionTimetable:
    """Every morning before the hours of contact, for the date whose files are worked on."""
    return CronPartitionTimetable(
        BEFORE_CONTACT_AT, timezone=BANK_ZONE, run_offset=-1, key_format=KEY_FORMAT
    )


def weekly() -> CronPartitionTimetable:
    """Every Sunday for the Sunday before, which has been run by then."""
    return CronPartitionTimetable(
        WEEKLY_AT, timezone=BANK_ZONE, run_offset=-1, key_format=KEY_FORMAT
    )


def after(*assets: Asset) -> PartitionedAssetTimetable:
    """As soon as any of these assets has an event for a business date.

    Any, not all: Airflow's AND over partitioned assets can lose a date when two events arrive
    together, so whoever needs several inputs asks the book of business dates (the gate does).
    """
    wanted = assets[0]
    for asset in assets[1:]:
        wanted = wanted | asset  # type: ignore[assignment]
    return PartitionedAssetTimetable(
        assets=wanted,
        default_partition_mapper=StartOfDayMapper(
            input_format=KEY_FORMAT, output_format=KEY_FORMAT, timezone=BANK_ZONE
        ),
    )


def is_after(cut_offs: Iterable[str], business_date: date) -> bool:
    """Whether the last of some cut-offs of a business date, `HH:MM` each, has passed."""
    return datetime.now(UTC) >= max(cut_off(business_date, c) for c in cut_offs)


def cut_off(business_date: date, time_of_day: str) -> datetime:
    """The moment after which a business date no longer waits for a delivery.

    Args:
        business_date: the date that the delivery is for.
        time_of_day: `HH:MM` on the following day, as feed contracts write it.
    """
    return datetime.combine(
        business_date + timedelta(days=1), time.fromisoformat(time_of_day), ZoneInfo(BANK_ZONE)
    )
