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

BEFORE = "protection_before"
TABLE = "left_out_restriction"
IDENTITY_BEFORE = "identity_before"
IDENTITIES = "left_out_identity"
REPORTS_BEFORE = "report_before"
REPORTS = "left_out_report"
CONTACTS_BEFORE = "contact_before"
CONTACTS = "left_out_contact"

_WAS_DELIVERED = """
    select count(*) as n
    from delivery
    where business_date = cast($business_date as date) and source = $source
"""

_COLUMNS = (
    "received_on",
    "left_out_no",
    "feed",
    "record_key",
    "customer_id",
    "loan_id",
    "aspect",
    "scope",
    "starts_on",
    "ends_on",
    "release_kind",
    "line_no",
    "told_no",
)

_BEFORE = """
    select
        told_restriction.received_on,
        told_restriction.feed,
        told_restriction.record_key,
        told_restriction.customer_id,
        told_restriction.loan_id,
        told_restriction.aspect,
        told_restriction.scope,
        told_restriction.starts_on,
        told_restriction.ends_on,
        told_restriction.release_kind,
        told_restriction.line_no,
        coalesce(delivery.load_no, 0) as told_no
    from told_restriction
    inner join delivery
        on
            told_restriction.received_on = delivery.business_date
            and told_restriction.feed = delivery.feed
    where
        delivery.business_date = cast($business_date as date)
        and delivery.source = $source
        and told_restriction.received_on = cast($business_date as date)
        and told_restriction.is_protecting
        and (
            told_restriction.ends_on is null
            or told_restriction.ends_on > told_restriction.received_on
            -- An end that had come is kept for the view to judge: it may be a mistyped one.
            or told_restriction.feed in ('hold', 'pause', 'promise_to_pay')
        )
"""

# The same protection under the same key, whatever else of the row has changed, is told again.
_LEFT_OUT = """
    select
        earlier.received_on,
        cast($load_no as bigint) as left_out_no,
        earlier.feed,
        earlier.record_key,
        earlier.customer_id,
        earlier.loan_id,
        earlier.aspect,
        earlier.scope,
        earlier.starts_on,
        earlier.ends_on,
        earlier.release_kind,
        earlier.line_no,
        earlier.told_no
    from protection_before as earlier
    where not exists (
        select 1
        from told_restriction as told
        where
            told.received_on = cast($business_date as date)
            and earlier.feed = told.feed
            and earlier.record_key = told.record_key
            and earlier.customer_id = told.customer_id
            and earlier.aspect = told.aspect
            and coalesce(earlier.loan_id, '') = coalesce(told.loan_id, '')
            and coalesce(earlier.scope, '') = coalesce(told.scope, '')
            and told.is_protecting
            and told.starts_on <= earlier.starts_on
    )
"""

# By them a child is known, one who is another customer too, and a number of two.
_IDENTITY_COLUMNS = ("received_on", "left_out_no", "customer_id", "id_number", "phone", "birth_on")

_IDENTITY_BEFORE = """
    select customer_id, id_number, phone, birth_on, received_on
    from customer
    where
        received_on = cast($business_date as date)
        and (id_number is not null or phone is not null or birth_on is not null)
        and exists (
            select 1
            from delivery
            where
                business_date = cast($business_date as date)
                and source = $source
                and feed = 'customer'
        )
"""

_IDENTITY_LEFT_OUT = """
    select
        earlier.received_on,
        cast($load_no as bigint) as left_out_no,
        earlier.customer_id,
        earlier.id_number,
        earlier.phone,
        earlier.birth_on
    from identity_before as earlier
    left join customer
        on
            earlier.customer_id = customer.customer_id
            and earlier.received_on = customer.received_on
    where
        (earlier.id_number is not null and earlier.id_number <> coalesce(customer.id_number, ''))
        or (earlier.phone is not null and earlier.phone <> coalesce(customer.phone, ''))
        or (
            earlier.birth_on is not null
            and (customer.birth_on is null or earlier.birth_on <> customer.birth_on)
        )
"""

_REPORT_COLUMNS = (
    "received_on",
    "left_out_no",
    "outcome_id",
    "customer_id",
    "task_id",
    "loan_id",
    "contact_no",
    "attempted_at",
    "result",
    "told_no",
)

_REPORTS_BEFORE = """
    select
        contact_outcome.outcome_id,
        contact_outcome.customer_id,
        contact_outcome.task_id,
        contact_outcome.loan_id,
        contact_outcome.contact_no,
        contact_outcome.attempted_at,
        contact_outcome.result,
        contact_outcome.received_on,
        coalesce(delivery.load_no, 0) as told_no
    from contact_outcome
    inner join delivery
        on
            contact_outcome.received_on = delivery.business_date
            and delivery.feed = 'contact_outcome'
    where
        delivery.source = $source
        and contact_outcome.received_on = cast($business_date as date)
        and contact_outcome.result in ('wrong_number', 'invalid_number')
"""

# Of another day, task, loan or contact person it is about another number.
_REPORTS_LEFT_OUT = """
    select
        earlier.received_on,
        cast($load_no as bigint) as left_out_no,
        earlier.outcome_id,
        earlier.customer_id,
        earlier.task_id,
        earlier.loan_id,
        earlier.contact_no,
        earlier.attempted_at,
        earlier.result,
        earlier.told_no
    from report_before as earlier
    where not exists (
        select 1
        from contact_outcome as told
        where
            earlier.outcome_id = told.outcome_id
            and earlier.received_on = told.received_on
            and earlier.customer_id = told.customer_id
            and coalesce(earlier.task_id, '') = coalesce(told.task_id, '')
            and coalesce(earlier.loan_id, '') = coalesce(told.loan_id, '')
            and coalesce(earlier.contact_no, 0) = coalesce(told.contact_no, 0)
            and earlier.attempted_at = told.attempted_at
            and earlier.result = told.result
    )
"""

_CONTACT_COLUMNS = (
    "received_on",
    "left_out_no",
    "customer_id",
    "contact_no",
    "phone",
    "opted_out_on",
)

_CONTACTS_BEFORE = """
    select customer_id, contact_no, phone, opted_out_on, received_on
    from emergency_contact
    where
        received_on = cast($business_date as date)
        and (phone is not null or opted_out_on is not null)
        and exists (
            select 1
            from delivery
            where
                business_date = cast($business_date as date)
                and source = $source
                and feed = 'emergency_contact'
        )
"""

_CONTACTS_LEFT_OUT = """
    select
        earlier.received_on,
        cast($load_no as bigint) as left_out_no,
        earlier.customer_id,
        earlier.contact_no,
        earlier.phone,
        earlier.opted_out_on
    from contact_before as earlier
    left join emergency_contact
        on
            earlier.customer_id = emergency_contact.customer_id
            and earlier.contact_no = emergency_contact.contact_no
            and earlier.received_on = emergency_contact.received_on
    where
        (earlier.phone is not null and earlier.phone <> coalesce(emergency_contact.phone, ''))
        or (earlier.opted_out_on is not null and emergency_contact.opted_out_on is null)
"""

_NUMBERS = (
    (IDENTITIES, _IDENTITY_COLUMNS, IDENTITY_BEFORE, _IDENTITY_BEFORE, _IDENTITY_LEFT_OUT),
    (REPORTS, _REPORT_COLUMNS, REPORTS_BEFORE, _REPORTS_BEFORE, _REPORTS_LEFT_OUT),
    (CONTACTS, _CONTACT_COLUMNS, CONTACTS_BEFORE, _CONTACTS_BEFORE, _CONTACTS_LEFT_OUT),
)
"""Table, its columns, what is noted before and what of it is left out."""


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
    noted = warehouse.temporary_from(BEFORE, _BEFORE, {**place, "known_on": day})
    for _, _, before, select, _ in _NUMBERS:
        noted += warehouse.temporary_from(before, select, place)
    return noted > 0


def keep_what_is_left_out(warehouse: Warehouse, manifest: Manifest) -> None:
    """Write down what was noted and is in the facts no more; a feed that is gone tells nothing.

    Args:
        warehouse: holds the facts of the new delivery.
        manifest: the new delivery, which is not in the ledger yet.
    """
    day = manifest.business_date
    given = {"business_date": day, "known_on": day, "load_no": last_load_no(warehouse) + 1}
    warehouse.append_from(TABLE, _COLUMNS, _LEFT_OUT, given)
    warehouse.drop_temporary(BEFORE)
    for table, columns, before, _, left_out in _NUMBERS:
        warehouse.append_from(table, columns, left_out, given)
        warehouse.drop_temporary(before)
