"""The operator that lets old data go."""

from datetime import date
from typing import TYPE_CHECKING

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException

from postloan.errors import DayError
from postloan.orchestration.operators import Facts, WarehouseOperator

if TYPE_CHECKING:
    from postloan.warehouse import Warehouse


class ExpireOldData(WarehouseOperator):
    """Deletes what has expired as of a business date, and skips a date the book has not reached.

    Airflow runs a new DAG for last week as soon as it sees it; nothing is due before the book has
    come that far.
    """

    def prepare(self, day: date, context: Context) -> Facts | None:  # noqa: ARG002
        """Skip without opening the warehouse while no business date is closed."""
        from postloan.business_day.summary import finished_dates
        from postloan.settings import settings

        if not any(d >= day for d in finished_dates(settings().reports)):
            raise AirflowSkipException(f"No business date from {day} on is closed yet.")
        return None

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """Delete, and tell how much of what."""
        from postloan.retention.expire import expire
        from postloan.settings import settings

        try:
            gone = expire(warehouse, settings(), day)
        except DayError as error:
            raise AirflowSkipException(str(error)) from error
        return {f"{e.what} ({e.unit})": e.quantity for e in gone}
