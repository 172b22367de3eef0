"""Who must not be contacted is not known while a source is silent or its delivery was refused."""

from datetime import timedelta

import pytest

from postloan.business_day.gates import release_gate
from postloan.contracts import catalogue
from postloan.errors import DeliveryError
from postloan.rules.kinds.gates import Gates
from postloan.rules.packs import rule_book
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, OPENING_DAY

AFTER = NEXT_DAY + timedelta(days=1)
COMPLAINT = {
    "complaint_id": "K1",
    "customer_id": "C1",
    "received_at": "2026-11-20 09:00:00",
    "complaint_kind": "conduct",
    "complaint_state": "received",
}


def test_a_feed_that_never_came_is_not_missed(debtors: Debtors) -> None:
    debtors.open((1, 2))
    debtors.lender.send(NEXT_DAY)
    debtors.run()
    assert debtors.contacted() == {"C1", "C2"}


def test_a_source_that_says_nothing_shuts_the_gate_until_it_speaks(debtors: Debtors) -> None:
    lender = debtors.lender
    lender.send(OPENING_DAY, "feedback", complaint=[], consent_change=[])
    debtors.open((1, 2))
    lender.send(NEXT_DAY)
    debtors.run()
    assert ("source_heard", "complaint") in debtors.shut()
    assert debtors.contacted() == set()

    # What it says late counts, and the date goes out with it.
    lender.send(NEXT_DAY, "feedback", complaint=[COMPLAINT])
    debtors.run()
    assert debtors.contacted() == {"C2"}


def test_a_date_that_was_passed_over_is_missed_until_a_person_releases_it(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    lender.send(OPENING_DAY, "feedback", complaint=[])
    debtors.open((1, 2))
    lender.send(NEXT_DAY)
    debtors.run()
    lender.send(AFTER)
    lender.send(AFTER, "feedback", complaint=[])
    debtors.run(AFTER)
    assert {check for check, _ in debtors.shut(AFTER)} == {"dates_unheard"}
    assert debtors.contacted(AFTER) == set()
    release_gate(lender.warehouse, AFTER, released_by="Officer", reason="nothing that day")
    debtors.run(AFTER)
    assert debtors.contacted(AFTER) == {"C1", "C2"}


def test_a_delivery_refused_as_a_whole_shuts_the_gate_until_it_is_mended(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    debtors.open((1, 2))
    lender.send(NEXT_DAY)
    bad = [{**COMPLAINT, "complaint_id": f"K{n}", "channel": "wechat"} for n in range(150)]
    lender.send(NEXT_DAY, "feedback", complaint=bad)
    with pytest.raises(DeliveryError):
        lender.take_in(NEXT_DAY, "feedback")
    lender.folder(NEXT_DAY, "feedback").rename(lender.home / "set_aside")
    debtors.run()
    assert debtors.shut() == {("delivery_refused", "complaint")}
    assert debtors.contacted() == set()
    lender.send(NEXT_DAY, "feedback", complaint=[COMPLAINT])
    debtors.run()
    assert debtors.contacted() == {"C2"}


def test_the_gates_know_every_feed_that_restricts() -> None:
    restricts = {f.name for f in catalogue().feeds.values() if f.restricts}
    optional = {f.name for f in catalogue().feeds.values() if f.restricts and not f.is_required}
    pack = rule_book().pack("restriction_gates", NEXT_DAY, Gates)
    listed: dict[str, set[str]] = {}
    for gate in pack.checks:
        listed.setdefault(gate.check, set()).update(gate.of)
    assert listed["delivery_refused"] == restricts
    # What core banking leaves out of a delivery is not new; without one no date opens.
    core = {f.name for f in catalogue().feeds_of("core_banking")}
    assert listed["source_heard"] == listed["dates_unheard"] == optional - core
