"""The summary says what waits for a person now, and as of the close where it cannot know."""

from pathlib import Path

import pytest

from postloan.cli.day.summary import lines_of
from postloan.doctor.waiting import Waiting, look_at
from postloan.local_airflow.api import AirflowApi
from postloan.settings import settings
from postloan.warehouse import open_warehouse

CLOSED = {
    "business_date": "2026-11-20",
    "revision": 1,
    "is_opening": False,
    "deliveries": [],
    "reason": None,
    "steps": {"start_legal_preparation": {"counts": {"cases_awaiting_approval": 3}, "note": None}},
    "stages": [],
    "moves": [],
    "positions": [],
    "gates": [],
    "denials": [],
    "published": [],
    "questions": 2,
}


def waiting_lines(now: Waiting | None) -> list[str]:
    lines = lines_of(CLOSED, settings(), now)
    start = next(n for n, line in enumerate(lines) if line.startswith("Decisions waiting"))
    return [line.strip() for line in lines[start:-1]]


def test_what_has_been_decided_since_the_close_waits_no_more() -> None:
    head, cases, actions = waiting_lines(Waiting(1, 1, 7, 0))
    assert head == "Decisions waiting"
    assert cases.startswith("1 legal case (1 in the newest question)")
    assert actions.startswith(
        "7 first actions of the opening: python -m postloan gate release-opening "
    )
    assert waiting_lines(Waiting(0, 0, 0, 0))[1:] == ["none"]


def test_a_warehouse_that_cannot_be_asked_leaves_the_counts_of_the_close() -> None:
    head, cases, questions = waiting_lines(None)
    assert head == "Decisions waiting, as of the close of the date"
    assert cases.startswith("3 legal cases:")
    assert questions.startswith("2 questions")


def test_a_warehouse_without_a_closed_date_has_nothing_that_waits(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/warehouse.duckdb"
    open_warehouse(url).close()
    assert look_at(url) is None


ROWS = {"customers_held": 1, "rows_named": 2, "rows_nameless": 1}
SHUT = {
    "gate": "restriction", "check": "nameless_rows", "feed": "hold", "column": "any",
    "outcome": "failed", "released_by": None, "en": "Rows: hold 1 [≤ 0]. Mend them.",
}  # fmt: skip


def test_what_has_a_part_of_its_own_waits_as_well() -> None:
    lines = lines_of({**CLOSED, "unclear_rows": ROWS, "gates": [SHUT]}, settings(), None)
    told = "\n".join(lines)
    assert "customers held                        1, by 2 rows that name them" in told
    assert "rows that name nobody known           1: nobody is contacted at all" in told
    assert lines[-3].strip() == "refused rows that may restrict contact: see above"
    assert lines[-2].strip() == "a gate that is shut: see above"
    only = {"customers_held": 0, "rows_named": 0, "rows_nameless": 1}
    assert "customers held" not in str(lines_of({**CLOSED, "unclear_rows": only}, settings()))


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (
            {"rows_open": 1, "rows_settled": 2, "rows_released": 3},
            "1 row waits in quarantine: python -m postloan feed requeue --help; "
            "2 mended by a later row, or released by a person; 3 loaded from quarantine",
        ),
        ({"rows_open": 0, "rows_settled": 1, "rows_released": 0}, "no row waits in quarantine; 1"),
        # As earlier versions have counted.
        ({"rows_open": 2, "rows_released": 0}, "2 rows wait in quarantine"),
    ],
)
def test_rows_in_quarantine_wait_until_they_are_settled(counted: dict[str, int], told: str) -> None:
    quarantine = [{"source": "core_banking", "feed": "hold", **counted}]
    assert told in "\n".join(lines_of({**CLOSED, "quarantine": quarantine}, settings()))


def test_an_address_is_told_only_where_airflow_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_of(CLOSED, settings())[-1].startswith("Airflow is not running: make up")
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", "http://127.0.0.1:9")
    assert "http://127.0.0.1:9 does not answer" in lines_of(CLOSED, settings())[-1]
    monkeypatch.setattr(AirflowApi, "is_healthy", lambda _: True)
    assert lines_of(CLOSED, settings())[-1] == "Airflow: http://127.0.0.1:9"
