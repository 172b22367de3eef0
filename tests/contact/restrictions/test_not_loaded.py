"""What lies in the landing zone and is not loaded may protect anybody: nobody is contacted."""

import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.business_day.gates import release_gate
from postloan.business_day.ledger import read_book
from postloan.ingestion.arrivals.landing_look import note_not_loaded
from postloan.ingestion.arrivals.not_taken_in import arrived
from postloan.ingestion.arrivals.out_of_place import never_taken_in
from postloan.publication.suppress_contacts import NOTHING, suppress_contacts
from postloan.warehouse import Warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender

AFTER = NEXT_DAY + timedelta(days=1)
COMPLAINT = {
    "complaint_id": "K1",
    "customer_id": "C1",
    "received_at": "2026-11-20 09:00:00",
    "complaint_kind": "conduct",
    "complaint_state": "received",
}


def of_next_year(lender: Lender) -> None:
    lender.send(NEXT_DAY.replace(year=2027), "feedback", complaint=[COMPLAINT])


def of_no_time(lender: Lender) -> None:
    lender.send(date(9999, 12, 31), "feedback", complaint=[COMPLAINT])


def of_last_year(lender: Lender) -> None:
    lender.send(NEXT_DAY.replace(year=2025), "feedback", complaint=[COMPLAINT])


def of_a_closed_date(lender: Lender) -> None:
    lender.send(OPENING_DAY, "feedback", complaint=[COMPLAINT])


def of_no_date(lender: Lender) -> None:
    lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    lender.folder(AFTER, "feedback").rename(lender.landing / "feedback" / "20261121")


def of_no_source(lender: Lender) -> None:
    lender.send(AFTER, "feedback", complaint=[COMPLAINT])
    (lender.landing / "fedback").mkdir()
    lender.folder(AFTER, "feedback").rename(lender.landing / "fedback" / "2026-11-21")


def without_a_list(lender: Lender) -> None:
    of_a_closed_date(lender)
    (lender.folder(OPENING_DAY, "feedback") / "manifest.json").write_text("{", encoding="utf-8")


def linked(lender: Lender) -> None:
    elsewhere = lender.home / "elsewhere"
    elsewhere.mkdir()
    lender.folder(AFTER, "feedback").symlink_to(elsewhere)


LEFT: Mapping[Callable[[Lender], None], str] = {
    of_next_year: "far_ahead",
    of_no_time: "far_ahead",
    of_last_year: "before_book",
    of_a_closed_date: "again",
    without_a_list: "again",
    of_no_date: "misnamed",
    of_no_source: "of_no_source",
    linked: "linked",
}
"""What nobody takes in by himself, and how it is said to lie there."""


@pytest.fixture
def debtors(debtors: Debtors) -> Debtors:
    """Two debtors whose book is open; the teams have nothing to report."""
    debtors.lender.send(OPENING_DAY, "feedback", complaint=[], consent_change=[])
    debtors.open((1, 2))
    debtors.lender.send(NEXT_DAY)
    debtors.lender.send(NEXT_DAY, "feedback", complaint=[], consent_change=[])
    return debtors


def said_of_it(debtors: Debtors, day: date = NEXT_DAY) -> set[str]:
    """Feeds that the check found unread, where it was that check alone."""
    shut = debtors.shut(day)
    assert {check for check, _ in shut} <= {"delivery_not_loaded"}
    return {feed for _, feed in shut}


def noted(debtors: Debtors) -> set[tuple[str, str]]:
    """Feed of a complaint or of none, and how it lies there, as the next day would be judged."""
    note_not_loaded(debtors.lender.warehouse, NEXT_DAY, debtors.lender.landing)
    return set(
        debtors.lender.warehouse.fetch(
            "select feed, lies_as from delivery_not_loaded "
            "where business_date = cast($day as date) and feed in ('complaint', 'any')",
            {"day": NEXT_DAY},
        )
    )


@pytest.mark.parametrize("left", LEFT)
def test_what_nobody_takes_in_is_noted_until_it_is_seen_to(
    debtors: Debtors, left: Callable[[Lender], None]
) -> None:
    lender = debtors.lender
    lender.take_in(NEXT_DAY, "feedback")
    assert noted(debtors) == set()
    before = set(lender.landing.glob("*/*"))
    left(lender)
    for _ in range(2):
        assert noted(debtors) == {("complaint", LEFT[left])}
    for folder in set(lender.landing.glob("*/*")) - before:
        folder.rename(lender.home / "set_aside")
    if LEFT[left] == "again":
        lender.send(OPENING_DAY, "feedback", complaint=[], consent_change=[])
    assert noted(debtors) == set()


def found_as(debtors: Debtors) -> set[tuple[str, str]]:
    """Where what is not loaded lies, and a hash of it: what a release is of."""
    noted(debtors)
    return set(
        debtors.lender.warehouse.fetch(
            "select place, content_sha256 from delivery_not_loaded "
            "where business_date = cast($day as date) and feed = 'complaint'",
            {"day": NEXT_DAY},
        )
    )


@pytest.mark.parametrize("left", [of_no_date, of_no_source, without_a_list])
def test_what_nobody_can_read_is_something_else_once_it_is_filled_anew(
    debtors: Debtors, left: Callable[[Lender], None]
) -> None:
    lender = debtors.lender
    lender.take_in(NEXT_DAY, "feedback")
    before = set(lender.landing.glob("*/*"))
    left(lender)
    ((place, seen),) = found_as(debtors)
    assert found_as(debtors) == {(place, seen)}
    ((folder),) = set(lender.landing.glob("*/*")) - before or {
        lender.folder(OPENING_DAY, "feedback")
    }
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    ((again, seen_again),) = found_as(debtors)
    assert again == place
    assert seen_again != seen


ONE_OUT_OF_PLACE = (
    "feedback/manifest.json",
    "manifest.json",
    "feedback/in/2026-11-21/manifest.json",
    "feedback/2026/11-21/manifest.json",
    "feedback/2026/11/21/manifest.json",
    "feedback/2026-11-18/late/manifest.json",
    "bank/feedback/2026-11-21/manifest.json",
    "bank/manifest.json",
    "feedback/2026-11-18/MANIFEST.JSON",
    "feedback/2026-11-18/Manifest.json",
    "feedback/2026-11-18/manifest.json.txt",
    "feedback/2026-11-18/manifest (1).json",
    "feedback/2026-11-21.zip",
    "feedback/complaint_2026-11-21.csv",
    "feedback.tar.gz",
)
ON_ITS_WAY_OR_NO_DELIVERY = (
    "feedback/2026-11-18/complaint.csv",
    "feedback/2026-11-18/manifest.json.part",
    "feedback/2026-11-18/.manifest.json",
    "feedback/README.md",
    "feedback/.complaint.csv.tmp",
    "feedback/notes/letter.csv",
    ".writing/feedback/2026-11-21/manifest.json",
)


def test_what_lies_out_of_place_is_told_and_what_is_on_its_way_is_not(debtors: Debtors) -> None:
    lender = debtors.lender
    lender.take_in(NEXT_DAY, "feedback")
    made = dict.fromkeys(ONE_OUT_OF_PLACE, True) | dict.fromkeys(ON_ITS_WAY_OR_NO_DELIVERY, False)
    for name, is_told in made.items():
        path = lender.landing / name
        there = next(p for p in path.parents if p.exists())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
        assert bool(never_taken_in(lender.landing)) == is_told, name
        assert {feed for feed, _ in noted(debtors)} == ({"complaint"} if is_told else set()), name
        path.unlink()
        for folder in path.parents:
            if folder == there:
                break
            folder.rmdir()
    assert noted(debtors) == set()
    folder = lender.folder(OPENING_DAY.replace(day=18), "feedback")
    folder.mkdir()
    (folder / "manifest.json").symlink_to("manifest-1.json")
    assert noted(debtors) == {("complaint", "misplaced")}


def test_what_is_dated_a_year_ahead_holds_all_contact_until_it_is_seen_to(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    of_next_year(lender)
    debtors.run()
    assert "complaint" in said_of_it(debtors)
    assert debtors.contacted() == set()
    lender.folder(NEXT_DAY.replace(year=2027), "feedback").rename(lender.home / "set_aside")
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C1", "C2"}


def test_what_comes_before_the_hours_stops_all_contact(debtors: Debtors) -> None:
    warehouse = debtors.lender.warehouse
    debtors.run()
    assert suppress_contacts(warehouse, NEXT_DAY).note == NOTHING
    of_no_source(debtors.lender)
    of_a_closed_date(debtors.lender)
    result = suppress_contacts(warehouse, NEXT_DAY)
    assert result.counts == {"suppressed_sms_reminder": 2}
    assert "lies in the landing zone and is not loaded" in result.note
    assert "complaint" in said_of_it(debtors)
    assert suppress_contacts(warehouse, NEXT_DAY).counts == {}
    release_gate(warehouse, NEXT_DAY, released_by="Officer", reason="nothing in it")
    assert suppress_contacts(warehouse, NEXT_DAY).note == NOTHING


def test_a_complaint_for_a_closed_date_counts_once_it_is_taken_in(debtors: Debtors) -> None:
    of_a_closed_date(debtors.lender)
    debtors.run()
    assert debtors.contacted() == set()
    debtors.run(OPENING_DAY)
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C2"}


def test_a_folder_that_nobody_may_look_into_is_noted(
    debtors: Debtors, monkeypatch: pytest.MonkeyPatch
) -> None:
    debtors.lender.take_in(NEXT_DAY, "feedback")
    folder = debtors.lender.folder(AFTER, "feedback")
    folder.mkdir()
    assert noted(debtors) == set()
    may = os.access
    # Whoever runs the tests may be root, who may look into anything.
    monkeypatch.setattr(os, "access", lambda path, *a, **k: path != folder and may(path, *a, **k))
    assert noted(debtors) == {("complaint", "closed")}


def test_what_has_its_time_to_come_or_protects_nobody_holds_nobody(debtors: Debtors) -> None:
    lender = debtors.lender
    for later in (AFTER, AFTER + timedelta(days=1)):
        lender.send(later)
        lender.send(later, "feedback", complaint=[COMPLAINT])
    lender.send(NEXT_DAY.replace(year=2027), "credit_bureau")
    far = NEXT_DAY.replace(year=2027)
    lender.send(far, "feedback")
    told = lender.manifest(far, "feedback")
    kept = [file for file in told["files"] if file["feed"] == "satisfaction"]
    lender.write_manifest(far, "feedback", told | {"files": kept})
    for path in lender.folder(far, "feedback").glob("*.csv"):
        if path.stem != "satisfaction":
            path.unlink()
    # One without a list is on its way.
    lender.folder(NEXT_DAY.replace(year=2028), "feedback").mkdir()
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C1", "C2"}


def test_what_lay_there_when_the_book_was_opened_belongs_to_no_date_of_it(
    home: Path, warehouse: Warehouse
) -> None:
    lender = Lender(home, warehouse)
    debtors = Debtors(lender)
    of_last_year(lender)
    debtors.send_book((1, 2))
    debtors.run(OPENING_DAY)
    lender.send(NEXT_DAY)
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C1", "C2"}
    assert arrived(lender.warehouse, lender.landing) == ()
    # The same date comes again, and speaks of somebody.
    lender.send(NEXT_DAY.replace(year=2025), "feedback", complaint=[{**COMPLAINT, "loan_id": "L1"}])
    assert noted(debtors) == {("complaint", "before_book")}
    assert [a.is_before_book for a in arrived(lender.warehouse, lender.landing)] == [True]
    of_last_year(lender)
    assert noted(debtors) == set()
    # What comes there now has a mistyped year.
    lender.send(NEXT_DAY.replace(year=2024), "feedback", complaint=[COMPLAINT])
    for _ in range(2):
        debtors.run()
        assert "complaint" in said_of_it(debtors)
    assert [a.is_before_book for a in arrived(lender.warehouse, lender.landing)] == [True]


def test_a_warehouse_that_never_looked_takes_what_is_old_as_there_before(debtors: Debtors) -> None:
    lender = debtors.lender
    of_last_year(lender)
    lender.warehouse.replace_slice("gate_check", {"check_name": "delivery_not_loaded"}, [])
    lender.take_in(NEXT_DAY, "feedback")
    assert noted(debtors) == {("any", "there_before")}


def test_a_source_that_only_lies_unread_has_never_delivered(
    home: Path, warehouse: Warehouse
) -> None:
    lender = Lender(home, warehouse)
    debtors = Debtors(lender)
    debtors.open((1,))
    of_no_date(lender)
    lender.send(NEXT_DAY)
    debtors.run()
    assert "feedback: never delivered" in str(read_book(lender.warehouse)[NEXT_DAY].reason)


def test_a_date_that_a_later_one_follows_keeps_what_was_found_then(debtors: Debtors) -> None:
    lender = debtors.lender
    of_next_year(lender)
    debtors.run()
    lender.folder(NEXT_DAY.replace(year=2027), "feedback").rename(lender.home / "set_aside")
    lender.send(AFTER)
    lender.send(AFTER, "feedback", complaint=[])
    debtors.run(AFTER)
    assert debtors.shut(AFTER) == set()
    outbox = sorted((lender.home / "outbox" / NEXT_DAY.isoformat()).rglob("*"))
    debtors.run(NEXT_DAY)
    assert "complaint" in said_of_it(debtors)
    assert sorted((lender.home / "outbox" / NEXT_DAY.isoformat()).rglob("*")) == outbox
