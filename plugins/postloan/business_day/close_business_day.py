"""The end of a business date: the revision is finished, and its summary is there to read."""

from pathlib import Path

from postloan.business_date import BusinessDay
from postloan.business_day.ledger import close_day, read_book
from postloan.business_day.result import StepResult
from postloan.business_day.summary import make_summary, write_summary
from postloan.settings import settings
from postloan.warehouse import Warehouse


def close_business_day(
    warehouse: Warehouse, day: BusinessDay, reports: Path | None = None
) -> StepResult:
    """Close the revision, then write the summary; a crash in between is mended by running again.

    Args:
        warehouse: an open warehouse; all steps of the date have run.
        day: the business date at the revision that ends.
        reports: where the summary goes; by default the reports of the settings.

    Raises:
        DayError: the date is not open at that revision any more.
    """
    with warehouse.transaction():
        close_day(warehouse, day)
    record = read_book(warehouse)[day.date]
    summary = make_summary(warehouse, day, record.reason)
    write_summary(reports or settings().reports, summary)
    return StepResult(
        "close_business_day",
        {
            "loans_past_due": sum(s["loans"] for s in summary["stages"]),
            "tasks_published": sum(p["added"] for p in summary["published"]),
            "tasks_recalled": sum(p["recalled"] for p in summary["published"]),
        },
    )
