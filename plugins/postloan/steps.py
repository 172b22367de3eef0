"""The steps of a business day in their order, each named once.

A step is a function of warehouse and business date, a module of that name in the room of its area,
and a DAG of that name; it starts with what the step before it hands on. The DAGs, who follows a
date through them, the summary, tests and benchmarks all read the chain from here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # DAG files read this module again and again, and stay light.
    from postloan.business_date import BusinessDay
    from postloan.business_day.result import StepResult
    from postloan.warehouse import Warehouse

GATE, OPENED_DAY = "open_business_day", "business_day"
"""The DAG that opens a business date, and the asset that starts the chain."""


@dataclass(frozen=True)
class Step:
    """One step of the chain.

    Attributes:
        name: of the DAG, the module and the function.
        area: the room of the package that the module is in.
        hands_on: the asset that tells of its end.
    """

    name: str
    area: str
    hands_on: str

    @property
    def work(self) -> "Callable[[Warehouse, BusinessDay], StepResult]":
        """The function."""
        function: Callable[[Warehouse, BusinessDay], StepResult]
        function = resolve_name(f"postloan.{self.area}.{self.name}:{self.name}")
        return function

    @property
    def starts_with(self) -> str:
        """The asset that starts it: what the step before it hands on."""
        place = CHAIN.index(self)
        return CHAIN[place - 1].hands_on if place else OPENED_DAY


CHAIN = (
    Step("stage_overdue_loans", area="delinquency", hands_on="loan_stage"),
    Step("refresh_credit_scores", area="risk", hands_on="credit_score"),
    Step("raise_student_alerts", area="risk", hands_on="student_alert"),
    Step("raise_multi_lender_alerts", area="risk", hands_on="multi_lender_alert"),
    Step("start_legal_preparation", area="legal", hands_on="legal_case"),
    Step("publish_task_files", area="publication", hands_on="task_files"),
    Step("close_business_day", area="business_day", hands_on="closed_day"),
)
"""What an opened business date goes through, to its close."""

STEPS = {step.name: step for step in CHAIN}


def run_steps(warehouse: "Warehouse", day: "BusinessDay") -> "Iterator[StepResult]":
    """Run every step of an opened business date but its close, yielding what each has done."""
    for step in CHAIN[:-1]:
        yield step.work(warehouse, day)
