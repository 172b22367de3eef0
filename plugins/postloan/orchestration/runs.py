"""From the partition key of a run to its business date."""

from datetime import date

from airflow.sdk.exceptions import AirflowFailException

from postloan.business_date import FIRST_DATE, LAST_DATE, is_business_date

HOW_TO_START = (
    "Start it for a date with: python -m postloan day run --date YYYY-MM-DD (in the UI: Trigger, "
    "Advanced Options, Partition Key)."
)


def business_date(partition_key: str | None) -> date:
    """The business date of a run.

    Raises:
        AirflowFailException: the run has no partition key, or one that is no date. Trying again
            would not help.
    """
    if not partition_key:
        raise AirflowFailException(
            f"This run has no partition key, so nobody can tell its business date. {HOW_TO_START}"
        )
    try:
        day = date.fromisoformat(partition_key)
    except ValueError:
        day = None
    if day is None or day.isoformat() != partition_key:
        raise AirflowFailException(
            f"The partition key '{partition_key}' is not a date YYYY-MM-DD. {HOW_TO_START}"
        )
    if not is_business_date(day):
        raise AirflowFailException(
            f"No business date is before {FIRST_DATE} or after {LAST_DATE}: '{partition_key}' is "
            f"mistyped. {HOW_TO_START}"
        )
    return day
