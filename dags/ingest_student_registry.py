"""
### Ingest the student registry

Takes in enrolments and their changes for one business date. Optional: at the cut-off the
date opens without them, and the summary says so.

| | |
|---|---|
| Starts when | every night at 00:30, lender's time, or by `python -m postloan day run --date D` |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: the same files change nothing, other files are a new revision |
| If it fails | `docs/runbooks/ingest_student_registry.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.fetching import FetchDelivery
from postloan.orchestration.operators import IngestDelivery


@dag(schedule=schedules.nightly(), doc_md=__doc__, **dag_defaults("ingest", runs_at_once=4))
def ingest_student_registry() -> None:
    """Fetch what the source does not deliver itself, then take the delivery in."""
    fetch = FetchDelivery(task_id="fetch", source="student_registry")
    fetch >> IngestDelivery(
        task_id="ingest",
        source="student_registry",
        outlets=[assets.student_registry_delivery],
    )


ingest_student_registry()
