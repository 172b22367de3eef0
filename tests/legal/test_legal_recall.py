"""Nobody who has paid, died or been protected is sued: what recalls a case, approved or waiting."""

import re
from collections.abc import Callable
from datetime import timedelta

from postloan.legal.approve_legal_cases import ask, asked
from postloan.lineage.task_lineage import explain_task
from postloan.rules.tables import publish_rules
from tests.support.decision_book import Book
from tests.support.legal_desk import (
    APPROVED,
    FIRST,
    NEXT,
    PREPARATION,
    PROTECTIONS,
    THIRD,
    approved_case,
    dies,
    disputes,
    question,
    recalled,
    recalls,
    rows_of,
    run,
    state,
    states,
)


def comes_to(days_past_due: int, amount: str) -> Callable[[Book, int], None]:
    """What is owed the next day."""

    def change(book: Book, number: int) -> None:
        book.past_due(NEXT, f"L{number}", f"C{number}", days_past_due, amount)

    return change


def falls_due_whole(book: Book, number: int) -> None:
    """The schedule is made anew: nothing is left to fall due."""
    terms = {"instalment_no": 1, "due_on": FIRST - timedelta(days=95), "amount_due": "300.00"}
    book.fact("instalment", NEXT, loan_id=f"L{number}", **terms)
    book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")


NEXT_DAY = (
    # what happens, the decision before, the state after, why the approved task is recalled
    (comes_to(0, "0.00"), "approved", "withdrawn", "撤回: 已不逾期"),
    (comes_to(96, "49.99"), "approved", "withdrawn", "撤回: 低于最低诉请金额"),
    (comes_to(96, "200.00"), "approved", "awaiting_approval", "退回重新审批: 诉请已变"),
    (comes_to(96, "330.00"), "approved", "approved", None),
    (falls_due_whole, "approved", "awaiting_approval", "退回重新审批: 诉请范围已变"),
    (falls_due_whole, None, "awaiting_approval", None),
    (comes_to(96, "300.00"), "rejected", "rejected", None),
)


def test_what_changes_after_a_decision_is_recalled_next_morning(book: Book) -> None:
    numbers = range(1, len(NEXT_DAY) + 1)
    for number in numbers:
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    said = {f"L{n}": decision for n, (_, decision, _, _) in zip(numbers, NEXT_DAY, strict=True)}
    book.answer_each(question(book, FIRST), "ann", said)
    assert len(rows_of(book, FIRST, APPROVED)) == 5
    for number, (change, *_) in zip(numbers, NEXT_DAY, strict=True):
        change(book, number)
    run(book, NEXT)
    expected = {f"L{n}": wanted for n, (_, _, wanted, _) in zip(numbers, NEXT_DAY, strict=True)}
    assert states(book, NEXT) == expected
    reasons = {f"L{n}": why for n, (*_, why) in zip(numbers, NEXT_DAY, strict=True) if why}
    assert recalled(book, NEXT) == reasons
    # The preparation of a case ends with it, and is told anew of a claim that is another one.
    told = {**reasons, "L6": "退回重新审批: 诉请范围已变"}
    assert {k: v for k, v in recalled(book, NEXT, PREPARATION).items() if k != "L7"} == told
    assert recalls(book, NEXT, PREPARATION).count(f"案件已于 {FIRST} 驳回") == 1
    again = {case.loan_id: case for case in question(book, NEXT).cases}
    assert sorted(again) == ["L3", "L5", "L6"]
    for loan in ("L5", "L6"):
        assert {c.what: (c.before, c.now) for c in again[loan].changes or ()}["scope"] == (
            "part",
            "whole",
        )
    run(book, NEXT)
    assert len(recalls(book, NEXT)) == len(reasons)


def test_a_loan_paid_down_below_the_stage_is_recalled_and_needs_a_new_decision(book: Book) -> None:
    approved_case(book)
    episode = FIRST - timedelta(days=94)
    book.past_due(NEXT, "L1", "C1", 5, "40.00", episode_started_on=episode)
    run(book, NEXT)
    assert recalls(book, NEXT) == [f"案件已于 {NEXT} 撤回: 低于立案阶段"]
    assert ask(book.warehouse, NEXT) is None
    book.past_due(THIRD, "L1", "C1", 97, "300.00")
    assert run(book, THIRD)["cases_reopened"] == 1
    assert state(book, THIRD) == "awaiting_approval"
    assert rows_of(book, THIRD, APPROVED) == []
    assert book.answer(question(book, THIRD), "ben").counts["cases_approved"] == 1
    assert len(rows_of(book, THIRD, APPROVED)) == 1


def test_a_loan_with_another_debtor_is_asked_anew_and_both_are_protected(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 3
    for number in (1, 2, 3):
        if number != 2:
            book.customer(f"C9{number}", NEXT, phone=f"154000009{number:02d}")
        book.past_due(NEXT, f"L{number}", f"C9{number}", 96, "300.00")
    dies(book, NEXT, 92)
    disputes(book, NEXT, 3)
    run(book, NEXT)
    assert recalled(book, NEXT) == {
        "L1": "退回重新审批: 债务人已变",
        "L2": "中止: 客户已故",
        "L3": "中止: 异议处理中",
    }
    (case,) = question(book, NEXT).cases
    assert (case.loan_id, case.customer_id) == ("L1", "C91")
    assert [(c.what, c.before, c.now) for c in case.changes or ()] == [("customer", "C1", "C91")]
    request = asked(book.warehouse)
    assert request is not None
    assert book.answer(request, "ben").counts["cases_approved"] == 1
    assert [row["客户号"] for row in rows_of(book, NEXT, APPROVED)] == ["C91"]
    book.past_due(THIRD, "L1", "C91", 97, "300.00")
    run(book, THIRD)
    assert states(book, THIRD)["L1"] == "approved"


def test_a_case_goes_with_its_loan_wherever_the_episode_is_known_to_begin(book: Book) -> None:
    for number in (1, 2, 3, 4):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    said = {"L1": "approved", "L2": "rejected", "L3": "approved", "L4": "rejected"}
    book.answer_each(question(book, FIRST), "ann", said)
    later = {"episode_started_on": FIRST - timedelta(days=60)}
    for number in (1, 2):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00", **later)
    book.past_due(NEXT, "L3", "C3", 61, "300.00", **later)
    book.past_due(NEXT, "L4", "C4", 0, "0.00")
    run(book, NEXT)
    assert recalled(book, NEXT) == {"L3": "撤回: 低于立案阶段"}
    for number in (1, 2, 4):
        book.past_due(THIRD, f"L{number}", f"C{number}", 97, "300.00", **later)
    run(book, THIRD)
    # Only what was cured in between is a case of its own again.
    select = "select loan_id, count(*) from legal_case group by loan_id"
    assert dict(book.warehouse.fetch(select)) == {"L1": 1, "L2": 1, "L3": 1, "L4": 2}
    found = states(book, THIRD)
    assert (found["L1"], found["L2"]) == ("approved", "rejected")
    assert [case.loan_id for case in question(book, THIRD).cases] == ["L4"]


def test_why_a_case_ends_is_what_is_known_of_its_loan(book: Book) -> None:
    statuses = {"settled": "已结清", "written_off": "已核销", "cancelled": "已取消"}
    for number in (1, 2, 3, 4):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    book.answer(question(book, FIRST), "ann")
    for number, status in enumerate(statuses, start=1):
        names = {"loan_id": f"L{number}", "customer_id": f"C{number}", "product": "consumer"}
        book.fact("loan", NEXT, **names, currency="CNY", loan_status=status)
    book.past_due(NEXT, "L4", "C4", 96, "300.00", currency="USD")
    run(book, NEXT)
    told = dict(zip(("L1", "L2", "L3"), statuses.values(), strict=True))
    told["L4"] = "该币种未定最低诉请金额"
    assert recalled(book, NEXT) == {loan: f"撤回: {why}" for loan, why in told.items()}


def test_whatever_protects_a_debtor_recalls_an_approved_case_in_words(book: Book) -> None:
    numbers = range(1, len(PROTECTIONS) + 1)
    for number in numbers:
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    counts = book.answer(question(book, FIRST), "ann").counts
    assert counts["cases_approved"] == len(PROTECTIONS)
    for number, protection in zip(numbers, PROTECTIONS, strict=True):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
        protection(book, NEXT, number)
    run(book, NEXT)
    assert set(states(book, NEXT).values()) == {"suspended"}
    for queue in (APPROVED, PREPARATION):
        told = recalled(book, NEXT, queue)
        assert len(told) == len(PROTECTIONS)
        for reason in told.values():
            assert reason.startswith("中止: ")
            assert not any(c.isascii() and c.isalpha() for c in reason)
    assert ask(book.warehouse, NEXT) is None


def test_whatever_a_check_can_say_has_words(book: Book) -> None:
    named = {
        "not_deceased": ("deceased", "customer_unknown"),
        "not_paused": ("paused",),
        "of_age": ("minor",),
        "person_is_free": ("same_person_protected",),
        "still_owed": ("paid_since", "closed_since"),
        "allowed_hours": ("no_allowed_hours",),
        "valid_phone": ("no_contact_address", "invalid_phone"),
        "recipient_is_debtor": ("not_the_debtor", "phone_of_contact_person"),
        "number_is_unshared": ("shared_number",),
    }
    of_subject = {
        "no_hold": "hold_{}",
        "not_restricted": "{}_requested",
        "number_is_debtors": "reported_{}",
        "no_opt_out": "opted_out_of_{}",
        "not_withdrawn": "withdrawn_{}",
        "consent": "no_consent_{}",
    }
    codes = {"check_not_available", "loaded_since", "core_says_otherwise"}
    codes |= {"amount_disputed", "amount_disputed_elsewhere"}
    publish_rules(book.warehouse, NEXT)
    for check, subject in book.warehouse.fetch(
        "select distinct rule.check_name, rule.subject from rule_contact_check as rule "
        "inner join rule_queue_check as needed on rule.check_name = needed.check_name "
        "and rule.business_date = needed.business_date"
    ):
        made = of_subject.get(check)
        codes |= {made.format(subject)} if made else set(named[check])
    words = book.warehouse.fetch(
        "select code, title_zh from rule_legal_wording where subject = 'case_reason'"
    )
    assert codes <= {code for code, _ in words}
    assert {"hold_unclear_row", "deletion_requested", "minor", "shared_number"} <= codes
    assert not [zh for _, zh in words if re.search("[A-Za-z_]", zh)]


def test_a_reason_says_what_was_looked_at(book: Book) -> None:
    publish_rules(book.warehouse, NEXT)
    ((zh, en),) = book.warehouse.fetch(
        "select title_zh, title_en from rule_legal_wording where code = 'minor'"
    )
    # A customer whose age nobody knows passes the check.
    assert "不明" not in zh
    assert "unknown" not in en


def test_a_hold_that_ends_lets_the_case_be_asked_anew(book: Book) -> None:
    approved_case(book)
    disputes(book, NEXT)
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    disputes(book, THIRD, ends_on=THIRD)
    book.past_due(THIRD, "L1", "C1", 97, "300.00")
    assert run(book, THIRD)["cases_reopened"] == 1
    assert state(book, THIRD) == "awaiting_approval"
    assert len(question(book, THIRD).cases) == 1


def test_a_decision_of_before_is_looked_at_again_too(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    (case,) = question(book, FIRST).cases
    # As an earlier version wrote it: no figures, no request.
    book.warehouse.append_rows(
        "legal_case_decision",
        [
            {
                "decided_on": FIRST,
                "case_id": case.case_id,
                "decision": "approved",
                "decided_by": "head of legal",
            }
        ],
    )
    assert state(book, FIRST) == "approved"
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    assert state(book, NEXT) == "approved"
    book.past_due(THIRD, "L1", "C1", 97, "200.00")
    run(book, THIRD)
    assert state(book, THIRD) == "awaiting_approval"
    assert len(recalls(book, THIRD)) == 1


def test_a_case_that_something_else_forbids_by_now_says_so(book: Book) -> None:
    approved_case(book)
    (task,) = (row["任务编号"] for row in rows_of(book, FIRST, APPROVED))
    disputes(book, NEXT)
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    disputes(book, THIRD, ends_on=THIRD)
    dies(book, THIRD)
    book.past_due(THIRD, "L1", "C1", 97, "300.00")
    assert run(book, THIRD)["cases_suspended"] == 1
    reason = "select state_reason from legal_case_state"
    assert book.warehouse.scalar(reason, {"business_date": NEXT}) == "hold_dispute"
    assert book.warehouse.scalar(reason, {"business_date": THIRD}) == "deceased"
    assert recalls(book, NEXT) == [f"案件已于 {NEXT} 中止: 异议处理中"]
    assert recalls(book, THIRD) == []
    assert "the case was opened and waits for a decision" in {
        step.what["en"] for step in explain_task(book.warehouse, task)
    }
