"""A release is of one thing that a person has looked at, and covers nothing beside or after it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.contact.restrictions.questions import count_open
from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY, Lender
from tests.support.release_desk import WHY, Desk
from tests.support.restricting_rows import enrolment, hold, pause, request

RELEASE = ("restriction", "release")
TWIN = "110105194912310020"
BACKWARDS = {"starts_on": "2026-11-20", "ends_on": "2026-11-10"}


@pytest.fixture
def desk(
    home: Path, capsys: pytest.CaptureFixture[str], warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:  # fmt: skip
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    return Desk(capsys)


def day_with(home: Path, numbers: Any, feedback: Any = None, **core: Any) -> set[str]:
    """Open the book and run the day after it with some rows; who is contacted."""
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        debtors.open(numbers)
        debtors.lender.send(NEXT_DAY, **core)
        if feedback:
            debtors.lender.send(NEXT_DAY, "feedback", **feedback)
        debtors.run()
        return debtors.contacted()


def sent_again(home: Path, **core: Any) -> set[str]:
    """Run the day once more, with other rows where they are given."""
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        if core:
            debtors.lender.send(NEXT_DAY, **core)
        debtors.run()
        return debtors.contacted()


def denied() -> set[str]:
    """Whom the newest revision of the day denies a message."""
    with open_warehouse() as warehouse:
        select = "select distinct customer_id from contact_denial where queue = 'sms_reminder'"
        return {customer_id for (customer_id,) in warehouse.fetch(select)}


def written() -> list[tuple[str, str | None]]:
    with open_warehouse() as warehouse:
        select = "select kind, record_key from restriction_release order by release_no"
        return warehouse.fetch(select)


def test_words_that_fit_several_things_release_none_of_them(home: Path, desk: Desk) -> None:
    holds = [
        hold(1, **BACKWARDS),
        hold(1, hold_id="H1b", **BACKWARDS),
        hold(1, hold_id="H1c", hold_kind="medical"),
        hold(1, hold_id="H1d", ends_on="never"),
    ]
    assert day_with(home, (1, 2), hold=holds, pause=[pause(1, **BACKWARDS)]) == {"C2"}
    kinds_and_keys = {tuple(line.split(" since ")[0].split()) for line in desk.lists()}
    assert {k[:3] for k in kinds_and_keys} == {
        ("doubtful_hold", "hold", "H1"),
        ("doubtful_hold", "hold", "H1b"),
        ("doubtful_hold", "pause", "U1"),
        ("unclear_row", "hold", "2026-11-20"),
    }
    assert len(kinds_and_keys) == 5
    for words in (
        ("--customer", "C1"),
        ("--customer", "C1", "--kind", "doubtful_hold"),
        ("--customer", "C1", "--kind", "unclear_row"),
        ("--customer", "C1", "--feed", "hold"),
    ):
        code, told = desk.says(*RELEASE, *words, *WHY)
        assert code == 1
        assert "things fit, and one is released at a time, so nothing was written" in told
    assert '--kind doubtful_hold --key "hold H1"' in told
    code, told = desk.says(*RELEASE, "--kind", "doubtful_hold", *WHY)
    assert (code, "Say what is released" in told) == (1, True)
    assert written() == []

    # One after the other: the last one lets him go.
    keys = [line.partition(" ")[2].partition(" since ")[0].strip() for line in desk.lists()]
    for number, key in enumerate(keys, 1):
        assert "C1" not in sent_again(home)
        code, told = desk.says(*RELEASE, "--key", key, *WHY)
        assert (code, f"key {key}" in told or "released: 1" in told) == (0, True)
        assert len(written()) == number
        assert len(desk.lists()) == len(keys) - number
        code, _ = desk.says(*RELEASE, "--key", key, *WHY)
        assert code == 1
    assert sent_again(home) == {"C1", "C2"}


def test_what_was_told_anew_since_a_person_looked_is_not_released(home: Path, desk: Desk) -> None:
    backwards = hold(1, **BACKWARDS)
    assert day_with(home, (1, 2), hold=[backwards]) == {"C2"}
    (seen,) = desk.lists()
    load_no = seen.split(", load ")[1].split(":")[0]
    sent_again(home, hold=[backwards, hold(2, starts_on="2026-12-01")])
    words = (*RELEASE, "--key", "hold H1", "--load", load_no, *WHY)
    code, told = desk.says(*words)
    assert (code, "told anew" in told) == (1, True)
    assert desk.says(*RELEASE, "--key", "hold H1", *WHY)[0] == 0
    assert sent_again(home) == {"C1", "C2"}
    # The same row in a later file: nobody has looked at that one.
    assert denied() == set()
    sent_again(home, hold=[{**backwards, "hold_kind": "bankruptcy"}])
    assert denied() == {"C1"}


def test_two_numbers_are_two_persons_and_a_third_is_another_question(
    home: Path, desk: Desk
) -> None:
    dead = {"id_number": TWIN, "deceased_on": "2026-11-10"}
    people = [{**customer(1), "id_number": TWIN}, *({**customer(n), **dead} for n in (91, 92))]
    assert day_with(home, (1, 2), customer=people) == {"C2"}
    assert [line.split()[:2] for line in desk.lists()] == [
        ["same_person", "C91"],
        ["same_person", "C92"],
    ]
    pair = (*RELEASE, "--kind", "same_person", "--customer", "C1")
    code, told = desk.says(*pair, *WHY)
    both = '--kind same_person --key "C91"; --kind same_person --key "C92"'
    assert (code, both in told) == (1, True)
    assert desk.says(*pair, "--other-customer", "C91", *WHY)[0] == 0
    assert sent_again(home) == {"C2"}
    assert desk.says(*pair, *WHY)[0] == 0
    assert sent_again(home) == {"C1", "C2"}
    assert denied() == set()
    sent_again(home, customer=[*people, {**customer(93), **dead}])
    assert denied() == {"C1"}


def test_a_number_of_two_is_listed_masked_and_released_alone(home: Path, desk: Desk) -> None:
    shared = [{**customer(91), "phone": customer(1)["phone"]}]
    assert day_with(home, (1, 2), customer=shared) == {"C2"}
    (listed,) = desk.lists()
    assert "154****0001" in listed
    assert customer(1)["phone"] not in listed
    code, told = desk.says(*RELEASE, "--key", "154****0001", *WHY)
    assert (code, customer(1)["phone"] in told) == (0, False)
    assert sent_again(home) == {"C1", "C2"}


def test_doubtful_requests_are_listed_and_hold_until_each_is_released(
    home: Path, desk: Desk
) -> None:
    restriction = {"request_kind": "restriction"}
    requests = [
        request(1, closed_on="2026-11-20", **restriction),
        request(1, request_id="P1b", request_state="refused", **restriction),
        request(2, request_kind="forgetting"),
        # Harmless: refused with its day, and one that protects from nothing.
        request(3, request_state="refused", closed_on="2026-11-20", **restriction),
        request(4, request_kind="access", closed_on="2026-11-20"),
    ]
    assert day_with(home, range(1, 6), {"privacy_request": requests}) == {"C3", "C4", "C5"}
    assert [line.split()[1:3] for line in desk.lists()] == [
        ["privacy_request", "P1"],
        ["privacy_request", "P1b"],
        ["privacy_request", "2026-11-20"],
    ]
    assert desk.says(*RELEASE, "--key", "privacy_request P1", *WHY)[0] == 0
    assert sent_again(home) == {"C3", "C4", "C5"}
    assert desk.says(*RELEASE, "--key", "privacy_request P1b", *WHY)[0] == 0
    assert desk.says(*RELEASE, "--customer", "C2", *WHY)[0] == 0
    assert sent_again(home) == {f"C{n}" for n in range(1, 6)}


def test_a_start_in_the_far_future_holds_until_it_is_released(home: Path, desk: Desk) -> None:
    far, soon = {"starts_on": "2027-11-20"}, {"starts_on": "2027-01-05"}
    holds, pauses = [hold(1, **far), hold(2, **soon)], [pause(3, **far), pause(4, **soon)]
    assert day_with(home, range(1, 6), hold=holds, pause=pauses) == {"C2", "C4", "C5"}
    assert [line.split()[1:3] for line in desk.lists()] == [["hold", "H1"], ["pause", "U3"]]
    for key in ("hold H1", "pause U3"):
        assert desk.says(*RELEASE, "--key", key, *WHY)[0] == 0
    assert sent_again(home) == {f"C{n}" for n in range(1, 6)}
    assert desk.lists() == []


def test_what_waits_is_counted_by_the_list_and_says_since_when(home: Path, desk: Desk) -> None:
    dead = {**customer(3), "deceased_on": "2026-11-10"}
    day_with(home, (1, 2, 3), hold=[hold(1, **BACKWARDS)], customer=[dead])
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        codes = [enrolment(2, "Z9"), enrolment(2, "Z8", institution_id="U2")]
        debtors.lender.send(NEXT_DAY, "student_registry", enrolment=codes)
        debtors.run()
        waiting = count_open(warehouse)
    assert (waiting.number, waiting.since) == (3, date(2026, 11, 20))
    _, told = desk.says("day", "summary")
    assert "3 questions about customers, the oldest since 2026-11-20" in told
    # A death is known: nobody is asked, and a person may still release it.
    assert len(desk.lists()) == 3
    assert len(desk.lists("--all")) == 4
    assert [line.split()[:3] for line in desk.lists("--customer", "C3")] == [
        ["deceased", "customer", "C3"]
    ]
