"""How legal cases stand on a business date: their claims, their gaps and whatever forbids them.

The nightly step works it out for the date it closes; a question to the people who approve, and
their answer, work it out again with all that has been loaded since.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.business_date import BusinessDay
from postloan.business_day.ledger import CLOSED, read_book
from postloan.errors import PostloanError
from postloan.ingestion.loading.load_order import last_load_no
from postloan.ingestion.loading.telephone_numbers import read_spellings
from postloan.warehouse import Warehouse
from postloan.warehouse.models import Parameters

CANDIDATES = """
    select cast($business_date as date) as business_date, 'legal_case_approved' as queue,
        candidate_key, customer_id, loan_id, case_id
    from legal_case_debtor
"""
"""Every debtor of a case as a wish of the approved file, about its one loan."""

DEBTORS = """
    select 'legal_case_approved' as queue, candidate_key, customer_id, loan_id,
        cast(null as varchar) as phone
    from legal_case_debtor
"""
"""Whoever a case has named is known to the checks, also where the loan is another one's now."""

NOTHING_STANDS = """
    select queue, candidate_key, customer_id, loan_id, cast(null as varchar) as phone
    from contact_candidate
    where false
"""
"""Tasks that stand are judged by the step that publishes."""

CHECKED = ("recipient", "taken_back_restriction", "paid_loan", "contact_check")
"""What the checks leave beside them."""

NOTHING_STOPS = """
    select
        case_id,
        cast(null as varchar) as reason
    from legal_case_now
    where false
"""
"""Where there is no case: the checks, the largest statements of all, would be asked of nobody."""

NEWEST_DELIVERY = "select max(business_date) as delivered_on from delivery"


@dataclass(frozen=True)
class Moment:
    """What a question or an answer about legal cases is judged on.

    Attributes:
        day: the newest closed business date.
        known_on: the newest date of which a delivery is loaded, closed or not.
        load_no: the newest load when the date was opened; what came later it does not know.
    """

    day: BusinessDay
    known_on: date
    load_no: int

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that SQL files may use."""
        return {
            **self.day.parameters,
            "known_on": self.known_on,
            "judged_load_no": self.load_no,
        }


def newest_moment(warehouse: Warehouse) -> Moment:
    """The newest closed date, and how far deliveries are known.

    Raises:
        PostloanError: no date is closed, so no case can be judged.
    """
    closed = [r for r in read_book(warehouse).values() if r.state == CLOSED]
    if not closed:
        raise PostloanError(
            "No business date is closed yet, so no legal case can be judged. "
            "Run one: python -m postloan day run --date YYYY-MM-DD"
        )
    newest = max(closed, key=lambda r: r.business_date)
    delivered = warehouse.scalar(NEWEST_DELIVERY)
    known_on = max(newest.business_date, delivered or newest.business_date)
    return Moment(newest.day, known_on, newest.load_no or 0)


@contextmanager
def judged(
    warehouse: Warehouse, parameters: Mapping[str, Any], *, opens: bool = False
) -> Iterator[None]:
    """Work out how every case stands on a business date, inside a transaction of the caller.

    Fills `legal_case_figures` and `legal_case_checklist` of the date. What the cases were before
    the date is in `legal_case_now` as long as the context lasts.

    Args:
        warehouse: an open warehouse.
        parameters: those of a business day; `known_on` where more is known than on that day, and
            `judged_load_no` where the day may not know all that is loaded for it.
        opens: open the cases of the date first.

    Raises:
        WarehouseError: the engine refused a statement; nothing was written.
    """
    on: date = parameters["business_date"]
    parameters = {"judged_load_no": last_load_no(warehouse), **parameters}
    warehouse.temporary("legal_loan", parameters)
    if opens:
        warehouse.rebuild("legal_case", on, parameters)
    cases = warehouse.temporary("legal_case_now", parameters)
    warehouse.temporary("legal_case_debtor", parameters)
    warehouse.rebuild("legal_case_checklist", on, parameters)
    if cases:
        _check_debtors(warehouse, parameters)
        warehouse.temporary("legal_case_stop", parameters)
    else:
        warehouse.temporary_from("legal_case_stop", NOTHING_STOPS)
    warehouse.rebuild("legal_case_figures", on, parameters)
    yield
    for name in ("legal_loan", "legal_case_now", "legal_case_debtor", *CHECKED, "legal_case_stop"):
        warehouse.drop_temporary(name)


def _check_debtors(warehouse: Warehouse, parameters: Parameters) -> None:
    """Ask the checks of the approved file about every debtor of a case."""
    read_spellings(warehouse)
    warehouse.temporary("taken_back_restriction", parameters)
    warehouse.temporary("paid_loan", parameters)
    with warehouse.restricted_to({"standing_subject": DEBTORS}):
        warehouse.temporary("recipient", parameters)
    with warehouse.restricted_to(
        {
            "contact_candidate": CANDIDATES,
            "contact_loan": CANDIDATES,
            "standing_subject": NOTHING_STANDS,
        }
    ):
        warehouse.temporary("contact_check", parameters)
