"""
### Ingest the credit bureau

Takes in the loans that customers have at other lenders. Optional: at the cut-off the date opens
without them, and the summary says so.

| | |
|---|---|
| Starts when | every night at 00:30, lender's time, or by `python -m postloan day run --date D` |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: the same files change nothing, other files are a new revision |
| If it fails | `docs/runbooks/ingest_credit_bureau.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import assets, schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.fetching import FetchDelivery
from postloan.orchestration.operators import IngestDelivery


@dag(schedule=schedules.nightly(), doc_md=__doc__, **dag_defaults("ingest", runs_at_once=4))
def ingest_credit_bureau() -> None:
    """Fetch what the source does not deliver itself, then take the delivery in."""
    fetch = FetchDelivery(task_id="fetch", source="credit_bureau")
    fetch >> IngestDelivery(
        task_id="ingest",
        source="credit_bureau",
        outlets=[assets.credit_bureau_delivery],
    )


ingest_credit_bureau()
