"""
### Raise multi-lender alerts

Alerts the risk officers to customers who borrow from many lenders, or from new ones quickly.

| | |
|---|---|
| Starts when | the student alerts of the date are raised |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/raise_multi_lender_alerts.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["raise_multi_lender_alerts"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("alert"))
def raise_multi_lender_alerts() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


raise_multi_lender_alerts()
