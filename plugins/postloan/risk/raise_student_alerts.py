"""Alerts to students whose status at the registry calls for a risk officer."""

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.risk.source_age import staleness
from postloan.warehouse import Warehouse

CHANGES = """
    select count(*) as students
    from student_status
    where business_date = cast($business_date as date)
"""
ALERTS = """
    select alert, count(*) as students
    from student_alert
    where business_date = cast($business_date as date)
    group by alert
    order by alert
"""


def raise_student_alerts(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Rebuild the changes of status and the alerts of one business date.

    Only students with a running loan and a separate consent are looked at; students reported on
    today without a consent are counted.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    with warehouse.transaction():
        warehouse.temporary("student_standing", day.parameters)
        changes = warehouse.rebuild("student_status", day.date, day.parameters)
        alerts = warehouse.rebuild("student_alert", day.date, day.parameters)
        warehouse.drop_temporary("student_standing")
        without_consent = warehouse.scalar_model("student_without_consent", day.parameters)
        kinds: dict[str, int] = dict(warehouse.fetch(ALERTS, day.parameters))
        result = StepResult(
            "raise_student_alerts",
            {
                "status_changes": changes,
                "alerts": alerts,
                **{f"alerts_{kind}": n for kind, n in kinds.items()},
                "registry_consent_missing": without_consent,
            },
            staleness(warehouse, "enrolment", day.date),
        )
        record(warehouse, day, result)
    return result
