"""
### Start legal preparation

Opens a case, with its checklist, for loans that enter the severe stage, and judges anew every case
that is not finished, approved or not. A case waits for a person; `approve_legal_cases` asks for the
decision.

| | |
|---|---|
| Starts when | the multi-lender alerts of the date are raised |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: every task replaces its own date and gives the same rows |
| If it fails | `docs/runbooks/start_legal_preparation.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import BusinessStep
from postloan.steps import STEPS

STEP = STEPS["start_legal_preparation"]


@dag(schedule=schedules.after(assets.starting(STEP)), doc_md=__doc__, **dag_defaults("legal"))
def start_legal_preparation() -> None:
    """One task: the step of the same name."""
    BusinessStep(step=STEP)


start_legal_preparation()
