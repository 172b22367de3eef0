"""
### Suppress contacts

Holds, deaths, complaints, opt-outs, payments and corrections that came in after the task files of a
date were made take tasks off them, before anybody may be contacted. Each queue concerned gets its
next revision, with a list of recalls and nothing added. What is suppressed counts as not done.

| | |
|---|---|
| Starts when | every morning at 07:45, lender's time, for the date whose files are worked on |
| Partition | the business date, such as `2026-11-20` |
| Clear and rerun | safe: what was suppressed is not suppressed again; what has come in since is |
| If it fails | `docs/runbooks/suppress_contacts.md` |
"""

from airflow.sdk import dag

from postloan.orchestration import schedules
from postloan.orchestration.defaults import dag_defaults
from postloan.orchestration.suppression import SuppressContacts


@dag(schedule=schedules.before_contact(), doc_md=__doc__, **dag_defaults("publish"))
def suppress_contacts() -> None:
    """One task: publish what must not be acted on any more."""
    SuppressContacts(task_id="suppress")


suppress_contacts()
