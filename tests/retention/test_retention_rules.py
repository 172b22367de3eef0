"""How long data is kept is policy: dated, and the longest time wins."""

from datetime import date

import pytest

from postloan.errors import RuleError
from postloan.rules.retention import retained_files, retained_tables
from tests.support.rule_files import RuleFiles

DAY = date(2026, 11, 20)
HOUSE = "retention/house_retention.yaml"


def test_times_count_back_from_the_business_date() -> None:
    assert retained_tables(DAY)["quarantine"].keeps_from == date(2026, 8, 22)
    assert retained_tables(DAY)["task"].keeps_from == date(2021, 11, 20)
    assert retained_files(DAY)["manifests"].keeps_from == date(2023, 11, 20)
    assert retained_tables(date(2028, 2, 29))["task"].keeps_from == date(2023, 2, 28)


def test_the_rule_that_keeps_longest_wins(rule_files: RuleFiles) -> None:
    rule_files.change(HOUSE, {"tables: [quarantine]": "tables: [quarantine, task]"})
    assert retained_tables(DAY)["task"].rule_id == "CN-COL-019"


def test_a_rule_of_the_house_may_keep_longer_than_the_law(rule_files: RuleFiles) -> None:
    rule_files.change(
        HOUSE, {"keep: {days: 400}": "keep: {years: 9}", "- loan_delinquency\n": "- task\n"}
    )
    task = retained_tables(DAY)["task"]
    assert (task.rule_id, task.keeps_from) == ("HOUSE-RET-003", date(2017, 11, 20))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("repayment", "repayment holds facts.* never expire"),
        ("delivery_requeue", "delivery_requeue holds facts.* never expire"),
        ("customer", "customer may hold the latest that is known of a customer"),
        ("legal_hold", "legal_hold is no table that is kept by business date"),
        ("nothing", "nothing is no table"),
    ],
)
def test_facts_and_tables_without_dates_may_not_expire(
    rule_files: RuleFiles, table: str, told: str
) -> None:
    rule_files.change(HOUSE, {"tables: [quarantine]": f"tables: [{table}]"})
    with pytest.raises(RuleError, match=rf"house_retention\.yaml, HOUSE-RET-002: {told}"):
        retained_tables(DAY)


def test_only_what_is_of_a_customer_has_a_last_loan(rule_files: RuleFiles) -> None:
    rule_files.change(HOUSE, {"      - customer\n": "      - publication\n"})
    with pytest.raises(RuleError, match="publication is no table of customers"):
        retained_tables(DAY)


def test_a_time_too_short_for_the_next_day_is_refused(rule_files: RuleFiles) -> None:
    rule_files.change(HOUSE, {"keep: {days: 400}": "keep: {days: 1}"})
    with pytest.raises(RuleError, match=r"house_retention\.yaml.*keep"):
        retained_tables(DAY)


def test_activity_must_name_tables_of_customers(rule_files: RuleFiles) -> None:
    rule_files.change(
        "retention/cn_retention.yaml", {"activity: [task,": "activity: [publication,"}
    )
    with pytest.raises(RuleError, match="activity names publication"):
        retained_tables(DAY)
