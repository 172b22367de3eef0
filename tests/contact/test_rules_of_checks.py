"""No rule, no check, no file, no contact; of several rules the strictest counts."""

from datetime import date, timedelta
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.publication.publish_task_files import publish_task_files
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules, publish_rules
from postloan.sqllint.house_rules import output_columns
from postloan.warehouse import load_model, model_names
from postloan.warehouse.check_models import PREFIX, REFUSAL
from postloan.warehouse.models import parse
from tests.support.decision_book import Book
from tests.support.rule_files import RuleFiles

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


def files_of_checks() -> set[str]:
    """Names of the checks that somebody has written."""
    return {n.removeprefix(PREFIX) for n in model_names() if n.startswith(PREFIX)}


@pytest.mark.parametrize("on", [date(1999, 6, 1), date(2019, 12, 20), DAY])
def test_every_check_that_a_queue_asks_for_has_its_file(on: date) -> None:
    asked = {row["check_name"] for row in compile_rules(rule_book(), on)["rule_queue_check"]}
    assert asked - files_of_checks() == set()


def test_every_file_of_a_check_is_asked_for_and_selects_refusals() -> None:
    asked = {row["check_name"] for row in compile_rules(rule_book(), DAY)["rule_queue_check"]}
    assert files_of_checks() == asked
    for check in asked:
        model = load_model(PREFIX + check)
        assert output_columns(parse(model.text)) == REFUSAL, check
        assert (model.grain, model.write) == ("queue, candidate_key, subject", "view"), check


@pytest.mark.parametrize("check", ["valid_phone", "no_hold"])
def test_a_check_without_its_file_refuses_everybody(
    book: Book, rule_files: RuleFiles, check: str
) -> None:
    # The book was opened before the copy was made: the files of a folder are looked for once.
    (rule_files.folder / "sql" / "contact" / f"{PREFIX}{check}.sql").unlink()
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == []
    assert book.denials(DAY) == [("C1|CNY", "check_not_available", "contact_plan")]


AWAKE = """
-- check_not_asleep: is the customer one of those who sleep?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due
-- write   view

select
    queue,
    candidate_key,
    subject,
    'asleep' as reason,
    'customer ' || customer_id as inputs
from contact_check_due
where
    check_name = 'not_asleep'
    and customer_id = 'C2'
"""


def test_a_further_check_is_one_file_and_its_name_in_a_pack(
    book: Book, rule_files: RuleFiles
) -> None:
    (rule_files.folder / "sql" / "contact" / "check_not_asleep.sql").write_text(AWAKE.lstrip())
    rule = "{id: HOUSE-X, check: not_asleep, asked_of: [contact], title: {zh: 入睡, en: Asleep}}"
    rule_files.change("contact/house_protection.yaml", {"rules:\n": f"rules:\n  - {rule}\n"})
    for number in (1, 2):
        book.debtor(DAY, number, 1)
    publish_rules(book.warehouse, DAY)
    publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.tasks(DAY, "sms_reminder") == ["C1|CNY"]
    assert book.denials(DAY) == [("C2|CNY", "asleep", "HOUSE-X")]


def test_a_rule_for_a_check_that_nobody_wrote_and_nobody_asks_for_is_misspelt(
    rule_files: RuleFiles,
) -> None:
    rule_files.change("contact/cn.yaml", {"check: allowed_hours": "check: alowed_hours"})
    with pytest.raises(RuleError, match="no queue asks for a check alowed_hours, and there is no"):
        compile_rules(rule_book(), DAY)


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
