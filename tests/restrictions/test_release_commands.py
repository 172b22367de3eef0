"""A command that releases says so only where something was there to be released."""

from pathlib import Path

import pytest

from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender
from tests.support.release_desk import Desk

HOLD = {
    "hold_id": "H2", "customer_id": "C2", "hold_kind": "dispute",
    "starts_on": "2026-11-20", "ends_on": "2026-11-10",
}  # fmt: skip


@pytest.fixture
def desk(
    home: Path, capsys: pytest.CaptureFixture[str], warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:  # fmt: skip
    """The book is open and the first day is run: C1 has died, a hold of C2 contradicts itself."""
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        debtors.open((1, 2, 3))
        dead = {**customer(1), "deceased_on": "2026-11-10"}
        debtors.lender.send(NEXT_DAY, customer=[dead], hold=[HOLD])
        debtors.run()
        assert debtors.contacted() == {"C3"}
    return Desk(capsys)


def written(table: str) -> int:
    with open_warehouse() as warehouse:
        return warehouse.count(table)


def test_only_what_is_there_is_released(desk: Desk) -> None:
    for kind, customer_id in (
        *(("deceased", "C2"), ("deceased", "C3"), ("doubtful_hold", "C1"), ("same_person", "C1")),
        *(("shared_number", "C3"), ("approved_plan", "C2"), ("promise_to_pay", "C1")),
    ):
        code, told = desk.releases(kind, customer_id)
        assert code == 1
        assert f"Nothing of kind {kind} protects that customer now" in told
        assert "released:" not in told
    assert written("restriction_release") == 0
    for kind, customer_id in (("deceased", "C1"), ("doubtful_hold", "C2")):
        assert desk.releases(kind, customer_id)[0] == 0
        code, told = desk.releases(kind, customer_id)
        assert (code, "released already" in told) == (1, True)
    assert written("restriction_release") == 2
    # Nothing was owed at the opening, whatever date is named.
    for day in (OPENING_DAY, "2026-11-01", "2027-01-01"):
        code, told = desk.says("release", str(day))
        assert (code, "The newest date of the book is 2026-11-20" in told) == (1, True)
    code, told = desk.says("release", str(NEXT_DAY))
    assert (code, "nothing to release as of 2026-11-20" in told) == (1, True)
    assert written("go_live_release") == 0


def test_what_the_opening_found_is_released_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(capsys)
    code, told = desk.says("release", str(OPENING_DAY))
    assert (code, "not open yet" in told) == (1, True)
    with open_warehouse() as warehouse:
        Debtors(Lender(home, warehouse)).open((1,), due_on="2026-11-01")
    code, told = desk.says("release", str(OPENING_DAY), "--by", "Wang")
    assert code == 0
    assert "released" in told
    code, told = desk.says("release", str(OPENING_DAY))
    assert (code, "nothing to release" in told) == (1, True)
    assert written("go_live_release") == 1
