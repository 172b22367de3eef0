"""Packs that would be misread are refused with a message that names the place."""

import re
from datetime import date
from typing import Any

import pytest

from postloan.errors import RuleError
from postloan.rules.kinds.contact_checks import ContactChecks, RuleContactCheck
from postloan.rules.packs import _load, rule_book
from postloan.rules.protections import protections
from postloan.rules.tables import compile_rules
from tests.support.changed_pack import changed
from tests.support.rule_files import RuleFiles

DAY = date(2026, 11, 20)


def test_hours_that_end_before_they_begin_are_refused() -> None:
    def turn_round(body: dict[str, Any]) -> None:
        body["rules"][0]["window"] = {"from": "22:00", "to": "08:00"}

    with pytest.raises(RuleError, match=r"cn\.yaml, CN-COL-001: .* end at 08:00"):
        changed("cn_contact", turn_round)


@pytest.mark.parametrize(
    ("written", "is_date"),
    [
        ("1987-01-01", True),
        ("9999-12-31", False),
        ("3000-01-01", False),
        ("1899-12-31", False),
        ("0001-01-01", False),
        ("'2026-11-20'", False),
        ("2026-11-20T00:00:00", False),
    ],
)
def test_a_rule_begins_and_ends_on_a_day_that_can_be_one(
    rule_files: RuleFiles, written: str, is_date: bool
) -> None:
    for file, old in (
        ("contact/house_far_ahead.yaml", "effective_from: 1990-01-01"),
        ("business_day/cn_holidays.yaml", "  - 2025-01-01"),
    ):
        rule_files.change(file, {old: old[:-10] + written})
        if is_date:
            assert rule_book().packs
        else:
            with pytest.raises(RuleError, match=rf"{file[-12:]}, .* is no date from 1900-01-01"):
                rule_book()
        rule_files.change(file, {old[:-10] + written: old})
        _load.cache_clear()


def test_a_queue_without_a_file_contract_is_refused() -> None:
    def rename(body: dict[str, Any]) -> None:
        body["queues"]["field_visit"] = body["queues"].pop("call_list")

    with pytest.raises(RuleError, match=r"queues/field_visit: .* field_visit has no contract"):
        changed("contact_plan", rename)


@pytest.mark.parametrize(
    ("key", "value"), [("stage", "late"), ("templates", {"default": "A", "pensioner": "B"})]
)
def test_a_step_for_an_unknown_stage_or_group_is_refused(key: str, value: Any) -> None:
    def misname(body: dict[str, Any]) -> None:
        body["queues"]["sms_reminder"]["steps"][0][key] = value

    with pytest.raises(RuleError, match=r"sms_reminder/steps/0: .* no such stage or customer"):
        changed("contact_plan", misname)


def test_a_check_asked_for_whole_and_in_part_is_refused() -> None:
    def repeat(body: dict[str, Any]) -> None:
        body["queues"]["call_list"]["checks"].append("no_hold:dispute")

    with pytest.raises(RuleError, match="queues/call_list/checks: no_hold is asked for twice"):
        changed("contact_plan", repeat)


def test_law_and_house_are_kept_apart() -> None:
    for pack in rule_book().of_kind(ContactChecks, DAY):
        for row in (row for row in pack.rows() if isinstance(row, RuleContactCheck)):
            assert row.is_law is row.rule_id.startswith("CN-")


def test_a_plan_cannot_leave_a_protection_out() -> None:
    def forget(body: dict[str, Any]) -> None:
        for queue in body["queues"].values():
            queue["checks"] = ["allowed_hours"]

    pack = changed("contact_plan", forget)
    plan = [pack.told(row) for row in pack.rows() if row.table == "rule_queue_check"]
    packs = tuple(rule_book().of_kind(ContactChecks, DAY))
    asked = {(r["queue"], r["check_name"]) for r in protections(packs, plan)}
    for queue in ("sms_reminder", "call_list", "go_live", "legal_preparation"):
        for check in ("no_hold", "not_deceased", "of_age", "person_is_free", "not_restricted"):
            assert (queue, check) in asked


def test_a_rule_asked_of_nothing_that_is_there_is_refused() -> None:
    def misname(body: dict[str, Any]) -> None:
        body["rules"][0]["asked_of"] = ["contacts"]

    with pytest.raises(RuleError, match=r"HOUSE-PRO-001: asked_of contacts is none of"):
        changed("house_protection", misname)


def test_words_for_a_death_stand_one_by_one() -> None:
    words = {r["word"] for r in compile_rules(rule_book(), DAY)["rule_check_word"]}
    assert {"已故", "去世", "dead"} <= words
    assert not any("|" in word for word in words)


@pytest.mark.parametrize("pattern", ["dead|^died", "已故||死", "passed away"])
def test_a_word_for_a_death_is_a_word(pattern: str) -> None:
    def misspell(body: dict[str, Any]) -> None:
        next(r for r in body["rules"] if r["check"] == "not_deceased")["pattern"] = pattern

    with pytest.raises(RuleError, match=r"HOUSE-PRO-011: the pattern of not_deceased is words"):
        changed("house_protection", misspell)


@pytest.mark.parametrize(
    ("doubled", "told"),
    [("HOUSE-STA-001", "standing_tasks.*house_far_ahead"), ("HOUSE-SFA-002", "two rules")],
)
def test_an_id_stands_for_one_rule(rule_files: RuleFiles, doubled: str, told: str) -> None:
    rule_files.change("contact/house_far_ahead.yaml", {"id: HOUSE-SFA-001": f"id: {doubled}"})
    _load.cache_clear()
    with pytest.raises(RuleError) as refused:
        rule_book()
    assert doubled in str(refused.value)
    assert re.search(told, str(refused.value))


def test_the_versions_of_a_pack_keep_their_ids() -> None:
    packs = [p for p in rule_book().packs if p.name == "cn_holds"]
    ids = [set(pack.rule_ids()) for pack in packs]
    assert len(packs) > 1
    assert set.intersection(*ids)


def test_a_stage_has_one_step_in_a_queue() -> None:
    def repeat(body: dict[str, Any]) -> None:
        steps = body["queues"]["sms_reminder"]["steps"]
        steps.append({**steps[0], "from_days_past_due": 9})

    with pytest.raises(RuleError, match=r"queues/sms_reminder: .*stage reminder has two steps"):
        changed("contact_plan", repeat)


@pytest.mark.parametrize("words", ["", " ", "late ‖ days=99", "late ¶ deceased"])
def test_a_reason_says_something_and_breaks_no_message(words: str) -> None:
    def reword(body: dict[str, Any]) -> None:
        body["queues"]["sms_reminder"]["steps"][0]["reason"]["en"] = words

    with pytest.raises(RuleError, match=r"steps/0/reason/en: .* is no wording"):
        changed("contact_plan", reword)


@pytest.mark.parametrize(
    ("end", "begin", "why"),
    [
        (None, "2027-01-01", None),
        ("2027-01-01", "2027-01-01", None),
        ("2026-12-31", "2027-01-01", "nothing holds from 2026-12-31, the first day after"),
        ("2027-01-02", "2027-01-01", "after version 2027.1 has begun"),
        ("1990-01-01", "2027-01-01", "effective_to 1990-01-01 is the first day on which"),
    ],
)
def test_between_two_versions_there_is_neither_a_hole_nor_an_overlap(
    rule_files: RuleFiles, end: str | None, begin: str, why: str | None
) -> None:
    path = rule_files.folder / "rules" / "contact" / "house_far_ahead.yaml"
    first = path.read_text(encoding="utf-8").removeprefix("---\n")
    begins = "effective_from: 1990-01-01"
    later = re.sub(r"(?m)^version: .*", "version: '2027.1'", first)
    later = later.replace(begins, f"effective_from: {begin}")
    if end:
        first = first.replace(begins, f"{begins}\neffective_to: {end}")
    path.write_text(f"{first}\n---\n{later}", encoding="utf-8")
    if why is None:
        assert len([p for p in rule_book().packs if p.name == "house_far_ahead"]) == 2
    else:
        with pytest.raises(RuleError, match=rf"house_far_ahead\.yaml.*{why}"):
            rule_book()


@pytest.mark.parametrize(
    ("old", "new", "encoding", "why"),
    [
        ("1990-01-01", "2027-02-30", "utf-8", r"is not YAML: line [0-9]+: day is out of range"),
        ("pack:", "# 规则\npack:", "gb18030", r"is not YAML: line [0-9]+: not in UTF-8"),
        ("title:", "title: [", "utf-8", r"is not YAML: line [0-9]+:"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    rule_files: RuleFiles, old: str, new: str, encoding: str, why: str
) -> None:
    path = rule_files.folder / "rules" / "contact" / "house_far_ahead.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode(encoding))
    with pytest.raises(RuleError, match=rf"house_far_ahead\.yaml {why}"):
        rule_book()
