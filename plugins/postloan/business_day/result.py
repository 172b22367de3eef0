"""What a step tells about its work: counts, never personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from postloan.business_date import BusinessDay
from postloan.warehouse import Warehouse


@dataclass(frozen=True)
class StepResult:
    """Counts of one step for one business date, in the order a person wants to read them."""

    step: str
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


def record(warehouse: Warehouse, day: BusinessDay, result: StepResult) -> None:
    """Keep the counts of a step for the summary of the day; a repeated step replaces its own."""
    warehouse.replace_slice(
        "step_measure",
        {"business_date": day.date, "step": result.step},
        [
            {
                "business_date": day.date,
                "step": result.step,
                "measure": measure,
                "quantity": quantity,
                "note": result.note or None,
            }
            for measure, quantity in result.counts.items()
        ],
    )
