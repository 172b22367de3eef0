"""What is particular to repayments: reversals, and bookings that are delivered again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlglot import exp

from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.reading.refusals import ALREADY_REVERSED, ORPHAN_REVERSAL, OTHER_REVERSAL
from postloan.warehouse import Warehouse

REPAYMENT = "repayment"

_STALE_FROM = """
    select min(received_on) as stale_from
    from (
        select repayment.received_on
        from repayment
        inner join restated on repayment.repayment_id = restated.repayment_id
        where repayment.received_on > cast($business_date as date)
        union all
        select repayment.received_on
        from repayment
        inner join restated on repayment.reverses_id = restated.repayment_id
        where repayment.received_on > cast($business_date as date)
    ) as touching
"""

_LATER_DATES = """
    select distinct received_on
    from repayment
    where received_on >= cast($stale_from as date)
    order by received_on
"""

_AS_DELIVERED = """
    select
        repayment_id, loan_id, instalment_no, paid_on, amount, payment_type, reverses_id, line_no
    from repayment
    where received_on = cast($business_date as date) and booking_part = 1
"""


def refuse_reversals(staging: Staging) -> None:
    """Hold back reversals of what is unknown, a reversal itself, another's, or reversed already."""
    parameters = {"business_date": staging.business_date}
    if staging.warehouse.temporary("refused_reversal", parameters):
        for reason in (ORPHAN_REVERSAL, OTHER_REVERSAL, ALREADY_REVERSED):
            of_that_reason = exp.column("reason").eq(reason)
            lines = exp.select("line_no").from_("refused_reversal").where(of_that_reason)
            staging.refuse(lines, "reverses_id", reason)
    staging.warehouse.drop_temporary("refused_reversal")


@contextmanager
def restate_later(warehouse: Warehouse, day: date) -> Iterator[None]:
    """Around the replacement of one date: keep the dates after it true to it.

    A later delivery that told of one of these bookings again, or reversed one, has taken back
    what was believed then. When that changes, those dates are made again from their own rows.
    """
    if not _has_later(warehouse, day):
        yield
        return
    ids = "select repayment_id from repayment where received_on = cast($business_date as date)"
    warehouse.temporary_from("restated", ids, {"business_date": day})
    yield
    warehouse.append_from("restated", ["repayment_id"], ids, {"business_date": day})
    stale_from = warehouse.scalar(_STALE_FROM, {"business_date": day})
    if stale_from:
        for (later,) in warehouse.fetch(_LATER_DATES, {"stale_from": stale_from}):
            warehouse.temporary_from("staged_repayment", _AS_DELIVERED, {"business_date": later})
            warehouse.rebuild(REPAYMENT, later)
    warehouse.drop_temporary("restated")


def _has_later(warehouse: Warehouse, day: date) -> bool:
    later = "select count(*) as n from repayment where received_on > cast($business_date as date)"
    return bool(warehouse.scalar(later, {"business_date": day}))
