"""
### Expire old data

Deletes what the retention rules no longer let the lender keep, as of a business date: delivered
files, refused rows, daily states, records of contacts. What a legal hold keeps stays. Every
deletion is a row of `expiry_record`.

| | |
|---|---|
| Starts when | every Sunday at 06:00, lender's time, for the Sunday before |
| Partition | the business date, such as `2026-11-22` |
| Clear and rerun | safe: what is deleted already is not deleted or recorded again |
| If it fails | `docs/runbooks/expire_old_data.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.expiry import ExpireOldData


@dag(schedule=schedules.weekly(), doc_md=__doc__, **dag_defaults("retention"))
def expire_old_data() -> None:
    """One task: delete what has expired."""
    ExpireOldData(task_id="expire")


expire_old_data()
