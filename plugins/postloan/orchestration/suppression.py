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
    must not act on what was known at seven. Meanwhile, as on days without deliveries, the lists of
    the last date that has files are worked on, and are looked at each time. A run started by hand
    does not wait.
    """

    is_awaited = False
    """The date is not closed yet."""

    def prepare(self, day: date, context: Context) -> Facts | None:
        """Skip without opening the warehouse where no file of the date can be out any more."""
        from postloan.business_day.summary import finished_dates
        from postloan.settings import settings

        finished = finished_dates(settings().reports)
        by_hand = context["dag_run"].run_type != "scheduled"
        self.is_awaited = not by_hand and not any(d >= day for d in finished)
        if self.is_awaited and (not finished or datetime.now(UTC) >= _limit(day)):
            raise AirflowSkipException(f"{day} is not closed, so no file of it can be out.")
        return None

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """Publish the list, and tell how many tasks of which queue are on it."""
        from postloan.publication.suppress_contacts import newest_published, suppress_contacts

        try:
            worked_on = min(day, newest_published(warehouse)) if self.is_awaited else day
            result = suppress_contacts(warehouse, worked_on, hours_begun=worked_on < day)
        except DayError as error:
            raise AirflowSkipException(str(error)) from error
        if self.is_awaited:
            self.log.info("%s is not closed yet; of %s: %s", day, worked_on, result.counts)
            raise AirflowRescheduleException(  # type: ignore[no-untyped-call]
                min(datetime.now(UTC) + LOOK_AGAIN_AFTER, _limit(day))
            )
        return {**result.counts, "note": result.note} if result.note else result.counts


def _limit(day: date) -> datetime:
    """When the hours in which contacts of a date are made are over."""
    return cut_off(day, CONTACT_ENDS_AT).astimezone(UTC)
