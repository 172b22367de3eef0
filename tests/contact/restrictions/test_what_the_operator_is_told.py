"""Somebody at a terminal is told what was looked at, what was not, why, and what to do next."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.cli.day import reconcile
from postloan.errors import DeliveryError
from postloan.files.modes import keep_private
from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender
from tests.support.release_desk import Desk

AFTER = NEXT_DAY + timedelta(days=1)
HEARD: dict[str, Any] = {"complaint": (), "consent_change": ()}


@pytest.fixture
def desk(
    home: Path, capsys: pytest.CaptureFixture[str], warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:  # fmt: skip
    """Three debtors whose book is open, and teams who report every day."""
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    keep_private()
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        lender.send(OPENING_DAY, "feedback", **HEARD)
        Debtors(lender).open((1, 2, 3))
        lender.send(NEXT_DAY)
    return Desk(capsys)


def run(home: Path) -> None:
    with open_warehouse() as warehouse:
        Debtors(Lender(home, warehouse)).run()


def refuse(home: Path, day: str, source: str = "feedback") -> None:
    """A delivery comes for a date, truncated, and is refused as a whole."""
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        on = OPENING_DAY.fromisoformat(day)
        lender.send(on, source)
        feed = "complaint" if source == "feedback" else "hold"
        path = lender.folder(on, source) / f"{feed}.csv"
        path.write_bytes(path.read_bytes()[:-3])
        with pytest.raises(DeliveryError):
            lender.take_in(on, source)


def heard(home: Path, day: str) -> None:
    with open_warehouse() as warehouse:
        Lender(home, warehouse).deliver(OPENING_DAY.fromisoformat(day), "feedback", **HEARD)


LOOKING = (("day", "status"), ("admin", "doctor"), ("day", "summary"), ("day", "suppress"))
"""What an operator types who looks."""


# The gate ---------------------------------------------------------------------------------------


def test_a_gate_that_is_shut_names_source_and_date_where_it_is_told(desk: Desk, home: Path) -> None:
    refuse(home, "2026-11-21")
    run(home)
    _, told = desk.says("day", "summary", "--date", "2026-11-20")
    (silent,) = [line for line in told.splitlines() if "SHUT (source_heard)" in line]
    assert "(feedback, last heard for 2026-11-19)" in silent
    # One line for the source, whatever the number of its feeds.
    assert "complaint, consent_change, contact_outcome" in silent
    (refused,) = [line for line in told.splitlines() if "SHUT (delivery_refused)" in line]
    assert "(feedback 2026-11-21)" in refused
    release = ("gate", "release", "--date", "2026-11-20")
    _, told = desk.says(*release, "--check", "delivery_refused", "--reason", "on paper")
    assert len([line for line in told.splitlines() if "released delivery_refused" in line]) == 1
    assert "(feedback 2026-11-21)" in told


def test_a_row_that_names_nobody_is_told_with_source_and_date(desk: Desk, home: Path) -> None:
    with open_warehouse() as warehouse:
        row = {"complaint_id": "K1", "customer_id": "C99", "channel": "wechat"}
        Lender(home, warehouse).send(NEXT_DAY, "feedback", **{**HEARD, "complaint": [row]})
    run(home)
    _, told = desk.says("day", "summary")
    (line,) = [line for line in told.splitlines() if "SHUT (nameless_rows)" in line]
    assert "complaint 1 [≤ 0] (feedback 2026-11-20)" in line


# What has come and is not loaded ----------------------------------------------------------------


def test_what_is_not_loaded_is_told_wherever_an_operator_looks(desk: Desk, home: Path) -> None:
    heard(home, "2026-11-20")
    run(home)
    for command in LOOKING:
        _, told = desk.says(*command)
        assert "REFUSED" not in told
        assert "not taken in" not in told
        assert "2026-11-21" not in told
    refuse(home, "2026-11-21")
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        lender.send(AFTER)
        # The teams send their word on the day before once more; somebody has mistyped a year.
        again: dict[str, Any] = {
            **HEARD,
            "complaint": [{"complaint_id": "K9", "customer_id": "C1"}],
        }
        lender.send(NEXT_DAY, "feedback", **again)
        lender.send(NEXT_DAY.replace(year=2099), "feedback", **HEARD)
        lender.send(AFTER + timedelta(days=1), "feedback", **HEARD)
        cut_off = lender.folder(AFTER + timedelta(days=1), "feedback") / "manifest.json"
        cut_off.write_text('{"source":', encoding="utf-8")
        lender.folder(AFTER + timedelta(days=2), "feedback").symlink_to(home)
    for command in LOOKING:
        _, told = desk.says(*command)
        assert "feedback: REFUSED: complaint.csv" in told
        assert "core_banking: arrived, and not taken in yet" in told
        assert "feedback: arrived again with other files than those loaded" in told
        assert "feedback: arrived, dated too far ahead of the book" in told
        assert "feedback: arrived, and cannot be read: manifest.json" in told
        assert "feedback: 1 folder ('2026-11-23') linked from elsewhere" in told
        assert "python -m postloan day run --date 2026-11-21" in told


def test_a_folder_that_is_named_like_no_date_or_source_is_told(desk: Desk, home: Path) -> None:
    heard(home, "2026-11-20")
    run(home)
    landing = home / "landing"
    for place in (
        "feedback/2026-11-21 ",
        "feedback/20261121",
        "core_banking/zhang san",
        "fedback/2026-11-21",
    ):
        (landing / place).mkdir(parents=True)
    # One without a manifest is on its way.
    for command in LOOKING:
        told = desk.says(*command)[1]
        assert "named otherwise" not in told
        assert "named like" not in told
    for path in landing.glob("*/*"):
        (path / "manifest.json").touch()
    for words in (*LOOKING, ("restriction", "list")):
        _, told = desk.says(*words)
        assert "feedback: 2 folders ('2026-11-21 ', '20261121') named otherwise than" in told
        assert "core_banking: 1 folder named otherwise than YYYY-MM-DD, and never taken in" in told
        assert "the landing zone has 1 folder named like no source" in told
        assert "zhang" not in told


def test_doctor_says_that_something_waits_and_still_that_nothing_is_missing(
    desk: Desk, home: Path
) -> None:
    run(home)
    code, told = desk.says("admin", "doctor")
    # The teams are silent, so a gate is shut.
    assert (code, "Nothing is missing; 1 thing waits for a person, above." in told) == (0, True)
    assert "contact files of 2026-11-20 are held" in told
    told = desk.says("day", "status")[1]
    assert "contact files HELD: python -m postloan day summary --date 2026-11-20" in told
    heard(home, "2026-11-20")
    run(home)
    assert desk.says("admin", "doctor")[1].endswith("Nothing is missing.\n")
    assert "HELD" not in desk.says("day", "status")[1]


# Before the hours of contact --------------------------------------------------------------------


def test_suppress_says_what_it_looked_at_and_why(desk: Desk, home: Path) -> None:
    heard(home, "2026-11-20")
    run(home)
    _, told = desk.says("day", "suppress")
    assert told.startswith("Files of 2026-11-20, looked at with all that is loaded, up to what")
    assert "Nothing that is loaded speaks against a task that stands" in told
    assert told.endswith("Whatever has arrived in the landing zone was looked at.\n")
    refuse(home, "2026-11-21")
    _, first = desk.says("day", "suppress")
    assert "3 tasks recalled" in first
    assert "Recalled, and how many: A delivery that may restrict contact could not be read" in first
    _, second = desk.says("day", "suppress")
    assert "Nothing more is recalled." in second
    for told in (first, second):
        assert "gate shut by delivery_refused" in told
        assert "feedback: REFUSED: complaint.csv" in told
        assert "was looked at." not in told


def test_the_reason_names_no_loan_and_no_amount(desk: Desk, home: Path) -> None:
    heard(home, "2026-11-20")
    run(home)
    with open_warehouse() as warehouse:
        paid = {
            "repayment_id": "R1",
            "loan_id": "L1",
            "paid_on": "2026-11-20",
            "amount": "40.00",
            "payment_type": "regular",
            "instalment_no": "1",
        }
        Lender(home, warehouse).deliver(AFTER, repayment=[paid])
    _, told = desk.says("day", "suppress")
    assert "1 task recalled" in told
    (why,) = [line for line in told.splitlines() if "Recalled, and how many" in line]
    assert why.endswith("(1).")
    assert "L1" not in why
    assert "40.00" not in why


# What is due ------------------------------------------------------------------------------------


class IdleAirflow:
    """An Airflow that has nothing in work and keeps events that started no run."""

    def __init__(self, *pending: str) -> None:
        self.kept = pending

    def active_keys(self, _dag_id: str) -> set[str]:
        return set()

    def pending(self) -> Iterator[tuple[str, str]]:
        return (("open_business_day", key) for key in self.kept)


def test_reconcile_tells_nothing_of_what_is_done_and_refused_as_refused(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(home, "2026-11-20")
    run(home)
    idle = IdleAirflow("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22")
    monkeypatch.setattr(reconcile, "airflow", lambda *_: nullcontext(idle))
    code, told = desk.says("day", "reconcile", "--dry-run")
    assert (code, told) == (0, "Every date that was delivered is closed and up to date.\n")
    refuse(home, "2026-11-21", "core_banking")
    _, told = desk.says("day", "reconcile", "--dry-run")
    assert told.startswith("2026-11-21: core_banking: REFUSED: hold.csv")
    assert "open_business_day has" in told
    assert "2026-11-21: delivered, and refused when it was taken in" in told
    assert "never taken in" not in told
    # What lies there for a date that is closed is due, and so is a date nobody has looked at.
    with open_warehouse() as warehouse:
        lender = Lender(home, warehouse)
        lender.send(NEXT_DAY, "student_registry")
        lender.send(AFTER + timedelta(days=1))
    _, told = desk.says("day", "reconcile", "--dry-run")
    assert "2026-11-20: student_registry has delivered since, and it was never taken in" in told
    assert "2026-11-22: delivered, and never taken in" in told
    assert "2026-11-22: open_business_day has an event that has started no run yet" in told
    assert "2026-11-19: open_business_day" not in told
    # An optional source that was refused leaves nothing to run until it delivers again.
    refuse(home, "2026-11-19", "feedback")
    assert "2026-11-19: feedback: REFUSED" in desk.says("day", "reconcile", "--dry-run")[1]


# After a release --------------------------------------------------------------------------------


def test_what_a_release_can_publish_is_told_as_it_is(desk: Desk, home: Path) -> None:
    heard(home, "2026-11-20")
    run(home)
    refuse(home, "2026-11-21")
    desk.says("day", "suppress")
    _, told = desk.says("gate", "release", "--date", "2026-11-20", "--reason", "on paper")
    assert "Nothing was sent." in told
    assert "The 3 tasks that were taken off the files of 2026-11-20 (day suppress) stay off" in told
    assert "owed anew with the next business date" in told
    # And so it is: the date is run again and adds nobody.
    run(home)
    added = home / "outbox" / "2026-11-20" / "sms_reminder"
    assert sorted(p.name for p in added.iterdir()) == ["r1", "r2"]


def test_what_was_held_and_never_sent_is_published_by_running_the_date(
    desk: Desk, home: Path
) -> None:
    run(home)
    release = ("gate", "release", "--date", "2026-11-20")
    _, told = desk.says(*release, "--reason", "nothing happened that day")
    assert "To publish what it held, while Airflow is up: python -m postloan day run --date" in told
    assert "suppress" not in told
    run(home)
    assert (home / "outbox" / "2026-11-20" / "sms_reminder").is_dir()
