"""What is said of tasks that were never issued is loaded, and somebody is told."""

from datetime import date
from typing import Any

from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, Lender

OUTCOME = {
    "customer_id": "C1",
    "loan_id": "L1",
    "channel": "phone",
    "attempted_at": "2026-11-20 10:15:00",
    "counterpart": "debtor",
    "result": "connected",
}


def task(task_id: str, on: date) -> dict[str, Any]:
    return {
        "business_date": on,
        "queue": "call_list",
        "revision": 1,
        "task_id": task_id,
        "task_action": "added",
        "candidate_key": "C1|CNY",
        "customer_id": "C1",
        "reason_zh": "逾期",
        "reason_en": "overdue",
    }


def test_a_task_that_was_never_issued_is_a_warning_and_no_orphan(lender: Lender) -> None:
    lender.deliver(customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    lender.warehouse.append_rows("task", [task("T1", OPENING_DAY)])
    rows = [
        {**OUTCOME, "outcome_id": f"O{n}", "task_id": task_id}
        for n, task_id in enumerate(("T1", "", "T2", "T3"))
    ]
    result = lender.deliver(NEXT_DAY, "feedback", contact_outcome=rows)
    assert lender.refused("contact_outcome", NEXT_DAY) == []
    assert lender.warehouse.count("contact_outcome", NEXT_DAY) == 4
    (warning,) = result.warnings
    assert "contact_outcome" in warning
    assert "2 of 4 rows fail. A task is named that was never issued" in warning
