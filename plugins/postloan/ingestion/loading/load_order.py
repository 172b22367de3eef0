"""The order in which deliveries were loaded: what was known when a release was given."""

from postloan.warehouse import Warehouse


def last_load_no(warehouse: Warehouse) -> int:
    """Number of the last load that brought something else; a release knows of those up to it."""
    return int(warehouse.scalar_model("last_load"))
