"""The core's own view of its loans beside ours, every day that the core tells it."""

from datetime import date

from postloan.business_day import BusinessDay
from postloan.delinquency import allocated
from postloan.gates import judge_again
from postloan.warehouse import Warehouse

FEED = "loan_position"
RESULTS = ("position_difference", "position_total")

DELIVERED = """
    select count(*) as n
    from delivery
    where feed = $feed and business_date = cast($business_date as date)
"""
TO_ALLOCATE = "select loan_id from loan_account where needs_allocation"
COUNTS = """
    select
        coalesce(max(case when column_name <> 'any' then loans_compared end), 0) as compared,
        coalesce(max(case when column_name = 'any' then loans_differing end), 0) as one_sided
    from position_total
    where business_date = cast($business_date as date)
"""


def compare_with_core(warehouse: Warehouse, day: BusinessDay, known_on: date) -> dict[str, int]:
    """Rebuild the differences of one business date, and judge the gates again that live on them.

    Days past due of the date must be there. Where the core did not tell its view of the date,
    nothing is compared and nothing is kept.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        day: the business date.
        known_on: deliveries up to this business date count, as they did for days past due.

    Returns:
        Counts for people: loans compared, loans that differ, loans that only one side has; empty
        where nothing was compared.
    """
    for table in RESULTS:
        warehouse.delete_partition(table, day.date)
    asked = {**day.parameters, "feed": FEED, "known_on": known_on}
    if not warehouse.scalar(DELIVERED, asked):
        return {}
    warehouse.temporary("loan_account", asked)
    with allocated(warehouse, day.date, known_on, TO_ALLOCATE):
        warehouse.temporary("loan_principal", asked)
    for table in RESULTS:
        warehouse.rebuild(table, day.date, asked)
    for name in ("loan_principal", "loan_account"):
        warehouse.drop_temporary(name)
    judge_again(warehouse, day.date, day.revision)
    ((compared, one_sided),) = warehouse.fetch(COUNTS, asked)
    differing = warehouse.count("position_difference", day.date)
    return {
        "loans_compared_with_core": compared,
        "loans_differing_from_core": differing - one_sided,
        "loans_only_here_or_in_core": one_sided,
    }
