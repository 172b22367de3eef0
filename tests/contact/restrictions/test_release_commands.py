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
        assert f"Nothing of kind {kind} fits the words" in told
        assert "released:" not in told
    assert written("restriction_release") == 0
    for kind, customer_id in (("deceased", "C1"), ("doubtful_hold", "C2")):
        assert desk.releases(kind, customer_id)[0] == 0
        code, told = desk.releases(kind, customer_id)
        assert (code, "released already" in told) == (1, True)
    assert written("restriction_release") == 2
    # Nothing was owed at the opening, whatever date is named.
    for day in (OPENING_DAY, "2026-11-01", "2027-01-01"):
        code, told = desk.says("gate", "release-opening", "--date", str(day))
        assert (code, "The newest date of the book is 2026-11-20" in told) == (1, True)
    code, told = desk.says("gate", "release-opening", "--date", str(NEXT_DAY))
    assert (code, "nothing to release as of 2026-11-20" in told) == (1, True)
    assert written("go_live_release") == 0


def test_what_the_opening_found_is_released_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(capsys)
    code, told = desk.says("gate", "release-opening", "--date", str(OPENING_DAY))
    assert (code, "not open yet" in told) == (1, True)
    with open_warehouse() as warehouse:
        Debtors(Lender(home, warehouse)).open((1,), due_on="2026-11-01")
    code, told = desk.says("gate", "release-opening", "--date", str(OPENING_DAY), "--by", "Wang")
    assert code == 0
    assert "released" in told
    code, told = desk.says("gate", "release-opening", "--date", str(OPENING_DAY))
    assert (code, "nothing to release" in told) == (1, True)
    assert written("go_live_release") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--kind", "doubtful", "--customer", "C2"], "'doubtful' is no kind of protection"),
        (["--kind", "doubtful"], "--kind: unclear_row, taken_back, deceased, "),
        # A word that fits nothing: what the customer has, what the kind has, what there is at all.
        (["--kind", "deceased", "--customer", "C2"], '--kind doubtful_hold --key "hold H2"'),
        (["--kind", "doubtful_hold", "--key", "hold H9"], '--kind doubtful_hold --key "hold H2"'),
        (["--key", "H2"], '--kind doubtful_hold --key "hold H2"'),
        (["--feed", "hold", "--date", "2026-11-20", "--line", "7"], '--key "hold H2"'),
        (["--customer", "c2"], "Numbers are compared letter by letter"),
        (["--customer", "C3"], "restriction list --all"),
        ([], "Say what is released: --customer ID, --key KEY"),
    ],
)
def test_words_that_fit_nothing_are_answered_with_what_there_is(
    desk: Desk, words: list[str], told: str
) -> None:
    code, said = desk.says("restriction", "release", *words, "--reason", "looked at it")
    assert code == 1
    assert told in said
    assert written("restriction_release") == 0


def test_what_is_listed_is_what_releases_it(desk: Desk) -> None:
    _, said = desk.says("restriction", "release", "--key", "H2", "--reason", "looked at it")
    assert '--kind doubtful_hold --key "hold H2"' in said
    named = ("--kind", "doubtful_hold", "--key", "hold H2")
    code, said = desk.says("restriction", "release", *named, "--reason", " ")
    assert (code, "Give the reason" in said) == (1, True)
    for reason, why in (("\u3164", "Give the reason"), ("told on 138 0013 8000", "of a person")):
        code, said = desk.says("restriction", "release", *named, "--reason", reason)
        assert (code, why in said) == (1, True)
        assert "8000" not in said
    assert written("restriction_release") == 0
    assert desk.says("restriction", "release", *named, "--reason", "looked at it")[0] == 0
    code, said = desk.says("restriction", "list", "--customer", "c2")
    assert (code, "No customer of the book has the number" in said) == (1, True)
    assert desk.says("restriction", "list", "--customer", "C2")[0] == 0
