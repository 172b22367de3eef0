"""Alerts to customers whose debts with other lenders have become many or heavy."""

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult, record
from postloan.contracts import catalogue
from postloan.risk.source_age import staleness
from postloan.warehouse import Warehouse

EXPOSED = "select count(*) as customers from multi_lender_exposure"
ALERTS = """
    select alert_level, count(*) as customers
    from multi_lender_alert
    where business_date = cast($business_date as date)
    group by alert_level
    order by alert_level
"""


def raise_multi_lender_alerts(warehouse: Warehouse, day: BusinessDay) -> StepResult:
    """Rebuild the changes of the multi-lender level and the alerts of one business date.

    An alert is raised when the level becomes graver, not on every night that it holds. Where the
    bureau has not delivered lately the levels stay as they are, and the step says so.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    parameters = {
        **day.parameters,
        "bureau_max_age_days": catalogue().feeds["bureau_loan"].max_age_days,
    }
    with warehouse.transaction():
        warehouse.temporary("bureau_exposure", parameters)
        warehouse.temporary("multi_lender_exposure", parameters)
        exposed = warehouse.scalar(EXPOSED)
        changes = warehouse.rebuild("multi_lender_state", day.date, parameters)
        alerts = warehouse.rebuild("multi_lender_alert", day.date, parameters)
        warehouse.drop_temporary("multi_lender_exposure")
        warehouse.drop_temporary("bureau_exposure")
        levels: dict[str, int] = dict(warehouse.fetch(ALERTS, parameters))
        result = StepResult(
            "raise_multi_lender_alerts",
            {
                "customers_looked_at": exposed,
                "level_changes": changes,
                "alerts": alerts,
                **{f"alerts_{level}": n for level, n in levels.items()},
            },
            staleness(warehouse, "bureau_loan", day.date),
        )
        record(warehouse, day, result)
    return result
