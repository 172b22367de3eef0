"""The task before an ingestion: fetch what the source does not deliver as local files."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

from postloan.errors import PostloanError, WarehouseError
from postloan.orchestration.defaults import SOURCES_POOL
from postloan.orchestration.operators import (
    LOOK_AGAIN_AFTER,
    Facts,
    WarehouseOperator,
    for_good,
)
from postloan.orchestration.schedules import cut_off

if TYPE_CHECKING:
    from postloan.landing.fetch.result import Order
    from postloan.settings import Settings
    from postloan.warehouse import Warehouse


def order_of(home: "Settings", source: str, day: date) -> "Order":
    """What a fetch has to know of the past; the warehouse is open for that moment only."""
    from datetime import timedelta

    from postloan.ingestion.loading.ledger import read_cursors, read_entry, was_ever_delivered
    from postloan.landing.fetch.result import Order
    from postloan.warehouse import open_warehouse

    with open_warehouse() as warehouse:
        is_first = not was_ever_delivered(warehouse, source, day - timedelta(days=1))
        entry = read_entry(warehouse, source, day)
        cursors = read_cursors(warehouse, source, day)
    opening = entry.is_opening if entry else is_first
    return Order(source, day, home.landing, opening, {} if opening else cursors)


class FetchDelivery(WarehouseOperator):
    """Brings a delivery into the landing zone; a source that delivers itself has nothing to fetch.

    A source that has not finished the date is asked again until the cut-off. One that does not
    answer is asked again by Airflow's retries, and the fetch goes on where it was. The warehouse is
    open only while cursors are read, so that the work there goes on meanwhile.
    """

    # Nothing is shown: no statement of ours runs.
    template_fields: Sequence[str] = ()

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        super().__init__(**{"pool": SOURCES_POOL, **kwargs})
        self.source = source

    def prepare(self, day: date, context: Context) -> Facts | None:
        """Fetch before, and without, a warehouse that stays open."""
        from postloan.business_day.summary import finished_dates
        from postloan.landing.fetch.config import Landing, read_source
        from postloan.landing.fetch.result import NotReadyError, SourceUnavailableError
        from postloan.settings import settings

        is_nightly = context["dag_run"].run_type == "scheduled"
        try:
            config = read_source(self.source)
            if isinstance(config, Landing):
                return {"fetched": False, "note": "The source delivers itself: nothing to fetch."}
            if is_nightly and not finished_dates(settings().reports):
                raise AirflowSkipException("No business date is closed yet: nothing is due.")
            return self._fetch(settings(), day, config)
        except NotReadyError as error:
            return self._wait(day, is_nightly, str(error))
        except (SourceUnavailableError, WarehouseError):
            raise
        except (PostloanError, OSError) as error:
            raise for_good(error) from error

    def _fetch(self, home: "Settings", day: date, config: Any) -> Facts:
        from postloan.landing.fetch.door import fetch
        from postloan.orchestration.connections import endpoint_of

        order = order_of(home, self.source, day)
        result = fetch(order, config, endpoint_of(self.source, day, config))
        return {"fetched": result.fetched, "rows": sum(result.rows.values()), "note": result.note}

    def _wait(self, day: date, is_nightly: bool, reason: str) -> Facts:
        from postloan.contracts import catalogue

        feeds = catalogue().feeds_of(self.source)
        limit = max(cut_off(day, f.cut_off) for f in feeds).astimezone(UTC)
        now = datetime.now(UTC)
        if is_nightly and now < limit:
            self.log.info("%s Asked again until %s.", reason, limit)
            raise AirflowRescheduleException(  # type: ignore[no-untyped-call]
                min(now + LOOK_AGAIN_AFTER, limit)
            )
        if is_nightly and not any(f.is_required for f in feeds):
            return {"fetched": False, "note": reason}
        raise AirflowFailException(reason)

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """All work is done before."""
        return {}
