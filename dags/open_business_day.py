"""
### Open the business day

The gate: opens a business date once for every version of its inputs, when the required
deliveries are there and the date before is closed. While it waits, its task is skipped and says
what for; it is asked again when the date before closes.

| | |
|---|---|
| Starts when | any source has been ingested for the date, or the date before has been closed |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: an open date is passed on again, a closed one only with new inputs |
| If it fails | `docs/runbooks/open_business_day.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.operators import OpenBusinessDay


@dag(
    schedule=schedules.after(*assets.DELIVERIES.values(), assets.due_day),
    doc_md=__doc__,
    **dag_defaults("gate"),
)
def open_business_day() -> None:
    """One task: ask the gate."""
    OpenBusinessDay(task_id="open_business_day", outlets=[assets.business_day])


open_business_day()
