"""When the list of suppressed tasks is made, waited for, or not due."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from postloan.business_date import BusinessDay
from postloan.orchestration.operators import LOOK_AGAIN_AFTER
from postloan.orchestration.suppression import SuppressContacts
from postloan.publication.suppress_contacts import NOTHING
from postloan.rules.tables import publish_rules
from postloan.warehouse import open_warehouse
from tests.support.decision_book import Book

LONG_AGO = date(2026, 1, 15)
DAY = date(2026, 11, 20)
NIGHTLY, BY_HAND = "scheduled", "manual"


def context(run_type: str, day: date = DAY) -> Any:
    """As much of Airflow's context as the operator looks at."""
    return {"dag_run": SimpleNamespace(run_type=run_type), "partition_key": day.isoformat()}


def suppress() -> SuppressContacts:
    return SuppressContacts(task_id="suppress")


def closed(home: Path, day: date) -> None:
    (home / "reports").mkdir(parents=True, exist_ok=True)
    (home / "reports" / f"{day}.json").write_text("{}")


def published(home: Path) -> None:
    """Two messages went out with the files of the date; one debtor is on hold since."""
    with open_warehouse() as warehouse:
        book = Book(warehouse, home / "outbox")
        for number in (1, 2):
            book.debtor(DAY, number, 1)
            book.instalment(f"L{number}", DAY - timedelta(days=1))
        publish_rules(warehouse, DAY)
        warehouse.append_rows(
            "business_day",
            [
                {
                    "business_date": DAY,
                    "revision": 1,
                    "day_state": "closed",
                    "is_opening": False,
                    "input_fingerprint": "x",
                }
            ],
        )
        book.publish(BusinessDay(DAY))
        book.hold("C1", DAY)
        assert warehouse.count("task_loan", DAY) == 2


def tomorrow() -> date:
    return datetime.now(UTC).date() + timedelta(days=1)


def test_before_the_book_is_open_nothing_is_due() -> None:
    with pytest.raises(AirflowSkipException, match="no file of it can be out"):
        suppress().prepare(tomorrow(), context(NIGHTLY))


def test_files_that_are_late_are_waited_for(home: Path) -> None:
    published(home)
    closed(home, DAY)
    with pytest.raises(AirflowRescheduleException) as told:
        suppress().execute(context(NIGHTLY, tomorrow()))
    wait = told.value.reschedule_date - datetime.now(UTC)
    assert timedelta(0) < wait <= LOOK_AGAIN_AFTER
    closed(home, tomorrow())
    assert suppress().prepare(tomorrow(), context(NIGHTLY)) is None


def test_when_the_hours_are_over_nobody_waits(home: Path) -> None:
    closed(home, LONG_AGO)
    with pytest.raises(AirflowSkipException, match="no file of it can be out"):
        suppress().prepare(LONG_AGO + timedelta(days=1), context(NIGHTLY))


def test_a_run_by_hand_never_waits(home: Path) -> None:
    assert suppress().prepare(tomorrow(), context(BY_HAND)) is None
    with pytest.raises(AirflowSkipException, match="2026-11-20 has not been run"):
        suppress().execute(context(BY_HAND))
    assert not (home / "outbox").exists()


def test_while_a_date_has_no_files_those_before_are_looked_at(home: Path) -> None:
    published(home)
    closed(home, DAY)
    # It is a Sunday: nothing came for Saturday, and somebody still works on the list of Friday.
    with pytest.raises(AirflowRescheduleException):
        suppress().execute(context(NIGHTLY, tomorrow()))
    with open_warehouse() as warehouse:
        recalls = warehouse.fetch("select customer_id, task_date, recall_kind from task_recall")
        assert recalls == [("C1", DAY, "refused")]
        # It may have been made: it stays on record.
        assert warehouse.count("task_loan", DAY) == 2


def test_the_task_publishes_the_list_once(home: Path) -> None:
    published(home)
    facts = suppress().execute(context(BY_HAND))
    assert facts["suppressed_sms_reminder"] == 1
    lists = list((home / "outbox" / str(DAY) / "sms_reminder").glob("*/*_recall.csv"))
    assert [p.name for p in lists] == ["sms_reminder_2026-11-20_r2_recall.csv"]
    assert suppress().execute(context(BY_HAND))["note"] == NOTHING
    assert (home / "reports" / f"{DAY}.json").exists()
