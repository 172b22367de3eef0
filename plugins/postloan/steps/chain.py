"""The steps of a business day in their order, and running them without Airflow.

The DAGs start the same functions one by one; tests, benchmarks and replays run them in a row.
"""

from collections.abc import Callable, Iterator
from importlib import import_module

from postloan.business_day import BusinessDay
from postloan.steps.result import StepResult
from postloan.warehouse import Warehouse

Step = Callable[[Warehouse, BusinessDay], StepResult]

STEPS = (
    "stage_overdue_loans",
    "refresh_credit_scores",
    "raise_student_alerts",
    "raise_multi_lender_alerts",
    "start_legal_preparation",
    "publish_task_files",
)


def step(name: str) -> Step:
    """The function of a step; its module and the function carry the name of the DAG."""
    function: Step = getattr(import_module(f"postloan.steps.{name}"), name)
    return function


def run_steps(warehouse: Warehouse, day: BusinessDay) -> Iterator[StepResult]:
    """Run every step of an opened business date in order, yielding what each has done."""
    for name in STEPS:
        yield step(name)(warehouse, day)
