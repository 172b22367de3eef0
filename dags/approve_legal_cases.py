"""
### Approve legal cases

Asks a person to approve or reject the legal cases that wait as of a business date (Browse, Required
Actions). It is not part of the daily chain: a decision may take days, and silence never approves.

| | |
|---|---|
| Starts when | a business date is closed |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: a case is decided once; what is decided already is not asked again |
| If it fails | `docs/runbooks/approve_legal_cases.md` |
"""

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.approvals import APPROVE, REJECT, ListWaitingCases, RecordDecision
from postloan.orchestration.defaults import dag_defaults

LIST, ASK = "list_waiting_cases", "ask_for_decision"


@dag(
    schedule=schedules.after(assets.closed_day),
    doc_md=__doc__,
    **dag_defaults("legal", "approval", runs_at_once=100),
)
def approve_legal_cases() -> None:
    """List the cases, wait for a person, record the answer."""
    cases = ListWaitingCases(task_id=LIST)
    # No default and no time limit: the task holds no worker while it waits.
    answer = HITLOperator(
        task_id=ASK,
        subject="Start legal action as of {{ partition_key }}?",
        body="{{ ti.xcom_pull(task_ids='list_waiting_cases')['table'] }}",
        options=[APPROVE, REJECT],
        execution_timeout=None,
    )
    decision = RecordDecision(
        task_id="record_decision",
        listed_by=LIST,
        asked_by=ASK,
        outlets=[assets.approved_legal_case],
    )
    cases >> answer >> decision


approve_legal_cases()
