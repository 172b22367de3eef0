"""The gate and the book of business dates."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations

import pytest

from postloan.access.reasons import ReasonError
from postloan.business_date import BusinessDay
from postloan.business_day import ledger
from postloan.contracts import catalogue
from postloan.errors import DayError
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.rule_files import RuleFiles

OPENING = date(2026, 11, 18)
NEXT, AFTER, LAST = (OPENING + timedelta(days=n) for n in (1, 2, 3))
OPTIONAL = tuple(
    source
    for source in catalogue().sources()
    if not any(feed.is_required for feed in catalogue().feeds_of(source))
)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with open_warehouse("duckdb:///:memory:") as opened:
        yield opened


def deliver(
    warehouse: Warehouse,
    day: date,
    *sources: str,
    content: str = "a",
    is_opening: bool = False,
    leave_out: str = "",
) -> None:
    """Write the ledger rows of a delivery: all feeds of the sources but the one left out."""
    for feed in catalogue().feeds.values():
        if feed.source in (sources or catalogue().sources()) and feed.name != leave_out:
            key = {"business_date": day, "source": feed.source, "feed": feed.name}
            row = {
                **key,
                "revision": 1,
                "is_opening": is_opening,
                "file_name": f"{feed.name}.csv",
                "file_sha256": content * 64,
                "contract_version": "1.0.0",
                "rows_in": 0,
                "rows_loaded": 0,
                "rows_quarantined": 0,
            }
            warehouse.replace_slice("delivery", key, [row])


def run_day(warehouse: Warehouse, day: date, *, is_opening: bool = False) -> BusinessDay:
    """Deliver, open and close a date."""
    deliver(warehouse, day, is_opening=is_opening)
    gate = ledger.open_day(warehouse, day)
    assert gate.day, gate.reason
    ledger.close_day(warehouse, gate.day)
    return gate.day


def test_the_opening_delivery_opens_the_book(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True)
    gate = ledger.open_day(warehouse, OPENING)
    assert gate.answer == "opened"
    assert gate.day == BusinessDay(OPENING, 1, None, is_opening=True)


def test_opening_a_date_publishes_its_rules(warehouse: Warehouse) -> None:
    assert warehouse.count("rule_band", OPENING) == 0
    run_day(warehouse, OPENING, is_opening=True)
    assert warehouse.count("rule_band", OPENING) > 0


def test_changes_alone_cannot_open_the_book(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING)
    gate = ledger.open_day(warehouse, OPENING)
    assert (gate.answer, gate.opened) == ("waiting", False)
    assert "python -m postloan day open --date" in gate.reason


def test_the_book_is_opened_once(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, NEXT, is_opening=True)
    gate = ledger.open_day(warehouse, NEXT)
    assert gate.answer == "waiting"
    assert str(OPENING) in gate.reason


def test_a_missing_required_feed_is_named(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, NEXT, leave_out="hold")
    gate = ledger.open_day(warehouse, NEXT, after_cut_off=True)
    assert gate.answer == "waiting"
    assert "hold" in gate.reason
    assert "customer" not in gate.reason


def test_a_date_builds_on_the_one_before(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    assert run_day(warehouse, NEXT).previous_date == OPENING


def test_a_date_waits_for_the_one_before_to_close(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True)
    ledger.open_day(warehouse, OPENING)
    deliver(warehouse, NEXT)
    gate = ledger.open_day(warehouse, NEXT)
    assert gate.answer == "waiting"
    assert f"run --date {OPENING}" in gate.reason


def test_a_gap_is_named_date_by_date(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    later = OPENING + timedelta(days=3)
    deliver(warehouse, later)
    gate = ledger.open_day(warehouse, later)
    assert gate.answer == "waiting"
    assert f"{NEXT}, {AFTER}" in gate.reason


def test_dates_before_the_opening_are_refused(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    before = OPENING - timedelta(days=1)
    deliver(warehouse, before)
    assert str(OPENING) in ledger.open_day(warehouse, before).reason


def test_optional_feeds_are_waited_for_until_the_cut_off(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, NEXT, "core_banking")
    waiting = ledger.open_day(warehouse, NEXT)
    assert waiting.answer == "waiting"
    assert set(waiting.without) == {
        feed.name for feed in catalogue().feeds.values() if feed.source in OPTIONAL
    }
    opened = ledger.open_day(warehouse, NEXT, after_cut_off=True)
    assert opened.answer == "opened"
    assert f"last delivered {OPENING}" in opened.reason


def test_a_source_that_never_delivered_is_waited_for_and_named_once(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, "core_banking", is_opening=True)
    assert set(ledger.open_day(warehouse, OPENING).without) == set(OPTIONAL)
    opened = ledger.open_day(warehouse, OPENING, after_cut_off=True)
    assert opened.reason.count("never delivered") == len(OPTIONAL)


def test_an_optional_feed_is_missed_only_once_it_has_come(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True, leave_out="pause")
    gate = ledger.open_day(warehouse, OPENING)
    assert (gate.answer, gate.without) == ("opened", ())
    assert gate.day
    ledger.close_day(warehouse, gate.day)
    run_day(warehouse, NEXT)
    deliver(warehouse, AFTER, leave_out="pause")
    assert ledger.open_day(warehouse, AFTER).without == ("pause",)


def test_an_optional_feed_that_is_too_old_is_said_to_be_unused(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    age = catalogue().feeds["bureau_loan"].max_age_days
    for n in range(1, age + 2):
        day = OPENING + timedelta(days=n)
        deliver(warehouse, day, "core_banking")
        gate = ledger.open_day(warehouse, day, after_cut_off=True)
        assert gate.day
        assert (f"older than {age} days" in gate.reason) is (n > age)
        ledger.close_day(warehouse, gate.day)


@pytest.mark.parametrize("source", OPTIONAL)
def test_a_late_optional_delivery_opens_the_next_revision(
    warehouse: Warehouse, source: str
) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, NEXT, "core_banking")
    first = ledger.open_day(warehouse, NEXT, after_cut_off=True).day
    assert first
    ledger.close_day(warehouse, first)
    deliver(warehouse, NEXT, source)
    again = ledger.open_day(warehouse, NEXT)
    assert again.answer == "opened"
    assert again.day
    assert again.day.revision == 2


def test_unchanged_inputs_leave_a_closed_date_closed(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, OPENING, is_opening=True)
    assert ledger.open_day(warehouse, OPENING).answer == "closed"
    assert [r.revision for r in ledger.status(warehouse)] == [1]


def test_a_chain_that_crashed_gets_the_same_revision_again(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True)
    first, again = ledger.open_day(warehouse, OPENING), ledger.open_day(warehouse, OPENING)
    assert (first.answer, again.answer) == ("opened", "open")
    assert first.day == again.day


def test_a_changed_delivery_makes_the_next_revision_and_stale_dates(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    run_day(warehouse, NEXT)
    run_day(warehouse, AFTER)
    assert ledger.stale_dates(warehouse) == ()
    deliver(warehouse, NEXT, "core_banking", content="b")
    assert ledger.stale_dates(warehouse) == (NEXT, AFTER)
    gate = ledger.open_day(warehouse, NEXT)
    assert gate.day
    assert gate.day.revision == 2
    ledger.close_day(warehouse, gate.day)
    assert ledger.stale_dates(warehouse) == (AFTER,)
    later = ledger.open_day(warehouse, AFTER)
    assert later.day
    assert later.day.revision == 2
    ledger.close_day(warehouse, later.day)
    assert ledger.stale_dates(warehouse) == ()


def test_changed_rules_make_the_next_revision(warehouse: Warehouse, rule_files: RuleFiles) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    path = rule_files.folder / "rules" / "delinquency" / "overdue_stage.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("lower_bound: 90", "lower_bound: 91"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    from postloan.rules import packs

    packs._load.cache_clear()
    assert ledger.stale_dates(warehouse) == (OPENING,)


def test_a_skipped_date_lets_the_next_one_run_on_the_state_before_it(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    ledger.skip_day(warehouse, NEXT, "the core was down")
    ledger.skip_day(warehouse, NEXT, "said twice")
    gate = ledger.open_day(warehouse, NEXT)
    deliver(warehouse, AFTER)
    following = ledger.open_day(warehouse, AFTER).day
    assert gate.answer == "skipped"
    assert "the core was down" in gate.reason
    assert following
    assert following.previous_date == OPENING


def test_what_arrives_for_a_skipped_date_counts_from_the_next_one(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    ledger.skip_day(warehouse, NEXT, "the core was down")
    run_day(warehouse, AFTER)
    deliver(warehouse, NEXT)
    assert ledger.stale_dates(warehouse) == (AFTER,)


@pytest.mark.parametrize("reason", ["", "  ", ".", "\u200b", "\u3164", "told on 13800138000"])
def test_a_date_is_not_skipped_without_a_reason(warehouse: Warehouse, reason: str) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    with pytest.raises(ReasonError, match="reason"):
        ledger.skip_day(warehouse, NEXT, reason)
    assert NEXT not in ledger.read_book(warehouse)


def test_only_the_next_unopened_date_is_skipped(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    with pytest.raises(DayError, match=str(NEXT)):
        ledger.skip_day(warehouse, AFTER, "too early")
    with pytest.raises(DayError, match="cannot be skipped"):
        ledger.skip_day(warehouse, OPENING, "too late")


def test_steps_need_an_opened_date(warehouse: Warehouse) -> None:
    with pytest.raises(DayError, match="run --date"):
        ledger.current_day(warehouse, OPENING)


def test_steps_refuse_inputs_that_changed_while_they_ran(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True)
    day = ledger.open_day(warehouse, OPENING).day
    assert ledger.current_day(warehouse, OPENING) == day
    deliver(warehouse, OPENING, "core_banking", content="b", is_opening=True)
    with pytest.raises(DayError, match="changed since revision 1"):
        ledger.current_day(warehouse, OPENING)


def test_a_closed_date_may_be_computed_again(warehouse: Warehouse) -> None:
    assert ledger.current_day(warehouse, run_day(warehouse, OPENING, is_opening=True).date)


def test_an_old_revision_cannot_be_closed(warehouse: Warehouse) -> None:
    deliver(warehouse, OPENING, is_opening=True)
    old = ledger.open_day(warehouse, OPENING).day
    deliver(warehouse, OPENING, content="b", is_opening=True)
    new = ledger.open_day(warehouse, OPENING).day
    assert old
    assert new
    with pytest.raises(DayError, match="revision 1"):
        ledger.close_day(warehouse, old)
    ledger.close_day(warehouse, new)
    ledger.close_day(warehouse, new)
    assert [(r.revision, r.state) for r in ledger.status(warehouse)] == [(2, "closed")]


def test_dates_taken_in_and_never_closed_are_found(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, NEXT)
    deliver(warehouse, AFTER, *OPTIONAL)
    assert ledger.unopened_dates(warehouse) == (NEXT,)


def in_order(warehouse: Warehouse, day: date) -> list[date]:
    """Ask the gate for a date, then for each date that is woken; the dates that were run."""
    run: list[date] = []
    due: date | None = day
    while due:
        gate = ledger.open_day(warehouse, due)
        if gate.day is None:
            break
        ledger.close_day(warehouse, gate.day)
        run.append(due)
        due = ledger.next_due(warehouse, due)
    return run


@pytest.mark.parametrize("arrival", list(permutations((NEXT, AFTER, LAST))))
def test_dates_that_arrive_in_any_order_are_run_in_order(
    warehouse: Warehouse, arrival: tuple[date, ...]
) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    run: list[date] = []
    for day in arrival:
        deliver(warehouse, day)
        run += in_order(warehouse, day)
    assert run == [NEXT, AFTER, LAST]
    assert ledger.next_due(warehouse, OPENING) is None


def test_a_changed_date_wakes_those_that_build_on_it_one_after_another(
    warehouse: Warehouse,
) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    for day in (NEXT, AFTER, LAST):
        run_day(warehouse, day)
    deliver(warehouse, NEXT, "core_banking", content="b")
    assert in_order(warehouse, NEXT) == [NEXT, AFTER, LAST]
    assert ledger.stale_dates(warehouse) == ()
    assert [r.revision for r in ledger.status(warehouse)] == [1, 2, 2, 2]


def test_a_date_after_a_gap_wakes_nobody_until_the_gap_is_filled(warehouse: Warehouse) -> None:
    run_day(warehouse, OPENING, is_opening=True)
    deliver(warehouse, AFTER)
    assert in_order(warehouse, AFTER) == []
    ledger.skip_day(warehouse, NEXT, "core banking migration")
    assert ledger.next_due(warehouse, NEXT) == AFTER


def test_the_same_inputs_have_the_same_fingerprint_whatever_came_first(
    warehouse: Warehouse,
) -> None:
    def fingerprints(of: Warehouse) -> list[str]:
        return [r.fingerprint for r in ledger.status(of)]

    run_day(warehouse, OPENING, is_opening=True)
    run_day(warehouse, NEXT)
    run_day(warehouse, AFTER)
    # A correction arrives when all of them are closed.
    deliver(warehouse, NEXT, "core_banking", content="b")
    in_order(warehouse, NEXT)
    with open_warehouse("duckdb:///:memory:") as other:
        deliver(other, OPENING, is_opening=True)
        deliver(other, NEXT)
        deliver(other, NEXT, "core_banking", content="b")
        deliver(other, AFTER)
        in_order(other, OPENING)
        assert fingerprints(warehouse) == fingerprints(other)
