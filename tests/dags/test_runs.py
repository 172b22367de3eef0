"""Partition keys, cut-offs and the nightly schedule."""

from datetime import UTC, date, datetime

import pytest
from airflow.sdk.exceptions import AirflowFailException

from postloan.orchestration import runs, schedules


def test_a_key_is_a_business_date() -> None:
    assert runs.business_date("2026-11-20") == date(2026, 11, 20)


@pytest.mark.parametrize("key", [None, ""])
def test_a_run_without_a_key_fails_for_good_and_says_how_to_start_one(key: str | None) -> None:
    with pytest.raises(AirflowFailException, match="python -m postloan day run --date"):
        runs.business_date(key)


@pytest.mark.parametrize(
    "key", ["20261120", "2026-11-31", "2026-W47-5", "yesterday", "2026-11-20 "]
)
def test_a_key_that_is_no_date_fails_for_good(key: str) -> None:
    with pytest.raises(AirflowFailException, match="not a date"):
        runs.business_date(key)


def test_the_cut_off_is_on_the_next_day_in_the_lenders_time_zone() -> None:
    assert schedules.cut_off(date(2026, 11, 20), "02:00") == datetime(2026, 11, 20, 18, tzinfo=UTC)
