"""
### Close the business day

Marks the revision of the date as finished, so that the next date may open, and writes the summary
that `python -m postloan day summary` shows. Then wakes the next date that was delivered already, or
was built on what has changed since: late dates are caught up in order by themselves.

| | |
|---|---|
| Starts when | the task files of the date are published |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/close_business_day.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep, WakeNextDate
from postloan.steps import STEPS

STEP = STEPS["close_business_day"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("gate"))
def close_business_day() -> None:
    """The step of the same name, then the date whose turn has come."""
    closed = BusinessStep(step=STEP)
    closed >> WakeNextDate(task_id="wake_next_date", outlets=[assets.due_day])


close_business_day()
