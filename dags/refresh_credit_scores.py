"""
### Refresh credit scores

Scores customers once a month, on its first business date. On other dates nothing is due, and the
step says so.

| | |
|---|---|
| Starts when | the stages of the date are there |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/refresh_credit_scores.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["refresh_credit_scores"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("score"))
def refresh_credit_scores() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


refresh_credit_scores()
