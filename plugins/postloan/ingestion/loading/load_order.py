"""The order in which deliveries were loaded: what was known when a release was given."""

from postloan.warehouse import Warehouse

_LAST_LOAD = """
    select coalesce(max(load_no), 0) as n
    from (
        select load_no from delivery
        union all
        select left_out_no as load_no from left_out_restriction
        union all
        select left_out_no as load_no from left_out_report
        union all
        select left_out_no as load_no from left_out_contact
        union all
        select known_load_no as load_no from restriction_release
    ) as loads
"""


def last_load_no(warehouse: Warehouse) -> int:
    """Number of the last load that brought something else; a release knows of those up to it."""
    return int(warehouse.scalar(_LAST_LOAD))
