"""
### Raise student alerts

Alerts the risk officers to students whose status at the registry has changed.

| | |
|---|---|
| Starts when | the scores of the date are up to date |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/raise_student_alerts.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["raise_student_alerts"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("alert"))
def raise_student_alerts() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


raise_student_alerts()
