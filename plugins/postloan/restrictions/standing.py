"""Whether there is anything to release: a release of nothing would be believed in."""

from datetime import date

from postloan.errors import DayError
from postloan.restrictions.questions import open_questions
from postloan.warehouse import Warehouse

TAKEN_BACK = "taken_back_restriction"

_PROTECTED = {
    "deceased": "select customer_id from known_death",
    "approved_plan": "select customer_id from active_hold where hold_kind = 'approved_plan'",
    "promise_to_pay": "select customer_id from active_hold where hold_kind = 'promise_to_pay'",
    "unclear_status": "select customer_id from active_hold where hold_kind = 'unclear_status'",
    "minor": """
        select known_birth.customer_id
        from known_birth
        inner join come_of_age
            on known_birth.birth_on > come_of_age.born_by
    """,
    "taken_back": f"select customer_id from {TAKEN_BACK}",  # noqa: S608 (our own)
    "doubtful_hold": "select customer_id from active_hold where origin like 'doubtful%'",
}
"""Kind -> whom it protects by what is known now, whether or not a date was run with it."""
_ASKED = ("same_person", "shared_number")
"""Kinds that are found when a date is run."""

_LAST_DAY = date(9999, 12, 31)
_NEWEST_DAY = "select max(business_date) as d from business_day where day_state <> 'skipped'"

_KNOWN_CUSTOMER = """
    select count(*) as n
    from customer
    where customer_id = cast($customer_id as varchar)
"""


def check_stands(warehouse: Warehouse, kind: str, customer_id: str | None) -> None:
    """Refuse the release of a protection that a customer does not have.

    Args:
        warehouse: an open warehouse.
        kind: what would be released.
        customer_id: the customer it would be released for.

    Raises:
        DayError: nothing that is known, and no question of the newest date, is of that kind.
    """
    known = warehouse.scalar(_KNOWN_CUSTOMER, {"customer_id": customer_id}) if customer_id else 0
    if not customer_id or not known or kind not in (*_PROTECTED, *_ASKED):
        # Whatever writes the release says what is wrong with it.
        return
    if not (_is_asked(warehouse, kind, customer_id) or _is_known(warehouse, kind, customer_id)):
        raise DayError(
            f"Nothing of kind {kind} protects that customer now, so nothing was written: there is "
            f"no such protection, or it is released already. See what waits: "
            f"python -m postloan restriction list"
        )


def _is_asked(warehouse: Warehouse, kind: str, customer_id: str) -> bool:
    questions = open_questions(warehouse)
    return any(q.kind == kind and q.customer_id == customer_id for q in questions)


def _is_known(warehouse: Warehouse, kind: str, customer_id: str) -> bool:
    day = warehouse.scalar(_NEWEST_DAY)
    if day is None or kind not in _PROTECTED:
        return False
    dated = {"business_date": day, "known_on": _LAST_DAY, "customer_id": customer_id}
    select = (
        f"select count(*) as n from ({_PROTECTED[kind]}) as protected "  # noqa: S608 (our own)
        "where customer_id = cast($customer_id as varchar)"
    )
    warehouse.temporary(TAKEN_BACK, dated)
    is_known = bool(warehouse.scalar(select, dated))
    warehouse.drop_temporary(TAKEN_BACK)
    return is_known
