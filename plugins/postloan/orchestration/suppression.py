"""The operator that takes tasks off the files of a date before anybody is contacted."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from postloan.errors import DayError
from postloan.orchestration.operators import LOOK_AGAIN_AFTER, Facts, WarehouseOperator
from postloan.orchestration.schedules import CONTACT_ENDS_AT, cut_off

if TYPE_CHECKING:
    from postloan.warehouse import Warehouse


class SuppressContacts(WarehouseOperator):
    """Publishes the list of what must not be acted on any more, by all that is loaded.

    Files that are late are waited for until the hours of contact end: whoever gets them at nine
    must not act on what was known at seven. A run started by hand does not wait.
    """

    def prepare(self, day: date, context: Context) -> Facts | None:
        """Wait, or skip, without opening the warehouse while the files of the date are not out."""
        from postloan.reports import finished_dates
        from postloan.settings import settings

        finished = finished_dates(settings().reports)
        if any(d >= day for d in finished) or context["dag_run"].run_type != "scheduled":
            return None
        now, limit = datetime.now(UTC), cut_off(day, CONTACT_ENDS_AT).astimezone(UTC)
        if not finished or now >= limit:
            raise AirflowSkipException(f"{day} is not closed, so no file of it can be out.")
        raise AirflowRescheduleException(  # type: ignore[no-untyped-call]
            min(now + LOOK_AGAIN_AFTER, limit)
        )

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """Publish the list, and tell how many tasks of which queue are on it."""
        from postloan.steps.suppress_contacts import suppress_contacts

        try:
            result = suppress_contacts(warehouse, day)
        except DayError as error:
            raise AirflowSkipException(str(error)) from error
        return {**result.counts, "note": result.note} if result.note else result.counts
