"""The steps of a business day in their order, and running them without Airflow.

The DAGs start the same functions one by one; tests, benchmarks and replays run them in a row.
"""

from collections.abc import Callable, Iterator

from postloan.business_date import BusinessDay
from postloan.business_day.close_business_day import close_business_day
from postloan.business_day.result import StepResult
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.legal.start_legal_preparation import start_legal_preparation
from postloan.publication.publish_task_files import publish_task_files
from postloan.risk.raise_multi_lender_alerts import raise_multi_lender_alerts
from postloan.risk.raise_student_alerts import raise_student_alerts
from postloan.risk.refresh_credit_scores import refresh_credit_scores
from postloan.warehouse import Warehouse

Step = Callable[[Warehouse, BusinessDay], StepResult]

CHAIN: dict[str, Step] = {
    "stage_overdue_loans": stage_overdue_loans,
    "refresh_credit_scores": refresh_credit_scores,
    "raise_student_alerts": raise_student_alerts,
    "raise_multi_lender_alerts": raise_multi_lender_alerts,
    "start_legal_preparation": start_legal_preparation,
    "publish_task_files": publish_task_files,
}
"""What an opened business date goes through, by the names of the DAGs."""

STEPS: dict[str, Step] = {**CHAIN, "close_business_day": close_business_day}
"""The chain, and the end of the date."""


def run_steps(warehouse: Warehouse, day: BusinessDay) -> Iterator[StepResult]:
    """Run every step of an opened business date in order, yielding what each has done."""
    for step in CHAIN.values():
        yield step(warehouse, day)
