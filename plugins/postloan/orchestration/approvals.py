"""Legal cases that wait for a person: what is shown, and what becomes of the answer.

Case numbers and amounts only: no name, phone or identity number enters Airflow's database.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from postloan.orchestration.operators import Facts, WarehouseOperator

if TYPE_CHECKING:
    from postloan.warehouse import Warehouse

APPROVE, REJECT = "Approve", "Reject"


class ListWaitingCases(WarehouseOperator):
    """Finds the cases to decide on; skips the run when there are none."""

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """The cases, and the text that is shown beside the buttons."""
        from postloan.steps.approve_legal_cases import waiting

        cases = waiting(warehouse, day)
        if not cases:
            raise AirflowSkipException(f"No case waits for a decision as of {day}.")
        lines = [f"| {c.case_id} | {c.loan_id} | {c.claim_amount:,.2f} |" for c in cases]
        table = "\n".join(["| Case | Loan | Claim |", "|---|---|---:|", *lines])
        return {"cases": len(cases), "case_ids": [c.case_id for c in cases], "table": table}


class RecordDecision(WarehouseOperator):
    """Writes the answer down for exactly the cases that were shown, and publishes the approved."""

    def __init__(self, *, listed_by: str, asked_by: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.listed_by, self.asked_by = listed_by, asked_by

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Record the decision with the name of the person."""
        from postloan.steps.approve_legal_cases import decide

        shown = context["ti"].xcom_pull(task_ids=self.listed_by)
        answer = context["ti"].xcom_pull(task_ids=self.asked_by)
        person = answer.get("responded_by_user") or {}
        if not person.get("name"):
            raise AirflowFailException(
                "Nobody answered; the cases go on waiting. Silence never approves."
            )
        result = decide(
            warehouse,
            day,
            approved=answer["chosen_options"] == [APPROVE],
            decided_by=str(person["name"]),
            case_ids=shown["case_ids"],
        )
        return dict(result.counts)
