"""What the people who approve legal cases are shown, and how their answers are read."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from postloan.errors import PostloanError
from postloan.legal.approve_legal_cases import Request, WaitingCase
from postloan.legal.question import Change
from postloan.orchestration.questions import (
    CASES_PER_QUESTION,
    Question,
    number_of_groups,
    question_of,
    read_answer,
)
from postloan.settings import include_folder

ON = date(2026, 11, 20)
CASE = WaitingCase(
    case_id="case0",
    loan_id="L0",
    customer_id="C0",
    currency="CNY",
    claim_amount=Decimal("300.00"),
    claim_scope="part",
    days_past_due=95,
    limitation_earliest_on=date(2029, 8, 17),
    missing_items=("contract_copy",),
    is_full_time_student=False,
    plan="",
    approvals_needed=1,
    approved_by=(),
)


def request_of(count: int) -> Request:
    cases = (replace(CASE, case_id=f"case{n:04}", loan_id=f"L{n}") for n in range(count))
    return Request(ON, 1, tuple(cases))


def question(*cases: WaitingCase) -> Question:
    return Question(ON, 1, cases)


def verdicts(*, choice: str = "Approve", **form: str) -> dict[str, str]:
    """Case -> decision, of two cases."""
    shown = question(replace(CASE, case_id="a"), replace(CASE, case_id="b"))
    chosen = [c for c in shown.choices if c.startswith(choice)]
    found = read_answer(shown.choices, ["a", "b"], chosen, {"reason": "", "exceptions": "", **form})
    return {v.case_id: v.decision for v in found}


FULL = replace(
    CASE,
    claim_scope="whole",
    is_full_time_student=True,
    plan="plan extension approved since 2026-11-01; promise due 2026-12-01",
    approvals_needed=2,
    approved_by=("wang",),
    product="consumer",
    claim_principal=Decimal("250.00"),
    claim_interest=Decimal("40.00"),
    missing_zh="借款合同; 送达地址",
    missing_en="Loan contract; Address for service",
    dunning_zh="已生成任务 3, 反馈 2, 送达或联系到本人 0",
    dunning_en="tasks made 3, attempts reported 2, delivered or debtor reached 0",
    changes=(
        Change("claim", "320.00 CNY", "300.00 CNY"),
        Change("scope", "part", "whole"),
        Change("missing", "question_missing ‖ titles_zh=借款合同 ‖ titles_en=Loan contract", ""),
    ),
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            (
                "全部",
                "全日制在校生",
                "方案 展期 已批准 自 2026-11-01, 承诺还款日 2026-12-01",
                "1 / 2: wang",
                "消费贷",
                "本金 250.00, 利息 40.00",
                "借款合同, 送达地址",
                "反馈 2",
                "诉请: 原 320.00 CNY, 现 300.00 CNY, 范围: 原 部分, 现 全部",
                "缺口: 原 借款合同, 现 无",
                "范围: 全部 = 借据已无未到期款项",
            ),
        ),
        (
            "en",
            (
                "whole",
                "full-time student",
                "plan extension approved since 2026-11-01, promise due 2026-12-01",
                "1 of 2: wang",
                "principal 250.00, interest 40.00",
                "Loan contract, Address for service",
                "attempts reported 2",
                "scope: was part, now whole",
                "Scope: whole = nothing is left to fall due",
            ),
        ),
    ],
)
def test_all_that_counts_stands_beside_a_case(language: str, words: tuple[str, ...]) -> None:
    body = replace(question(FULL), language=language).body
    for word in (*words, "95", "2029-08-17"):
        assert word in body
    assert "⟨" not in body
    first = replace(question(CASE), language=language).body
    assert ("首次提请" if language == "zh" else "first time") in first
    same = replace(question(replace(CASE, changes=())), language=language).body
    assert ("无变化" if language == "zh" else "unchanged") in same


def asked_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]
) -> str:
    """A question in a language of its own, whose words are the Chinese ones, changed."""
    body = yaml.safe_load((include_folder() / "wording" / "zh.yaml").read_text("utf-8"))
    change(body["words"])
    path = folder / "wording" / "vi.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), "utf-8")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(folder))
    told = replace(FULL, missing_en=FULL.missing_zh, dunning_en=FULL.dunning_zh)
    return replace(question(told), language="vi").body


def test_words_may_stand_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def turn_round(words: dict[str, Any]) -> None:
        for name in ("question", "question_head", "question_plan"):
            words[name] = dict(reversed(words[name].items()))

    chinese = question(FULL).body.split("|")
    assert asked_in(tmp_path, monkeypatch, turn_round).split("|")[:43] == chinese[:43]


def test_a_word_is_not_taken_for_a_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def translate(words: dict[str, Any]) -> None:
        words["question_plan"] = {"plan ": "approved since ", "approved": "plan ", "since": "from"}

    told = asked_in(tmp_path, monkeypatch, translate)
    assert "approved since extension plan  from 2026-11-01" in told


def test_a_code_without_a_word_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = asked_in(tmp_path, monkeypatch, lambda words: words.clear())
    assert "plan extension approved since 2026-11-01, promise due 2026-12-01" in told
    assert "days_past_due" in told


def test_no_code_stands_in_a_chinese_question() -> None:
    told = question(FULL).body.replace("wang", "").split("|")[16:]
    assert not re.search("[a-z]{2}", "".join(told).replace(FULL.case_id, ""))


def test_a_loan_number_moves_nothing_into_another_column() -> None:
    nasty = replace(CASE, loan_id="L7 | 0.01 |", plan="{{ x }}\n| a |")
    tokens = MarkdownIt("gfm-like").parse(question(nasty).body)
    cells = [t.content for t in tokens if t.type == "inline"][-14:]
    assert sum(t.type == "tr_open" for t in tokens) == 2
    assert cells[4] == "300.00 CNY (无拆分)"
    assert "0.01" in cells[1]
    assert "{{" not in question(nasty).body


@pytest.mark.parametrize(("count", "groups"), [(1, 1), (25, 1), (26, 2), (1000, 40)])
def test_every_case_is_asked_about_once(count: int, groups: int) -> None:
    request = request_of(count)
    assert number_of_groups(request) == groups
    asked = [question_of(request, n, frozenset()) for n in range(1, groups + 1)]
    assert all(q is not None and len(q.cases) <= CASES_PER_QUESTION for q in asked)
    ids = [case.case_id for q in asked if q for case in q.cases]
    assert ids == [case.case_id for case in request.cases]
    with pytest.raises(PostloanError, match="no number"):
        question_of(request, groups + 1, frozenset())


def test_a_second_person_is_asked_about_what_one_has_approved() -> None:
    cases = (
        replace(CASE, case_id="a", approvals_needed=2, approved_by=("wang",)),
        replace(CASE, case_id="b", approvals_needed=2),
        replace(CASE, case_id="c"),
    )
    second = question_of(Request(ON, 1, cases), 1, frozenset(), is_second=True)
    assert second is not None
    assert [c.case_id for c in second.cases] == ["a"]
    assert question_of(Request(ON, 1, cases), 1, frozenset("a"), is_second=True) is None


def test_a_question_that_is_tried_again_keeps_its_choices() -> None:
    request = request_of(3)
    first = question_of(request, 1, frozenset())
    again = question_of(request, 1, frozenset({"case0001"}))
    assert first is not None
    assert again is not None
    assert first.choices == again.choices
    assert [c.case_id for c in again.cases] == ["case0000", "case0002"]


def test_a_choice_counts_for_all_but_the_exceptions() -> None:
    assert verdicts() == {"a": "approved", "b": "approved"}
    assert verdicts(choice="Reject") == {"a": "rejected", "b": "rejected"}
    assert verdicts(exceptions="b: reject") == {"a": "approved", "b": "rejected"}
    assert verdicts(exceptions="\n b = LEAVE \n") == {"a": "approved"}
    assert verdicts(choice="Only", exceptions="a: approve") == {"a": "approved"}
    assert verdicts(exceptions="a： 驳回\nb: 保留") == {"a": "rejected"}


def test_an_answer_that_leaves_every_case_is_none() -> None:
    with pytest.raises(PostloanError, match="nothing was decided"):
        verdicts(choice="Only")


@pytest.mark.parametrize(
    "exceptions", ["c: reject", "a: perhaps", "a", "a: reject\na: approve", "a: reject b: reject"]
)
def test_exceptions_that_are_not_understood_decide_nothing(exceptions: str) -> None:
    with pytest.raises(PostloanError, match=r"Line \d of exceptions"):
        verdicts(exceptions=exceptions)


MISPLACED = (
    "CASE2: reject, the debtor has died",
    "all papers exist; not CASE2",
    "all but case-2",
    "除ＣＡＳＥ２外均可",
    "CA\u200bSE2 is dead",
    "L2 reject",
    "L2：驳回",
    "leave loan L2, please",
    "保留案件 L2",
    "reject 7-L2",
    "1000234: reject",
    "1000234 = rejected",
)


@pytest.mark.parametrize("reason", MISPLACED)
@pytest.mark.parametrize("decision", ["approved", "rejected", None])
def test_an_exception_in_the_reason_decides_nothing(reason: str, decision: str | None) -> None:
    with pytest.raises(PostloanError, match="speaks of single cases"):
        read_answer(
            {"this": decision},
            ["CASE1", "CASE2"],
            ["this"],
            {"reason": reason, "exceptions": "CASE1: approve"},
        )


def test_a_part_of_a_long_number_names_its_case() -> None:
    long = "C4f0c2ad1e5b64c0f8d0a6b8d9f3c2e71"
    for reason in ("not C4f0c2a", "not ...c2e71 0a6b8d9f3c2e71"):
        with pytest.raises(PostloanError, match="speaks of single cases"):
            read_answer({"yes": "approved"}, [long], ["yes"], {"reason": reason, "exceptions": ""})


@pytest.mark.parametrize(
    "reason",
    [
        "papers exist",
        "the contract is on paper, seen on 2026-11-20",
        "the debtor rejected 2 plans and left no address",
        "plan P2 was approved in May and broken",
        "we leave nothing out; 12 notices were sent",
        "2026年11月20日驳回过一次调解, 材料齐备",
        "合同已补齐, 同意批准",
        "approved by the committee of 2026-11-18: no objection",
        "cases of this kind are clear",
    ],
)
def test_a_reason_that_speaks_of_no_single_case_counts(reason: str) -> None:
    found = read_answer(
        {"yes": "approved"}, ["CASE1", "CASE2"], ["yes"], {"reason": reason, "exceptions": ""}
    )
    assert [(v.case_id, v.reason) for v in found] == [("CASE1", reason), ("CASE2", reason)]


@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        (["Approve"], {}),
        ([], {}),
        (None, {}),
        ("Approve", {}),
        (["Approve", "Reject"], {}),
        (None, {"reason": "x", "decided_by": "General Counsel"}),
    ],
)
def test_an_answer_to_another_question_is_none(chosen: object, written: object) -> None:
    with pytest.raises(PostloanError, match="older question"):
        read_answer(question(CASE).choices, ["case0"], chosen, written)


@pytest.mark.parametrize(
    "written",
    [{"reason": ["x"]}, {"decided_by": "General Counsel"}, "reason", {"reason": "x" * 30_000}],
)
def test_a_form_that_was_tampered_with_is_refused(written: object) -> None:
    shown = question(CASE)
    with pytest.raises(PostloanError, match="form takes two texts"):
        read_answer(shown.choices, ["case0"], [next(iter(shown.choices))], written)


def test_a_choice_names_the_cases_it_is_about() -> None:
    one, two = question(CASE), question(CASE, replace(CASE, case_id="more"))
    assert set(one.choices).isdisjoint(two.choices)
    assert set(one.choices).isdisjoint(replace(one, number=2).choices)
