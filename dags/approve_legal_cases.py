"""
### Approve legal cases

Asks the legal approvers (`users.yaml`) to approve or reject the legal cases that wait as of a
business date (Browse, Required Actions), in questions of at most 25 cases. Above an amount a
second, different approver is asked. It is not part of the daily chain: a decision may take days,
and silence never approves.

| | |
|---|---|
| Starts when | a business date is closed |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: nothing is asked twice, and what is decided already is not decided again |
| If it fails | `docs/runbooks/approve_legal_cases.md` |
"""

from airflow.sdk import dag, task_group

from postloan.orchestration import assets, schedules
from postloan.orchestration.approvals import AskLegalApprovers, ListQuestions
from postloan.orchestration.defaults import dag_defaults

RECORDED = [assets.approved_legal_case]


@task_group
def decide_on_cases(question: int) -> None:  # noqa: ARG001 (the place of the task tells which)
    """One question: who is asked answers, and above an amount somebody else does as well."""
    first = AskLegalApprovers(task_id="ask_for_decision", outlets=RECORDED)
    second = AskLegalApprovers(task_id="ask_second_person", is_second=True, outlets=RECORDED)
    first >> second


@dag(
    schedule=schedules.after(assets.closed_day),
    doc_md=__doc__,
    **dag_defaults("legal", "approval", runs_at_once=100),
)
def approve_legal_cases() -> None:
    """List the questions; ask, wait and record for each on its own."""
    questions = ListQuestions(task_id="list_questions")
    decide_on_cases.expand(question=questions.output)


approve_legal_cases()
