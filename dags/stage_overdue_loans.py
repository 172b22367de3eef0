"""
### Stage overdue loans

Works out days past due and puts every overdue loan into its stage for one business date.

| | |
|---|---|
| Starts when | the gate has opened the business date |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/stage_overdue_loans.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["stage_overdue_loans"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("stage"))
def stage_overdue_loans() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


stage_overdue_loans()
