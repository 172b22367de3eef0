"""No rule, no check, no contact; of several rules the strictest counts."""

from datetime import date, timedelta
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.contracts import catalogue
from postloan.publication.publish_task_files import publish_task_files
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules, publish_rules
from tests.support.decision_book import Book

DAY = date(2026, 11, 20)
TODAY = BusinessDay(DAY, 1, DAY - timedelta(days=1))


def keep(book: Book, rules: list[dict[str, Any]]) -> None:
    """Put other rules of the checks in force than those of the packs."""
    dated = [{**rule, "business_date": DAY} for rule in rules]
    book.warehouse.write_rows("rule_contact_check", DAY, dated)


@pytest.mark.parametrize(
    "check", ["recipient_is_debtor", "allowed_hours", "not_deceased", "valid_phone", "no_hold"]
)
def test_a_check_without_a_rule_in_force_refuses_everybody(book: Book, check: str) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    rules = compile_rules(rule_book(), DAY)["rule_contact_check"]
    keep(book, [r for r in rules if r["check_name"] != check])
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == []
    assert [r for _, r, _ in book.denials(DAY)] == ["check_not_available"]


def test_a_check_that_nobody_has_written_refuses_everybody(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    book.warehouse.append_rows(
        "rule_queue_check",
        [
            {
                "business_date": DAY,
                "queue": "sms_reminder",
                "check_name": "weekly_cap",
                "subject": "any",
                "rule_id": "contact_plan",
                "rule_version": "test",
            }
        ],
    )
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == []
    assert [r for _, r, _ in book.denials(DAY)] == ["check_not_available"]


def test_a_queue_without_checks_refuses_everybody(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    book.warehouse.delete_partition("rule_queue_check", DAY)
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == []
    assert [r for _, r, _ in book.denials(DAY)] == ["check_not_available"]


def test_the_stricter_of_law_and_house_decides_the_hours(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    rules = compile_rules(rule_book(), DAY)["rule_contact_check"]
    stricter = {"HOUSE-CON-001": ("09:00", "22:30"), "CN-COL-001": ("08:00", "21:00")}
    for rule in rules:
        if rule["rule_id"] in stricter:
            rule["window_start"], rule["window_end"] = stricter[rule["rule_id"]]
    keep(book, rules)
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.warehouse.fetch(
        "select window_start, window_end from task where queue = 'sms_reminder'"
    ) == [("2026-11-21 09:00", "2026-11-21 21:00")]


def test_hours_that_exclude_each_other_refuse_everybody(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    rules = compile_rules(rule_book(), DAY)["rule_contact_check"]
    for rule in rules:
        if rule["rule_id"] == "HOUSE-CON-001":
            rule["window_start"], rule["window_end"] = "22:00", "23:00"
    keep(book, rules)
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == []
    assert [(r, rule) for _, r, rule in book.denials(DAY)] == [("no_allowed_hours", "CN-COL-001")]


@pytest.mark.parametrize("on", [date(1999, 6, 1), date(2019, 12, 20), DAY])
def test_every_check_and_every_kind_of_hold_has_a_rule_on_every_date(on: date) -> None:
    compiled = compile_rules(rule_book(), on)
    rules = {(r["check_name"], r["subject"]) for r in compiled["rule_contact_check"]}
    holds = catalogue().feeds["hold"].table.column("hold_kind").enum
    assert {("no_hold", kind) for kind in holds} <= rules
    for row in compiled["rule_queue_check"]:
        assert any(
            name == row["check_name"] and row["subject"] in ("any", subject)
            for name, subject in rules
        )
