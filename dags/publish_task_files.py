"""
### Publish task files

Checks every contact against the rules and publishes the task files of the date. A published file
is never overwritten: new inputs publish the next revision.

| | |
|---|---|
| Starts when | the legal cases of the date are prepared |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/publish_task_files.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["publish_task_files"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("publish"))
def publish_task_files() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


publish_task_files()
