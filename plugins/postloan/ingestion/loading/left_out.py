"""Keeps what protected a customer in a delivery and is left out of the one that replaces it.

A file that says nothing of a hold has not ended it: the sender may have lost the row. The view
`taken_back_restriction` says how long it protects. Births, identity and telephone numbers that are
left out are kept as told (`told_identity`, `told_number`), and so are reports of wrong numbers and
the numbers and refusals of contact persons (`number_finding`, `contact_person_number`): a number
may be another customer's next.
"""

from postloan.contracts import FeedContract
from postloan.ingestion.loading.load_order import last_load_no
from postloan.ingestion.reading.manifest import Manifest
from postloan.warehouse import Warehouse
from postloan.warehouse.slices import append_model

KEPT = {
    "protection_before": "left_out_restriction",
    "identity_before": "left_out_identity",
    "report_before": "left_out_report",
    "contact_before": "left_out_contact",
}
"""What is noted of a delivery before another takes its place, and what keeps of it what is gone."""

_WAS_DELIVERED = """
    select count(*) as n
    from delivery
    where business_date = cast($business_date as date) and source = $source
"""


def note_protections(
    warehouse: Warehouse, manifest: Manifest, feeds: tuple[FeedContract, ...]
) -> bool:
    """Remember what a delivery protects before another takes its place.

    Args:
        warehouse: still holds the earlier delivery, if there was one.
        manifest: the delivery that takes its place.
        feeds: the feeds of its source.

    Returns:
        Whether there was an earlier delivery that may have protected anybody.
    """
    day = manifest.business_date
    place = {"business_date": day, "source": manifest.source}
    can_protect = any(feed.restricts for feed in feeds)
    if not can_protect or not warehouse.scalar(_WAS_DELIVERED, place):
        return False
    return sum([warehouse.temporary(before, {**place, "known_on": day}) for before in KEPT]) > 0


def keep_what_is_left_out(warehouse: Warehouse, manifest: Manifest) -> None:
    """Write down what was noted and is in the facts no more; a feed that is gone tells nothing.

    Args:
        warehouse: holds the facts of the new delivery.
        manifest: the new delivery, which is not in the ledger yet.
    """
    day = manifest.business_date
    given = {"known_on": day, "load_no": last_load_no(warehouse) + 1}
    for before, table in KEPT.items():
        append_model(warehouse, table, day, given)
        warehouse.drop_temporary(before)
