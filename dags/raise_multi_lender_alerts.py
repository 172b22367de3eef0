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


@dag(schedule=schedules.after(assets.student_alert), doc_md=__doc__, **dag_defaults("alert"))
def raise_multi_lender_alerts() -> None:
    """One task: the step of the same name."""
    BusinessStep(step="raise_multi_lender_alerts", outlets=[assets.multi_lender_alert])


raise_multi_lender_alerts()
