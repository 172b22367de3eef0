"""A question that nobody answers looks for itself whether it still stands."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput

from postloan.legal.approve_legal_cases import Request
from postloan.orchestration.approvals import LOOKS_EVERY, AskLegalApprovers
from postloan.warehouse import open_warehouse
from tests.support.decision_book import Book
from tests.support.legal_desk import FIRST, NEXT, THIRD, question, run

NOBODY_ANSWERED = {"error": "The response timeout has passed.", "error_type": "timeout"}


def kept_of(request: Request) -> dict[str, Any]:
    """What the task of a question leaves with Airflow."""
    return {
        "asked_on": request.asked_on.isoformat(),
        "number": request.round,
        "case_ids": [case.case_id for case in request.cases],
        "choices": {"Approve": "approved"},
        "looks_every": 3 * int(LOOKS_EVERY.total_seconds()),
    }


def looks(request: Request) -> TaskAwaitingInput:
    """What a question does when nobody has answered: it waits on."""
    task = AskLegalApprovers(task_id="ask")
    with pytest.raises(TaskAwaitingInput) as waits:
        task.execute_complete({}, NOBODY_ANSWERED, **kept_of(request))
    return waits.value


def ends(request: Request) -> str:
    """What a question does when it stands no more: it ends, and says why."""
    task = AskLegalApprovers(task_id="ask")
    with pytest.raises(AirflowSkipException) as ended:
        task.execute_complete({}, NOBODY_ANSWERED, **kept_of(request))
    return str(ended.value)


def test_a_question_waits_until_it_is_superseded_or_has_nothing_left_to_ask(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir(parents=True)
    url = f"duckdb:///{home}/warehouse.duckdb"
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", url)
    with open_warehouse(url) as warehouse:
        book = Book(warehouse, home / "outbox")
        book.debtor(FIRST, 1, 95, amount="300.00")
        run(book, FIRST)
        older = question(book, FIRST)
    waits = looks(older)
    assert waits.timeout == 3 * LOOKS_EVERY
    assert waits.kwargs == kept_of(older)
    with open_warehouse(url) as warehouse:
        book = Book(warehouse, home / "outbox")
        book.past_due(NEXT, "L1", "C1", 96, "200.00")
        run(book, NEXT)
        newer = question(book, NEXT)
    assert f"superseded by that of {NEXT}" in ends(older)
    assert looks(newer).timeout > timedelta(0)
    with open_warehouse(url) as warehouse:
        book = Book(warehouse, home / "outbox")
        book.past_due(THIRD, "L1", "C1", 0, "0.00")
        run(book, THIRD)
    assert "No case of this question waits" in ends(newer)
