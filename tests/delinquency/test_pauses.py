"""Grace and pauses of a loan (edge cases G1 to G5; tasks are in tests/contact)."""

from datetime import date
from itertools import pairwise

import pytest

from postloan.delinquency.past_due import loan_versions, stage_totals
from postloan.errors import RuleError
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from tests.delinquency.book import Book, day
from tests.support.rule_files import RuleFiles


def counted(book: Book, on: str) -> tuple[int, int, int, bool] | None:
    """Days past due, the same by the calendar, paused days, and whether it is paused now."""
    book.past_due(on)
    columns = "loan_id, days_past_due, calendar_days_past_due, paused_days, is_paused"
    rows = book.table("loan_delinquency", columns, on)
    return rows[0][1:] if rows else None


def events(book: Book, *dates: str) -> list[tuple[str, str, str, str]]:
    """(date, event, from, to) of the dates that were run."""
    return [
        (on, *row)
        for on in dates
        for row in book.table("stage_event", "event, from_stage, to_stage", on)
    ]


# G1: two modes of grace, and the rule says which ---------------------------------------------


def test_g1_the_mode_of_grace_is_compulsory(rule_files: RuleFiles) -> None:
    rule_files.change("delinquency/past_due.yaml", {"{days: 0, mode: forgive}": "{days: 3}"})
    with pytest.raises(RuleError, match="mode"):
        compile_rules(rule_book(), day("2026-11-20"))


@pytest.mark.parametrize(
    ("mode", "last_free", "first_counted"), [("forgive", 0, 4), ("subtract", 0, 1)]
)
def test_g1_both_modes_begin_after_the_same_day_and_count_differently(
    book: Book, rule_files: RuleFiles, mode: str, last_free: int, first_counted: int
) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"{days: 0, mode: forgive}": f"{{days: 3, mode: {mode}}}"}
    )
    book.loan()
    book.due("04-15")
    assert (book.days("04-18"), book.days("04-19")) == (last_free, first_counted)


@pytest.mark.parametrize(
    ("mode", "days"),
    [("forgive", {"04-21": 0, "04-23": 0, "04-24": 4}), ("subtract", {"04-21": 0, "04-24": 1})],
)
def test_g1_a_pause_inside_the_grace_never_makes_the_days_negative(
    book: Book, rule_files: RuleFiles, mode: str, days: dict[str, int]
) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"{days: 0, mode: forgive}": f"{{days: 3, mode: {mode}}}"}
    )
    book.loan()
    book.due("04-15")
    book.pause("04-15", "04-20")
    found = {on: counted(book, on) for on in days}
    assert {on: row and row[0] for on, row in found.items()} == days


# G2: only the part within the days past due ---------------------------------------------------


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [
        ("04-01", "04-15", 10),  # over when the instalment fell due
        ("04-10", "04-18", 7),  # begins before: 15, 16 and 17 are taken off
        ("04-20", "04-22", 8),
        ("04-24", "05-10", 9),  # lasts longer than the date: the 24th is
        ("04-25", None, 10),  # begins on the date itself, which does not count yet
        ("04-26", None, 10),
    ],
)
def test_g2_only_the_overlap_with_the_days_past_due_is_subtracted(
    book: Book, starts_on: str, ends_on: str | None, days: int
) -> None:
    book.loan()
    book.due("04-15")
    book.pause(starts_on, ends_on)
    assert book.days("04-25") == days


def test_g2_a_pause_of_an_earlier_cured_episode_never_shortens_a_new_one(book: Book) -> None:
    book.loan()
    book.due("03-15", "04-15")
    book.pause("03-20", "03-30")
    assert book.days("03-31") == 6
    book.paid("04-01", "100.00", instalment=1, due_on="03-15")
    assert book.days("04-20") == 5


def test_g2_where_the_due_date_counts_as_day_one_so_does_a_pause_on_it(
    book: Book, rule_files: RuleFiles
) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"due_date_counts_as: 0": "due_date_counts_as: 1"}
    )
    book.loan()
    book.due("04-15")
    book.pause("04-15", "04-18")
    assert [book.days(on) for on in ("04-15", "04-17", "04-18", "04-19")] == [0, 0, 1, 2]


# G3: the union of half-open intervals ----------------------------------------------------------


@pytest.mark.parametrize(
    ("pauses", "paused_days"),
    [
        ([("04-16", "04-17")], 1),
        ([("04-16", "04-16")], 0),
        ([("04-16", "04-20"), ("04-18", "04-22")], 6),
        ([("04-16", "04-24"), ("04-18", "04-20")], 8),
        ([("04-16", "04-18"), ("04-18", "04-20")], 4),
        ([("04-16", "04-18"), ("04-19", "04-21")], 4),
        ([("04-16", "04-18"), ("04-16", "04-18")], 2),
        ([("04-16", "04-24"), ("04-17", "04-18"), ("04-20", "04-23")], 8),
    ],
    ids=["one day", "empty", "overlap", "enclosed", "touch", "gap", "twice", "two enclosed"],
)
def test_g3_pauses_count_as_their_union(
    book: Book, pauses: list[tuple[str, str]], paused_days: int
) -> None:
    book.loan()
    book.due("04-15")
    for starts_on, ends_on in pauses:
        book.pause(starts_on, ends_on)
    assert counted(book, "04-25") == (10 - paused_days, 10, paused_days, False)


# G4: frozen while it lasts, and from its start where it is entered late ------------------------


def test_g4_the_stage_is_frozen_between_one_paused_and_one_resumed_event(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.pause("04-27", "05-20")
    book.stage("04-26")
    dates = ["04-26", "04-27", "05-10", "05-19", "05-20", "05-22", "05-23"]
    for previous, on in pairwise(dates):
        book.stage(on, previous=previous)
    assert [book.table("loan_stage", "days_past_due, stage, is_paused", on)[0] for on in dates] == [
        (11, "reminder", False),
        (12, "reminder", True),
        (12, "reminder", True),
        (12, "reminder", True),
        (12, "reminder", False),
        (14, "reminder", False),
        (15, "early_warning", False),
    ]
    assert events(book, *dates) == [
        ("04-27", "paused", "reminder", "reminder"),
        ("05-20", "resumed", "reminder", "reminder"),
        ("05-23", "entered", "reminder", "early_warning"),
    ]


def test_g4_pauses_that_touch_are_one_span_with_one_pair_of_events(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.pause("04-17", "04-19")
    book.pause("04-19", "04-21")
    dates = ["04-16", "04-17", "04-18", "04-19", "04-20", "04-21"]
    book.stage(dates[0])
    for previous, on in pairwise(dates):
        book.stage(on, previous=previous)
    assert [e[:2] for e in events(book, *dates)] == [("04-17", "paused"), ("04-21", "resumed")]


def test_g4_what_is_paid_during_a_pause_moves_the_stage_when_it_ends(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15")
    book.pause("05-25", "06-01")
    book.stage("05-24")  # 39 days: escalation
    book.stage("05-25", previous="05-24")
    book.paid("05-26", "100.00", instalment=1, due_on="04-15")
    book.stage("05-26", previous="05-25")
    book.stage("06-01", previous="05-26")
    assert book.table("loan_stage", "stage, days_past_due", "05-26") == [("escalation", 10)]
    assert events(book, "05-25", "05-26", "06-01") == [
        ("05-25", "paused", "escalation", "escalation"),
        ("06-01", "improved", "escalation", "reminder"),
        ("06-01", "resumed", "escalation", "reminder"),
    ]


def test_g4_a_paused_loan_that_is_paid_is_cured_at_once(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.pause("04-20")
    book.stage("04-20")
    book.paid("04-21", "100.00", instalment=1, due_on="04-15")
    book.stage("04-21", previous="04-20")
    assert events(book, "04-21") == [
        ("04-21", "cured", "reminder", "current"),
        ("04-21", "resumed", "reminder", "current"),
    ]
    book.stage("04-22", previous="04-21")
    assert book.table("loan_stage", "loan_id", "04-22") == []


def test_g4_a_loan_paused_before_it_fell_due_stays_current_and_says_so(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.pause("04-01", "04-30")
    dates = ["04-15", "04-16", "04-29", "04-30", "05-01"]
    book.stage(dates[0])
    for previous, on in pairwise(dates):
        book.stage(on, previous=previous)
    columns = "days_past_due, calendar_days_past_due, stage, is_paused, episode_started_on"
    episode = day("04-16")
    assert [book.table("loan_stage", columns, on) for on in dates] == [
        [],
        [(0, 1, "current", True, episode)],
        [(0, 14, "current", True, episode)],
        [(0, 15, "current", False, episode)],
        [(1, 16, "reminder", False, episode)],
    ]
    assert [e[:2] for e in events(book, *dates)] == [
        ("04-16", "paused"), ("04-30", "resumed"), ("05-01", "entered"),
    ]  # fmt: skip


def beliefs(book: Book, on: str) -> list[tuple[date, date | None, str, int, bool]]:
    return [
        (b.known_from, b.known_before, b.stage, b.days_past_due, b.is_paused)
        for b in loan_versions(book.warehouse, "L1", day(on))
    ]


def test_g4_a_pause_entered_late_recomputes_from_its_start_for_that_loan_alone(
    book: Book,
) -> None:
    for number in (1, 2):
        book.loan(f"L{number}", customer_id=f"C{number}")
        book.due("04-15", loan_id=f"L{number}")
    book.nights("04-28", "05-02")
    book.pause("04-29", received="05-03")
    book.night("05-03")
    columns = "loan_id, stage, days_past_due, is_paused"
    assert book.table("loan_stage", columns, "04-28") == [
        ("L1", "reminder", 13, False), ("L2", "reminder", 13, False),
    ]  # fmt: skip
    for on, days in (("04-30", 15), ("05-02", 17), ("05-03", 18)):
        assert book.table("loan_stage", columns, on) == [
            ("L1", "reminder", 14, True), ("L2", "early_warning", days, False),
        ]  # fmt: skip
    # The stage stepped down where the pause began; what was believed before is kept.
    own = [("04-29", "paused"), ("04-30", "entered")]
    assert [e[:2] for e in events(book, "04-28", "04-29", "04-30", "05-02", "05-03")] == own
    assert beliefs(book, "05-01") == [
        (day("05-01"), day("05-03"), "early_warning", 16, False),
        (day("05-03"), None, "reminder", 14, True),
    ]
    assert loan_versions(book.warehouse, "L1", day("05-01"))[1].began_with == "pause"


def test_g4_a_pause_taken_back_counts_the_days_again(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.pause("04-17", pause_id="P")
    book.nights("04-17", "04-19")
    assert book.table("loan_stage", "days_past_due", "04-19") == [(2,)]
    book.pause("04-17", "04-17", pause_id="P", received="04-20")
    book.night("04-20")
    assert book.table("loan_stage", "days_past_due, is_paused", "04-19") == [(4, False)]
    assert book.table("loan_stage", "days_past_due, is_paused", "04-20") == [(5, False)]


@pytest.mark.parametrize(
    ("pauses", "asset_class"), [("counted", "substandard"), ("subtracted", "special_mention")]
)
def test_g4_the_regulatory_class_goes_by_the_calendar_unless_its_pack_says_otherwise(
    book: Book, rule_files: RuleFiles, pauses: str, asset_class: str
) -> None:
    rule_files.change(
        "delinquency/cn_five_tier_2023.yaml", {"pauses: counted": f"pauses: {pauses}"}
    )
    book.loan()
    book.due("01-15")
    book.pause("01-25", "05-01")
    book.stage("04-20")  # 95 days by the calendar
    columns = "days_past_due, stage, asset_class, ifrs9_stage"
    assert book.table("loan_stage", columns, "04-20") == [(10, "reminder", asset_class, "stage_3")]


def test_g4_stages_that_do_not_stop_for_a_pause_cannot_be_written(rule_files: RuleFiles) -> None:
    rule_files.change("delinquency/overdue_stage.yaml", {"pauses: subtracted": "pauses: counted"})
    with pytest.raises(RuleError, match="freezes the stage"):
        compile_rules(rule_book(), day("2026-11-20"))


# G5 in figures ---------------------------------------------------------------------------------


def test_g5_paused_loans_are_counted_beside_the_others(book: Book) -> None:
    for number in (1, 2):
        book.loan(f"L{number}", customer_id=f"C{number}")
        book.due("04-15", loan_id=f"L{number}")
    book.pause("04-18", loan_id="L2")
    (total,) = stage_totals(book.warehouse, day("04-20"))
    assert (total.stage, total.loans, total.paused_loans) == ("reminder", 1, 1)
