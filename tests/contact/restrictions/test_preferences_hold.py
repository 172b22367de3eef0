"""A wish that could not be read may forbid; every kind of hold forbids, known or not."""

from typing import Any

from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY
from tests.support.restricting_rows import hold

AFTER = NEXT_DAY.replace(day=21)


def wish(number: int, **told: Any) -> dict[str, Any]:
    """C7 wants no calls."""
    return {
        "customer_id": f"C{number}",
        "channel": "phone",
        "wish": "unwanted",
        "told_on": "2026-11-19",
        **told,
    }


def test_a_refused_wish_holds_until_a_row_says_as_much(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 7))
    unread = {"time_zone": "+08:00"}
    lender.send(
        NEXT_DAY,
        customer_preference=[
            wish(1, **unread),
            wish(2, **unread),
            wish(3, wish="preferred", **unread),
            # Nothing is chosen by a wish that can be read yet.
            wish(4),
            wish(5, channel="any", wish="accepted", agreed_from="18:00", agreed_until="20:00"),
        ],
    )
    debtors.run()
    assert debtors.contacted() == {"C4", "C5", "C6"}
    assert debtors.denials()["C1"] == {
        ("hold_unclear_row", "refused row of customer_preference 2026-11-20 line 2")
    }
    lender.send(
        NEXT_DAY,
        customer_preference=[
            wish(1),
            # Less than the refused row may have said.
            wish(2, wish="preferred"),
            wish(3, wish="preferred"),
            wish(4),
            wish(5, channel="any", wish="accepted", agreed_from="18:00", agreed_until="20:00"),
        ],
    )
    debtors.run()
    assert debtors.contacted() == {"C1", "C3", "C4", "C5", "C6"}


def test_a_wish_that_a_redelivery_leaves_out_holds_until_the_customer_says_otherwise(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    debtors.open((1, 2))
    lender.deliver(NEXT_DAY, customer_preference=[wish(1), wish(2, wish="preferred")])
    lender.send(NEXT_DAY, customer_preference=[])
    debtors.run()
    assert debtors.contacted() == {"C2"}
    lender.send(AFTER, customer_preference=[wish(1, wish="accepted", told_on="2026-11-21")])
    debtors.run(AFTER)
    assert "C1" in debtors.contacted(AFTER)


def test_every_kind_of_hold_keeps_from_contact_and_so_does_one_that_nobody_knows(
    debtors: Debtors,
) -> None:
    kinds = ("illness", "minor", "deceased", "identity_dispute", "hunger")
    debtors.open(range(1, 7))
    debtors.lender.send(
        NEXT_DAY, hold=[hold(n, hold_kind=kind) for n, kind in enumerate(kinds, start=1)]
    )
    debtors.run()
    assert debtors.contacted() == {"C6"}
    reasons = {name: {reason for reason, _ in told} for name, told in debtors.denials().items()}
    assert reasons == {
        "C1": {"hold_illness"},
        "C2": {"hold_minor"},
        "C3": {"hold_deceased"},
        "C4": {"hold_identity_dispute"},
        "C5": {"hold_unclear_row"},
    }
