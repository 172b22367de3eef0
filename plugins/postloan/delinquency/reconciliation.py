"""The core's own view of its loans beside ours, every day that the core tells it."""

from collections.abc import Mapping

from postloan.business_date import BusinessDay
from postloan.business_day.gates import judge_again
from postloan.warehouse import Warehouse

FEED = "loan_position"
RESULTS = ("position_difference", "position_total")

DELIVERED = """
    select count(*) as n
    from delivery
    where feed = $feed and business_date = cast($business_date as date)
"""
RELEASED = """
    select count(*) as n
    from delivery
    where feed = $feed and business_date = cast($business_date as date) and rows_loaded > 0
        and not exists (
            select 1 from loan_position where received_on = cast($business_date as date))
"""
"""Whether what the core told has expired since; its ledger has not."""


def has_core_positions(warehouse: Warehouse, day: BusinessDay) -> bool:
    """Whether the core told its own view of that date."""
    return bool(warehouse.scalar(DELIVERED, {**day.parameters, "feed": FEED}))


def compare_with_core(
    warehouse: Warehouse, day: BusinessDay, allocation: Mapping[str, object] | None
) -> dict[str, int]:
    """Rebuild the differences of one business date, and judge the gates again that live on them.

    Days past due of the date must be there. Where the core told its view so long ago that it has
    been let go, what was compared then stays.

    Args:
        warehouse: an open warehouse, inside a transaction of the caller.
        day: the business date.
        allocation: what `allocated` yielded, whose tables are there, principal included; None
            where the core told nothing. Then nothing is compared, and nothing is kept.

    Returns:
        Counts for people: loans compared, loans that differ, loans that only one side has; empty
        where nothing was compared.
    """
    asked = {**day.parameters, "feed": FEED, **(allocation or {})}
    if warehouse.scalar(RELEASED, asked):
        return {}
    if allocation is None:
        for table in RESULTS:
            warehouse.delete_partition(table, day.date)
        return {}
    warehouse.temporary("loan_principal", asked)
    for table in RESULTS:
        warehouse.rebuild(table, day.date, asked)
    warehouse.drop_temporary("loan_principal")
    judge_again(warehouse, day.date, day.revision)
    ((compared, one_sided),) = warehouse.read_model("position_count", asked)
    differing = warehouse.count("position_difference", day.date)
    return {
        "loans_compared_with_core": compared,
        "loans_differing_from_core": differing - one_sided,
        "loans_only_here_or_in_core": one_sided,
    }
