"""
### Ingest feedback

Takes in what the downstream teams report back for one business date: what came of contacts,
promises, complaints, privacy requests and changes of consent. Optional: at the cut-off the date
opens without it, and the summary says so.

| | |
|---|---|
| Starts when | every night at 00:30, lender's time, or by `python -m postloan day run --date D` |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: the same files change nothing, other files are a new revision |
| If it fails | `docs/runbooks/ingest_feedback.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.fetching import FetchDelivery
from postloan.orchestration.operators import IngestDelivery


@dag(schedule=schedules.nightly(), doc_md=__doc__, **dag_defaults("ingest", runs_at_once=4))
def ingest_feedback() -> None:
    """Fetch what the source does not deliver itself, then take the delivery in."""
    fetch = FetchDelivery(task_id="fetch", source="feedback")
    fetch >> IngestDelivery(
        task_id="ingest",
        source="feedback",
        outlets=[assets.feedback_delivery],
    )


ingest_feedback()
