"""A delivery that nobody could read may protect anybody: nobody is contacted until it is read."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from postloan.business_day.gates import release_gate
from postloan.errors import DeliveryError
from postloan.ingestion.arrivals.not_taken_in import arrived
from postloan.ingestion.arrivals.refused_deliveries import open_refusals, refused_contents
from postloan.publication.suppress_contacts import NOTHING, NOTHING_MORE, suppress_contacts
from postloan.wording import said
from tests.support.beginnings import begin
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender, csv_bytes

AFTER = NEXT_DAY + timedelta(days=1)
LATER = AFTER + timedelta(days=1)
COMPLAINT = {
    "complaint_id": "K1",
    "customer_id": "C1",
    "received_at": "2026-11-20 09:00:00",
    "complaint_kind": "conduct",
    "complaint_state": "received",
}


def truncated(lender: Lender, day: date, source: str) -> None:
    """The file is shorter than the manifest says."""
    feed = "complaint" if source == "feedback" else "hold"
    path = lender.folder(day, source) / f"{feed}.csv"
    path.write_bytes(path.read_bytes()[:-3])


def garbled(lender: Lender, day: date, source: str) -> None:
    (lender.folder(day, source) / "manifest.json").write_text("{", encoding="utf-8")


def of_another_date(lender: Lender, day: date, source: str) -> None:
    told = lender.manifest(day, source) | {"business_date": OPENING_DAY.isoformat()}
    lender.write_manifest(day, source, told)


def short_of_a_file(lender: Lender, day: date, source: str) -> None:
    feed = "complaint" if source == "feedback" else "hold"
    (lender.folder(day, source) / f"{feed}.csv").unlink()


def linked(lender: Lender, day: date, source: str) -> None:
    folder = lender.folder(day, source)
    folder.rename(lender.home / "elsewhere")
    folder.symlink_to(lender.home / "elsewhere")


DAMAGED = (truncated, garbled, of_another_date, short_of_a_file, linked)


def refused(
    debtors: Debtors,
    day: date,
    source: str = "feedback",
    damage: Callable[[Lender, date, str], None] = truncated,
) -> None:
    """A delivery comes for a date and is refused as a whole."""
    debtors.lender.send(day, source)
    damage(debtors.lender, day, source)
    with pytest.raises(DeliveryError) as told:
        debtors.lender.take_in(day, source)
    found = [(r.business_date, r.source) for r in open_refusals(debtors.lender.warehouse)]
    assert (day, source) in found
    assert open_refusals(debtors.lender.warehouse)[-1].detail in str(told.value)


def recalls(debtors: Debtors) -> set[tuple[str, str, str]]:
    """Queue, customer and kind of what was recalled on the date of the files."""
    return set(
        debtors.lender.warehouse.fetch(
            "select queue, customer_id, recall_kind from task_recall "
            "where business_date = cast($day as date)",
            {"day": NEXT_DAY},
        )
    )


ALL = {("sms_reminder", f"C{n}", "suppressed") for n in (1, 2)}


@pytest.fixture
def contacted(debtors: Debtors) -> Debtors:
    """Two debtors whose messages went out, and teams who report every day."""
    debtors.lender.send(OPENING_DAY, "feedback", complaint=[], consent_change=[])
    debtors.send_book((1, 2))
    debtors.lender.send(NEXT_DAY)
    debtors.lender.send(NEXT_DAY, "feedback", complaint=[], consent_change=[])
    begin(debtors.lender, "two days", lambda: debtors.run(OPENING_DAY, NEXT_DAY))
    assert debtors.contacted() == {"C1", "C2"}
    return debtors


@pytest.mark.parametrize(
    ("damage", "source"), [(truncated, "core_banking"), *((d, "feedback") for d in DAMAGED)]
)
def test_what_is_refused_before_the_hours_stops_all_contact(
    contacted: Debtors, damage: Callable[[Lender, date, str], None], source: str
) -> None:
    refused(contacted, AFTER, source, damage)
    warehouse = contacted.lender.warehouse
    result = suppress_contacts(warehouse, NEXT_DAY)
    assert result.counts == {"suppressed_sms_reminder": 2}
    assert recalls(contacted) == ALL
    ((reason, rule),) = warehouse.fetch("select distinct reason, rule_id from task_recall")
    english, chinese = said(reason, "en") or "", said(reason, "zh") or ""
    assert english.startswith("A delivery that may restrict contact could not be read: ")
    assert chinese.startswith("限制类数据的交付无法读取")
    assert rule == "gate_delivery_refused"
    assert {check for check, _ in contacted.shut()} == {"delivery_refused"}
    assert result.note.startswith(f"Recalled, and how many: {english} (2). ")
    # Once more there is nothing to recall, and still the gate is shut, and why.
    again = suppress_contacts(warehouse, NEXT_DAY)
    assert again.counts == {}
    assert again.note.startswith(NOTHING_MORE)
    for told in (result.note, again.note):
        assert "gate shut by delivery_refused" in told
        assert f"({source} 2026-11-21)" in told


def test_who_was_suppressed_is_owed_anew_once_the_delivery_is_read(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, AFTER)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    lender.send(AFTER)
    lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    contacted.run(AFTER)
    assert contacted.shut(AFTER) == set()
    assert contacted.contacted(AFTER) == {"C2"}


def test_the_gate_stays_shut_until_the_refused_date_is_taken_in(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, AFTER)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    (lender.folder(AFTER, "feedback")).rename(lender.home / "set_aside")
    lender.send(AFTER)
    contacted.run(AFTER)
    assert ("delivery_refused", "complaint") in contacted.shut(AFTER)
    lender.send(LATER)
    lender.send(LATER, "feedback", complaint=[])
    contacted.run(LATER)
    assert ("delivery_refused", "complaint") in contacted.shut(LATER)
    assert contacted.contacted(AFTER) == contacted.contacted(LATER) == set()
    lender.send(AFTER, "feedback", complaint=[], consent_change=[])
    contacted.run(AFTER)
    contacted.run(LATER)
    assert contacted.shut(LATER) == set()
    assert contacted.contacted(LATER) == {"C1", "C2"}


def test_a_date_that_was_taken_in_and_is_refused_when_it_comes_again(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, NEXT_DAY)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert recalls(contacted) == ALL
    # What was there comes once more: it is the sender's last word.
    lender.send(NEXT_DAY, "feedback", complaint=[], consent_change=[])
    assert not lender.take_in(NEXT_DAY, "feedback").changed
    lender.send(AFTER)
    lender.send(AFTER, "feedback", complaint=[])
    contacted.run(AFTER)
    assert contacted.shut(AFTER) == set()
    assert contacted.contacted(AFTER) == {"C1", "C2"}


def test_too_much_that_is_refused_before_the_hours_stops_all_contact(contacted: Debtors) -> None:
    lender = contacted.lender
    bad = [{**COMPLAINT, "complaint_id": f"K{n}", "channel": "wechat"} for n in range(150)]
    lender.send(AFTER, "feedback", complaint=bad)
    with pytest.raises(DeliveryError):
        lender.take_in(AFTER, "feedback")
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert recalls(contacted) == ALL


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may read everything; somebody else may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_nobody_here_may_read_stops_all_contact(contacted: Debtors) -> None:
    contacted.lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    folder = contacted.lender.folder(AFTER, "feedback")
    folder.chmod(0)
    with without_rights(), pytest.raises(PermissionError):
        contacted.lender.take_in(AFTER, "feedback")
    assert suppress_contacts(contacted.lender.warehouse, NEXT_DAY).counts == {
        "suppressed_sms_reminder": 2
    }
    folder.chmod(0o700)


def test_a_row_that_names_nobody_stops_all_contact_before_the_hours(contacted: Debtors) -> None:
    lender = contacted.lender
    bad = {**COMPLAINT, "customer_id": "C99", "channel": "wechat"}
    lender.deliver(AFTER, "feedback", complaint=[bad])
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert recalls(contacted) == ALL
    assert contacted.shut() == {("nameless_rows", "complaint")}


def test_a_row_that_names_somebody_stops_nobody_else(contacted: Debtors) -> None:
    lender = contacted.lender
    lender.deliver(AFTER, "feedback", complaint=[{**COMPLAINT, "channel": "wechat"}])
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert recalls(contacted) == {("sms_reminder", "C1", "suppressed")}
    assert contacted.shut() == set()


def test_a_person_who_releases_the_gate_lets_contact_go_on(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, AFTER)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    release_gate(lender.warehouse, NEXT_DAY, released_by="Officer", reason="nothing in it")
    assert suppress_contacts(lender.warehouse, NEXT_DAY).note == NOTHING
    assert contacted.shut() == set()
    # It was for that date; the next one asks again.
    lender.send(AFTER)
    lender.folder(AFTER, "feedback").rename(lender.home / "set_aside")
    contacted.run(AFTER)
    assert ("delivery_refused", "complaint") in contacted.shut(AFTER)


def test_a_release_is_of_what_was_refused_then_and_not_of_as_much_again(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, AFTER)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    release_gate(lender.warehouse, NEXT_DAY, released_by="Officer", reason="nothing in it")
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert contacted.shut() == set()
    lender.deliver(AFTER, "feedback", complaint=[], consent_change=[])
    refused(contacted, AFTER)
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert ("delivery_refused", "complaint") in contacted.shut()


def test_a_release_is_of_the_row_that_was_looked_at_and_not_of_the_next(contacted: Debtors) -> None:
    lender = contacted.lender
    nobody = {**COMPLAINT, "customer_id": "", "complaint_id": "K1"}
    lender.deliver(AFTER, "feedback", complaint=[nobody], consent_change=[])
    suppress_contacts(lender.warehouse, NEXT_DAY)
    release_gate(lender.warehouse, NEXT_DAY, released_by="Officer", reason="nothing in it")
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert contacted.shut() == set()
    lender.deliver(AFTER, "feedback", complaint=[{**nobody, "complaint_id": "K2"}])
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert ("nameless_rows", "complaint") in contacted.shut()


def test_a_date_that_is_run_again_before_its_hours_adds_nobody(contacted: Debtors) -> None:
    lender = contacted.lender
    refused(contacted, AFTER)
    lender.send(NEXT_DAY, customer=[{"customer_id": "C3", "customer_name": "测试乙"}])
    contacted.run()
    assert ("delivery_refused", "complaint") in contacted.shut()


def test_what_restricts_nothing_stops_nobody(contacted: Debtors) -> None:
    lender = contacted.lender
    lender.send(AFTER, "feedback")
    told = lender.manifest(AFTER, "feedback")
    kept = [file for file in told["files"] if file["feed"] == "satisfaction"]
    for file in told["files"]:
        path = lender.folder(AFTER, "feedback") / file["file"]
        path.write_bytes(b"") if file in kept else path.unlink()
    lender.write_manifest(AFTER, "feedback", told | {"files": kept})
    for day in (AFTER, LATER):
        with pytest.raises(DeliveryError):
            lender.take_in(day, "feedback")
    lender.folder(LATER).mkdir(parents=True)
    with pytest.raises(DeliveryError, match="not complete yet"):
        lender.take_in(LATER)
    assert suppress_contacts(lender.warehouse, NEXT_DAY).note == NOTHING
    assert contacted.shut() == set()


def release(debtors: Debtors) -> None:
    """A person has looked at what shuts the gate of the date of the files, and lets it go."""
    warehouse = debtors.lender.warehouse
    suppress_contacts(warehouse, NEXT_DAY)
    assert debtors.shut() != set()
    release_gate(warehouse, NEXT_DAY, released_by="Officer", reason="nothing in it")
    suppress_contacts(warehouse, NEXT_DAY)
    assert debtors.shut() == set()


def test_a_release_is_of_what_lay_there_then_though_another_fails_alike(contacted: Debtors) -> None:
    lender = contacted.lender
    lender.send(AFTER, "feedback", complaint=[])
    truncated(lender, AFTER, "feedback")
    with pytest.raises(DeliveryError):
        lender.take_in(AFTER, "feedback")
    release(contacted)
    # The very same once more, refused again, is what the person looked at.
    with pytest.raises(DeliveryError):
        lender.take_in(AFTER, "feedback")
    assert suppress_contacts(lender.warehouse, NEXT_DAY).note == NOTHING
    assert contacted.shut() == set()
    lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    truncated(lender, AFTER, "feedback")
    with pytest.raises(DeliveryError):
        lender.take_in(AFTER, "feedback")
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert ("delivery_refused", "complaint") in contacted.shut()


def test_what_comes_in_place_of_what_was_refused_and_released_has_arrived(
    contacted: Debtors,
) -> None:
    lender = contacted.lender
    refused(contacted, NEXT_DAY)
    release(contacted)
    assert arrived(lender.warehouse, lender.landing) == ()
    lender.send(NEXT_DAY, "feedback", complaint=[COMPLAINT])
    (found,) = arrived(lender.warehouse, lender.landing)
    assert found.is_again
    suppress_contacts(lender.warehouse, NEXT_DAY)
    assert ("delivery_not_loaded", "complaint") in contacted.shut()


def listing(lender: Lender, day: date, feed: str, file: str, content: bytes) -> None:
    """Send one file of feedback, listed as a feed, in place of all that lay there."""
    lender.send(day, "feedback", complaint=[])
    for path in lender.folder(day, "feedback").iterdir():
        path.unlink()
    (lender.folder(day, "feedback") / file).write_bytes(content)
    told = {"feed": feed, "file": file, "rows": max(len(content.splitlines()) - 1, 0)}
    told["sha256"] = hashlib.sha256(content).hexdigest()
    head = {"source": "feedback", "business_date": day.isoformat(), "opening": False}
    lender.write_manifest(day, "feedback", head | {"files": [told]})


def open_feeds(lender: Lender) -> set[str]:
    """Feeds of refused deliveries that nothing has mended."""
    found = refused_contents(lender.warehouse).get((AFTER, "feedback"))
    return {feed for files in found.read for feed, _ in files} if found else set()


def garbled_alone(lender: Lender) -> None:
    """Nobody knows what it lists; one file has a name that says so."""
    lender.send(AFTER, "feedback")
    for path in lender.folder(AFTER, "feedback").glob("*.csv"):
        if path.stem != "complaint":
            path.unlink()
    garbled(lender, AFTER, "feedback")


def short_of_another_file(lender: Lender) -> None:
    lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    (lender.folder(AFTER, "feedback") / "satisfaction.csv").write_bytes(b"cut")


def over_its_limit(lender: Lender) -> None:
    bad = [{**COMPLAINT, "complaint_id": f"K{n}", "channel": "wechat"} for n in range(150)]
    lender.send(AFTER, "feedback", complaint=bad)


def listed_as_satisfaction(lender: Lender) -> None:
    listing(lender, AFTER, "satisfaction", "complaint.csv", csv_bytes("complaint", [COMPLAINT]))


def without_its_name(lender: Lender) -> None:
    listing(lender, AFTER, "satisfaction", "a.csv", csv_bytes("complaint", [COMPLAINT]))


def without_its_header(lender: Lender) -> None:
    rows = csv_bytes("complaint", [COMPLAINT, COMPLAINT]).partition(b"\n")[2]
    listing(lender, AFTER, "satisfaction", "a.csv", rows)


OF_A_COMPLAINT: Mapping[Callable[[Lender], None], bool] = {
    garbled_alone: True,
    short_of_another_file: True,
    listed_as_satisfaction: True,
    without_its_name: False,
    without_its_header: False,
    over_its_limit: True,
}
"""What may tell of a complaint, and whether it says so itself."""


def test_what_may_tell_of_a_complaint_waits_for_the_complaints(contacted: Debtors) -> None:
    lender = contacted.lender
    satisfied = csv_bytes("satisfaction", [])
    for told, is_told in OF_A_COMPLAINT.items():
        told(lender)
        with pytest.raises(DeliveryError):
            lender.take_in(AFTER, "feedback")
        assert "complaint" in open_feeds(lender), told
        # In its place comes one that says nothing of complaints.
        listing(lender, AFTER, "satisfaction", "satisfaction.csv", satisfied)
        lender.take_in(AFTER, "feedback")
        assert ("complaint" in open_feeds(lender)) == is_told, told
        lender.deliver(AFTER, "feedback")
        assert open_feeds(lender) == set(), told
    # A file that is just not well made is of no other feed.
    for content in (b"", satisfied.replace(b",", b";"), satisfied.replace(b"score", b"points")):
        listing(lender, AFTER, "satisfaction", "satisfaction.csv", content)
        with pytest.raises(DeliveryError):
            lender.take_in(AFTER, "feedback")
        assert open_feeds(lender) == set()
