"""What an ingestion does when its delivery has not arrived."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

from postloan.orchestration.operators import LOOK_AGAIN_AFTER, IngestDelivery

LONG_AGO = date(2026, 1, 15)
NIGHTLY, BY_HAND = "scheduled", "manual"


def context(run_type: str) -> Any:
    """As much of Airflow's context as the operator looks at."""
    return {"dag_run": SimpleNamespace(run_type=run_type)}


def ingest(source: str) -> IngestDelivery:
    return IngestDelivery(task_id="ingest", source=source)


def still_running() -> date:
    """A business date whose cut-off lies ahead."""
    return datetime.now(UTC).date() + timedelta(days=2)


@pytest.fixture
def open_book(home: Path) -> None:
    """A business date has been closed before."""
    (home / "reports").mkdir(parents=True)
    (home / "reports" / "2026-01-14.json").write_text("{}")


@pytest.mark.parametrize("day", [LONG_AGO, still_running()])
def test_before_the_book_is_open_no_delivery_is_due_at_night(home: Path, day: date) -> None:
    with pytest.raises(AirflowSkipException, match="no delivery is due"):
        ingest("core_banking").prepare(day, context(NIGHTLY))


@pytest.mark.usefixtures("open_book")
@pytest.mark.parametrize("source", ["core_banking", "credit_bureau"])
def test_a_night_run_looks_again_until_the_cut_off(source: str) -> None:
    with pytest.raises(AirflowRescheduleException) as told:
        ingest(source).prepare(still_running(), context(NIGHTLY))
    wait = told.value.reschedule_date - datetime.now(UTC)
    assert timedelta(0) < wait <= LOOK_AGAIN_AFTER


@pytest.mark.usefixtures("open_book")
def test_at_the_cut_off_a_required_source_fails_for_good() -> None:
    with pytest.raises(AirflowFailException, match="No delivery of core_banking for 2026-01-15"):
        ingest("core_banking").prepare(LONG_AGO, context(NIGHTLY))


@pytest.mark.usefixtures("open_book")
@pytest.mark.parametrize("source", ["student_registry", "credit_bureau"])
def test_at_the_cut_off_an_optional_source_lets_the_date_open(source: str) -> None:
    told = ingest(source).prepare(LONG_AGO, context(NIGHTLY))
    assert told == {"delivered": False, "after_cut_off": True}


@pytest.mark.parametrize("source", ["core_banking", "credit_bureau"])
@pytest.mark.parametrize("day", [LONG_AGO, still_running()])
def test_a_run_by_hand_never_waits(home: Path, source: str, day: date) -> None:
    with pytest.raises(AirflowFailException, match=r"manifest\.json is missing"):
        ingest(source).prepare(day, context(BY_HAND))


def test_what_has_arrived_is_taken_in(home: Path) -> None:
    folder = home / "landing" / "core_banking" / LONG_AGO.isoformat()
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    assert ingest("core_banking").prepare(LONG_AGO, context(NIGHTLY)) is None
