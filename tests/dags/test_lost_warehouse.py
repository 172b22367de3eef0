"""A warehouse that goes away while a task works: the task is tried again, others fail for good."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from postloan.errors import RunAgainError
from postloan.orchestration.operators import WarehouseOperator
from postloan.warehouse import Warehouse

DAY = "2026-11-20"


class Asking(WarehouseOperator):
    """Asks the warehouse one question."""

    def __init__(self, *, question: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question

    def work(self, warehouse: Warehouse, _day: date, _context: Any) -> Mapping[str, Any]:
        with warehouse.transaction():
            return {"answer": warehouse.scalar(self.question)}


@pytest.fixture(autouse=True)
def on_postgres(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation has a server that can be lost."""
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", postgres_url)


def run(question: str) -> None:
    """Run the task as Airflow does."""
    context: Any = {"partition_key": DAY}
    Asking(task_id="ask", question=question).execute(context)


@pytest.mark.postgres
def test_a_task_that_loses_its_connection_is_tried_again() -> None:
    with pytest.raises(RunAgainError, match=r"connection to PostgreSQL was lost.* run it again"):
        run("select pg_terminate_backend(pg_backend_pid()) as gone")


@pytest.mark.postgres
def test_a_task_whose_statement_is_refused_fails_for_good() -> None:
    with pytest.raises(AirflowFailException, match="PostgreSQL refused"):
        run("select nothing from nowhere")
