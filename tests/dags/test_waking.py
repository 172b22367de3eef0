"""Which date a closed one wakes, and whether it waits for its cut-off any more."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from postloan.orchestration import assets
from postloan.orchestration.operators import WakeNextDate
from postloan.warehouse import Warehouse, open_warehouse

TODAY = datetime.now(UTC).date()
LONG_AGO = date(2026, 1, 15)


class Event:
    """What a task says on an asset."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.extra: dict[str, Any] = {}

    def add_partitions(self, key: str) -> None:
        self.keys.append(key)


def delivered(warehouse: Warehouse, day: date) -> None:
    """The ledger knows a delivery of that date; nothing has been closed yet."""
    warehouse.append_rows(
        "delivery",
        [
            {
                "business_date": day,
                "source": "core_banking",
                "feed": "loan",
                "revision": 1,
                "is_opening": False,
                "file_name": "loan.csv",
                "file_sha256": "a" * 64,
                "contract_version": "1.0.0",
                "rows_in": 0,
                "rows_loaded": 0,
                "rows_quarantined": 0,
            }
        ],
    )


def woken_by(closed: date) -> Event:
    """The event of the task when a date is closed."""
    event = Event()
    task = WakeNextDate(task_id="wake_next_date", outlets=[assets.due_day])
    context: Any = {
        "partition_key": closed.isoformat(),
        "dag_run": SimpleNamespace(run_type="asset_triggered"),
        "outlet_events": {assets.due_day: event},
    }
    task.execute(context)
    return event


@pytest.mark.parametrize(("due", "is_late"), [(LONG_AGO, True), (TODAY + timedelta(2), False)])
@pytest.mark.usefixtures("home")
def test_the_next_date_is_woken_and_waits_for_its_cut_off_only_if_that_lies_ahead(
    due: date, is_late: bool
) -> None:
    with open_warehouse() as warehouse:
        delivered(warehouse, due + timedelta(1))
        delivered(warehouse, due)
    event = woken_by(due - timedelta(1))
    assert event.keys == [due.isoformat()]
    assert event.extra["after_cut_off"] is is_late
    assert event.extra["business_date"] == due.isoformat()


def test_nobody_is_woken_where_no_later_date_waits(home: Path) -> None:
    with open_warehouse() as warehouse:
        delivered(warehouse, LONG_AGO)
    assert (home / "warehouse.duckdb").exists()
    with pytest.raises(AirflowSkipException, match="No date after 2026-01-15 waits"):
        woken_by(LONG_AGO)
