"""A row that contradicts itself holds on when the next file of its date leaves it out."""

from datetime import timedelta
from typing import Any

from postloan.contact.restrictions.questions import open_questions
from postloan.contact.restrictions.release import Release, append_releases
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY
from tests.support.restricting_rows import (
    complaint,
    extension,
    hold,
    outcome,
    pause,
    plan,
    request,
)

AFTER = NEXT_DAY + timedelta(days=1)
LONG_PAST = {"starts_on": "2025-11-20", "ends_on": "2025-12-31"}
OPEN_AND_DECIDED = {"decision": "pending"}


def court(number: int, **told: Any) -> dict[str, Any]:
    """What was told of the end of a lawsuit on L7."""
    return {
        "event_id": f"E{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        "event_kind": "dismissed",
        "happened_on": "2026-11-19",
        **told,
    }


def promise(number: int, **told: Any) -> dict[str, Any]:
    return {
        "promise_id": f"V{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        "promised_on": "2025-11-20",
        "due_on": "2025-12-31",
        "amount": "1.00",
        **told,
    }


FIRST: dict[str, Any] = {
    "core_banking": {"hold": [hold(99)], "pause": [pause(99)]},
    "feedback": {"promise_to_pay": [promise(99)]},
}
"""What feeds tell first is history; these are of nobody who is asked about."""

CORE: dict[str, Any] = {
    "hold": [
        hold(1, **LONG_PAST),
        hold(2, ends_on="2026-11-20"),
        # Announced for next week, and over before it begins.
        hold(3, starts_on="2026-11-27", ends_on="2026-11-01"),
        # Harmless: over, and told in time.
        hold(20, starts_on="2026-11-10", ends_on="2026-11-20"),
    ],
    "pause": [pause(4, **LONG_PAST)],
    "extension_request": [
        extension(5, decision=""),
        extension(6, decision="rejected"),
        # Harmless: rejected.
        extension(21, decision="rejected", days_granted=""),
    ],
}
FEEDBACK: dict[str, Any] = {
    "plan_request": [
        plan(7, **OPEN_AND_DECIDED),
        plan(8, **OPEN_AND_DECIDED),
        plan(9, **OPEN_AND_DECIDED),
        # Harmless: asked for, and refused.
        plan(22, decision="pending", decided_on=""),
        plan(23, decision="refused"),
    ],
    "promise_to_pay": [promise(10)],
    "complaint": [complaint(11, complaint_state="withdrawn", closed_on="2027-11-20")],
    "legal_event": [
        court(12, happened_on="2027-11-19"),
        court(13, customer_id="C24"),
        # Harmless: nothing is going on.
        court(25),
    ],
}
GONE: dict[str, Any] = {"promise_to_pay": [], "complaint": [], "legal_event": []}
DOUBTFUL = {f"C{n}" for n in range(1, 14)}
HARMLESS = {f"C{n}" for n in (20, 21, 22, 23, 25)}


def opened(debtors: Debtors) -> None:
    """A book whose feeds have told before."""
    numbers = [*range(1, 14), *range(20, 26), 99]
    debtors.lender.send(
        OPENING_DAY,
        customer=[customer(n) for n in numbers],
        loan=[{**LOAN, "loan_id": f"L{n}", "customer_id": f"C{n}"} for n in numbers],
        instalment=[
            {**INSTALMENT, "loan_id": f"L{n}", "due_on": str(OPENING_DAY)} for n in numbers
        ],
        **FIRST["core_banking"],
    )
    debtors.lender.send(OPENING_DAY, "feedback", **FIRST["feedback"])
    debtors.run(OPENING_DAY)


def release(debtors: Debtors, key: str, customer_id: str) -> None:
    append_releases(
        debtors.lender.warehouse,
        (Release("taken_back", customer_id, record_key=key),),
        released_by="Officer",
        reason="asked the sender",
    )


def test_a_doubtful_row_that_the_next_file_leaves_out_holds_until_a_row_mends_it(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    opened(debtors)
    lender.send(NEXT_DAY, **CORE)
    lender.send(NEXT_DAY, "feedback", **FEEDBACK)
    debtors.run()
    assert debtors.contacted() == HARMLESS

    # The same date again without them; one plan is still open, and decided no more.
    mended = plan(9, decision="pending", decided_on="")
    lender.send(NEXT_DAY, hold=[], pause=[], extension_request=[])
    lender.send(NEXT_DAY, "feedback", plan_request=[mended], **GONE)
    debtors.run()
    assert debtors.contacted() == HARMLESS | {"C9"}
    held = {
        customer_id: {reason for reason, _ in told}
        for customer_id, told in debtors.denials().items()
    }
    # C24 is named beside the loan of C13, and owes another one.
    assert {name for name, why in held.items() if "hold_taken_back" in why} == {
        *DOUBTFUL - {"C9"},
        "C24",
    }
    asked = {q.customer_id: q.inputs for q in open_questions(lender.warehouse)}
    assert asked["C7"] == "taken back: plan_request 2026-11-20 line 2 left out"

    # A later row mends the one plan, and a hold that ends as it should the other; one is released.
    release(debtors, "extension_request X5 2026-11-20", "C5")
    lender.send(AFTER, hold=[hold(1, ends_on="2026-11-21")])
    lender.send(AFTER, "feedback", plan_request=[plan(7, decision="refused")])
    debtors.run(AFTER)
    reached = debtors.contacted(AFTER)
    assert {"C1", "C5", "C7"} <= reached
    assert not reached & (DOUBTFUL - {"C1", "C5", "C7", "C9"})


ONCE: dict[str, dict[str, Any]] = {
    "core_banking": {
        "pause": [
            pause(1),
            pause(2, starts_on="2026-11-22", ends_on="2026-11-22"),
            pause(3, ends_on="2026-11-20"),
            pause(4, ends_on="2026-11-01"),
            pause(5, starts_on="2027-11-20"),
        ],
        "extension_request": [extension(6), extension(7, decision="")],
    },
    "feedback": {
        "complaint": [complaint(8), complaint(9, complaint_state="withdrawn")],
        "contact_outcome": [
            outcome(10),
            # Told long after its day: also about the number of the day it was told.
            outcome(11, attempted_at="2025-11-20 10:00:00"),
        ],
        "legal_event": [court(12, happened_on="2027-11-19")],
        "overdue_reason": [
            {
                "reason_id": "R13",
                "customer_id": "C13",
                "stated_on": "2026-11-20",
                "reason": "amount_disputed",
            }
        ],
        "plan_request": [plan(14), plan(15, **OPEN_AND_DECIDED)],
        "privacy_request": [request(16)],
        "promise_to_pay": [promise(17, promised_on="2026-11-20", due_on="2026-11-30")],
    },
}


def test_a_feed_that_goes_with_its_only_delivery_had_told_all_the_same(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 21))
    for source, feeds in ONCE.items():
        lender.send(NEXT_DAY, source, **feeds)
    debtors.run()
    assert debtors.contacted() == {"C18", "C19", "C20"}

    # The date again, and none of these feeds is in it any more.
    for source, feeds in ONCE.items():
        manifest = lender.manifest(NEXT_DAY, source)
        manifest["files"] = [f for f in manifest["files"] if f["feed"] not in feeds]
        for feed in feeds:
            (lender.folder(NEXT_DAY, source) / f"{feed}.csv").unlink()
        lender.write_manifest(NEXT_DAY, source, manifest)
    debtors.run()
    assert debtors.contacted() == {"C18", "C19", "C20"}
