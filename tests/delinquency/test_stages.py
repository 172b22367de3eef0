"""Stages, events, episodes and classification (edge cases A2, S1 to S6; golden boundaries)."""

import pytest

from postloan.errors import RuleError
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from tests.delinquency.book import Book, day
from tests.support.rule_files import RuleFiles

GOLDEN = {
    # days: five-tier, card, stage, repayment status, IFRS 9, EU default
    0: ("pass", "pass", "current", "N", "stage_1", "0"),
    1: ("special_mention", "special_mention", "reminder", "1", "stage_1", "0"),
    14: ("special_mention", "special_mention", "reminder", "1", "stage_1", "0"),
    15: ("special_mention", "special_mention", "early_warning", "1", "stage_1", "0"),
    29: ("special_mention", "special_mention", "early_warning", "1", "stage_1", "0"),
    30: ("special_mention", "special_mention", "escalation", "1", "stage_1", "0"),
    31: ("special_mention", "special_mention", "escalation", "2", "stage_2", "0"),
    60: ("special_mention", "special_mention", "escalation", "2", "stage_2", "0"),
    61: ("special_mention", "special_mention", "escalation", "3", "stage_2", "0"),
    89: ("special_mention", "special_mention", "escalation", "3", "stage_2", "0"),
    90: ("special_mention", "special_mention", "severe", "3", "stage_3", "0"),
    91: ("substandard", "substandard", "severe", "4", "stage_3", "1"),
    120: ("substandard", "substandard", "severe", "4", "stage_3", "1"),
    121: ("substandard", "doubtful", "severe", "5", "stage_3", "1"),
    180: ("substandard", "doubtful", "severe", "6", "stage_3", "1"),
    181: ("substandard", "loss", "severe", "7", "stage_3", "1"),
    270: ("substandard", "loss", "severe", "7", "stage_3", "1"),
    271: ("doubtful", "loss", "severe", "7", "stage_3", "1"),
    360: ("doubtful", "loss", "severe", "7", "stage_3", "1"),
    361: ("loss", "loss", "severe", "7", "stage_3", "1"),
}


def band_of(band_set: str, product: str, days: int) -> str:
    rows = compile_rules(rule_book(), day("2026-11-20"))["rule_band"]
    reached = [
        (r["lower_bound"], r["band"])
        for r in rows
        if (r["band_set"], r["product"]) == (band_set, product) and r["lower_bound"] <= days
    ]
    return str(max(reached)[1])


@pytest.mark.parametrize("days", GOLDEN)
def test_the_rule_packs_hold_the_golden_boundaries(days: int) -> None:
    assert GOLDEN[days] == (
        band_of("asset_class", "consumer", days),
        band_of("asset_class", "credit_card", days),
        band_of("overdue_stage", "consumer", days),
        band_of("pboc_repay_status", "consumer", days),
        band_of("ifrs9_stage", "consumer", days),
        band_of("eu_default", "consumer", days),
    )


def test_the_warehouse_stages_every_golden_boundary_alike(book: Book) -> None:
    """All boundaries in one book: one loan for every number of days and kind of product."""
    on = "2026-11-20"
    for product in ("consumer", "credit_card"):
        for days in (d for d in GOLDEN if d):
            loan_id = f"{product}-{days:03}"
            book.loan(loan_id, customer_id=loan_id, product=product)
            due_on = day(on).fromordinal(day(on).toordinal() - days).isoformat()
            book.due(due_on, loan_id=loan_id)
    book.stage(on)
    got = {
        row[0]: row[1:]
        for row in book.table(
            "loan_stage",
            "loan_id, days_past_due, asset_class, stage, pboc_repay_status, ifrs9_stage",
            on,
        )
    }
    for days, (tier, card, stage, status, ifrs9, _) in GOLDEN.items():
        if days:
            assert got[f"consumer-{days:03}"] == (days, tier, stage, status, ifrs9)
            assert got[f"credit_card-{days:03}"] == (days, card, stage, status, ifrs9)


def events(book: Book, on: str) -> list[tuple[str, str, str]]:
    return [
        row[1:] for row in book.table("stage_event", "loan_id, event, from_stage, to_stage", on)
    ]


def test_a_loan_walks_through_the_stages_and_is_cured(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.stage("04-15")
    book.stage("04-16", previous="04-15")
    assert events(book, "04-16") == [("entered", "current", "reminder")]
    book.stage("04-17", previous="04-16")
    assert events(book, "04-17") == []
    book.stage("04-30", previous="04-17")
    assert events(book, "04-30") == [("entered", "reminder", "early_warning")]
    assert book.table("loan_stage", "stage_entered_on, episode_started_on", "04-30") == [
        (day("04-30"), day("04-16"))
    ]
    book.paid("05-01", "100.00", instalment=1, due_on="04-15")
    book.stage("05-01", previous="04-30")
    assert events(book, "05-01") == [("cured", "early_warning", "current")]
    assert book.table("loan_stage", "stage, days_past_due, asset_class", "05-01") == [
        ("current", 0, "pass")
    ]
    book.stage("05-02", previous="05-01")
    assert book.table("loan_stage", "loan_id", "05-02") == []


def test_missed_nights_give_one_entry_dated_on_the_night_that_ran(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.stage("04-28")
    book.stage("05-02", previous="04-28")  # days 15 and 16 were missed
    assert events(book, "05-02") == [("entered", "reminder", "early_warning")]
    book.stage("05-03", previous="05-02")
    assert events(book, "05-03") == []


def test_the_opening_raises_no_events_and_derives_the_day_of_entry(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.stage("07-20")  # 96 days
    assert events(book, "07-20") == []
    assert book.table(
        "loan_stage", "stage, stage_entered_on, episode_started_on, is_opening", "07-20"
    ) == [("severe", day("07-14"), day("04-16"), True)]


def test_paying_the_oldest_steps_the_stage_down_within_the_episode(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15")
    book.stage("05-20")  # 35 days: escalation
    book.paid("05-21", "100.00", instalment=1, due_on="04-15")
    book.stage("05-21", previous="05-20")
    assert events(book, "05-21") == [("improved", "escalation", "reminder")]
    assert book.table("loan_stage", "stage_entered_on, episode_started_on", "05-21") == [
        (day("05-21"), day("04-16"))
    ]


def test_a_loan_that_arrives_late_is_severe_at_once(book: Book) -> None:
    book.stage("07-19")
    book.loan(received="07-20")
    book.due("04-15", received="07-20")
    book.stage("07-20", previous="07-19")
    assert events(book, "07-20") == [("entered", "current", "severe")]


def test_a_write_off_ends_the_stage_without_a_cure(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.stage("04-20")
    book.loan(status="written_off", status_on="04-21", received="04-21")
    book.stage("04-21", previous="04-20")
    assert events(book, "04-21") == [("closed", "reminder", "current")]


def test_running_a_date_again_changes_nothing(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.stage("04-15")
    book.stage("04-30", previous="04-15")
    columns = "loan_id, stage, stage_entered_on, previous_stage, episode_started_on, days_past_due"
    once = book.table("loan_stage", columns, "04-30") + book.table(
        "stage_event", "loan_id, event", "04-30"
    )
    book.stage("04-30", previous="04-15")
    again = book.table("loan_stage", columns, "04-30") + book.table(
        "stage_event", "loan_id, event", "04-30"
    )
    assert again == once


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lower_bound: 15,", "lower_bound: 1,", "rise"),
        ("lower_bound: 0,", "lower_bound: 1,", "start at 0"),
        ("lower_bound: 30,", "lower_bound: 30, upper_bound: 60,", "upper_bound"),
    ],
)
def test_stage_rules_that_leave_gaps_cannot_be_written(
    rule_files: RuleFiles, old: str, new: str, message: str
) -> None:
    rule_files.change("delinquency/overdue_stage.yaml", {old: new})
    with pytest.raises(RuleError, match=message):
        compile_rules(rule_book(), day("2026-11-20"))


def test_a_later_version_of_the_stages_holds_from_its_date(
    book: Book, rule_files: RuleFiles
) -> None:
    text = (rule_files.folder / "rules/delinquency/overdue_stage.yaml").read_text(encoding="utf-8")
    later = (
        text.replace("version: 2026.01.01", "version: 2026.05.01")
        .replace("effective_from: 1990-01-01", "effective_from: 2026-05-01")
        .replace("lower_bound: 15", "lower_bound: 10")
    )
    rule_files.write("delinquency/overdue_stage.yaml", f"{text}---\n{later}")
    book.loan()
    book.due("04-19")
    book.stage("04-30")  # 11 days under the old rule
    book.stage("05-01", previous="04-30")  # 12 days under the new one
    assert book.table("loan_stage", "stage, rule_version", "04-30") == [("reminder", "2026.01.01")]
    assert book.table("loan_stage", "stage, rule_version", "05-01") == [
        ("early_warning", "2026.05.01")
    ]


def test_rules_that_nobody_approved_are_refused_in_production() -> None:
    with pytest.raises(RuleError, match=r"no approver: .*overdue_stage@2026"):
        rule_book("production")
