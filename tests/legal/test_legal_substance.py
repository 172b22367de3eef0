"""A decision covers what was shown to whoever made it; what is shown and changes is asked anew."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.legal.approve_legal_cases import ask
from postloan.legal.question import waiting_list
from postloan.legal.requests import COLUMNS, NO_SUBSTANCE, Shown, newest_request, shown_cases
from postloan.orchestration.question_words import line
from postloan.warehouse.models import load_model
from tests.support.decision_book import Book
from tests.support.legal_desk import (
    APPROVED,
    FIRST,
    NEXT,
    THIRD,
    question,
    recalled,
    rows_of,
    run,
    state,
    states,
    was_reached,
)

SUBSTANCE = tuple(c for c in COLUMNS if c not in NO_SUBSTANCE)
OTHER: dict[str, Any] = {
    "claim_amount": Decimal("299.00"),
    "claim_principal": Decimal("1.00"),
    "claim_interest": Decimal("1.00"),
    "claim_fee": Decimal("1.00"),
    "limitation_earliest_on": date(2030, 1, 1),
    "is_full_time_student": True,
    "approvals_needed": 2,
}
"""Another value of a column than the base case has; of a text any will do."""


def test_every_column_of_substance_is_told_as_changed(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    question(book, FIRST)
    request = newest_request(book.warehouse)
    assert request is not None
    ((case_id, before),) = shown_cases(book.warehouse, request.asked_on, request.round).items()
    (same,) = waiting_list({case_id: before}, {case_id: before}, {}, {})
    assert same.changes == ()
    for column in SUBSTANCE:
        now = Shown({**before.row, column: OTHER.get(column, "another")})
        if column == "missing_items":
            now = Shown({**now.row, "missing_en": None})
        (case,) = waiting_list({case_id: now}, {case_id: before}, {}, {})
        assert len(case.changes or ()) == 1, column


def test_question_and_approval_rest_on_the_same_columns() -> None:
    text = load_model("legal_case_figures").text
    figures = re.search(r"concat_ws\((.*?)\) as substance", text, re.DOTALL)
    assert figures is not None
    kept = {"approvals_needed": "needs_two", "missing_items": "missing.items"}
    decided = {
        "customer_id": "decided_customer",
        "currency": "decided_currency",
        "claim_amount": "decided_claim",
        "claim_scope": "decided_scope",
    }
    change = load_model("legal_case_change").text
    for column in SUBSTANCE:
        assert kept.get(column, f"legal_case_now.{column}") in figures[1], column
        assert f".{decided.get(column, column)}" in change.split("new_gaps as")[1], column


Change = Callable[[Book, int], None]


def is_student(book: Book, number: int) -> None:
    """A report that the debtor is a full-time student."""
    book.fact(
        "enrolment",
        NEXT,
        customer_id=f"C{number}",
        institution_id="U1",
        effective_on=date(2025, 9, 1),
        code_system="cn",
        status_code="01",
        is_full_time=True,
    )


def loses_the_contract(book: Book, number: int) -> None:
    """The loan is told again, without the number of its contract."""
    terms = {"product": "consumer", "currency": "CNY", "loan_status": "active"}
    names = {"loan_id": f"L{number}", "customer_id": f"C{number}"}
    money = {"principal": Decimal("1000.00"), "disbursed_on": date(2024, 1, 1)}
    book.fact("loan", NEXT, **names, **terms, **money, contract_id=None)


def asks_for_a_plan(book: Book, number: int) -> None:
    """A plan is asked for and not decided."""
    book.fact(
        "plan_request",
        NEXT,
        request_id=f"R{number}",
        customer_id=f"C{number}",
        loan_id=f"L{number}",
        plan_kind="extension",
        requested_on=NEXT,
        decision="pending",
    )


def moves_its_end(book: Book, number: int) -> None:
    """The last instalment falls due on another day."""
    terms = {"instalment_no": 1, "due_on": date(2027, 3, 1), "amount_due": Decimal("300.00")}
    book.fact("instalment", NEXT, loan_id=f"L{number}", **terms)


def finds_the_address(book: Book, number: int) -> None:
    """A gap closes."""
    book.customer(f"C{number}", NEXT, phone=f"1540000{number:04d}", address="测试路一号")


def pays_attention(_book: Book, _number: int) -> None:
    """Nothing but a day passes."""


def will_be_bankrupt(book: Book, number: int) -> None:
    """A hold is announced that begins in a few days."""
    book.fact(
        "hold",
        NEXT,
        hold_id=f"H{number}",
        customer_id=f"C{number}",
        hold_kind="bankruptcy",
        starts_on=NEXT + timedelta(days=7),
    )


def will_be_paused(book: Book, number: int) -> None:
    """So is a pause of the loan."""
    book.pause(f"L{number}", NEXT + timedelta(days=7), received_on=NEXT)


AFTER: tuple[tuple[Change, dict[str, str], str | None], ...] = (
    # what happens after the approval, what is owed the next day, why the task is recalled
    (is_student, {}, "退回重新审批: 不适用路径已变, 学生身份已变"),
    (loses_the_contract, {}, "退回重新审批: 出现新的材料缺口"),
    (asks_for_a_plan, {}, "退回重新审批: 还款方案、承诺或停催预告已变"),
    (will_be_bankrupt, {}, "退回重新审批: 还款方案、承诺或停催预告已变"),
    (will_be_paused, {}, "退回重新审批: 还款方案、承诺或停催预告已变"),
    (moves_its_end, {}, "退回重新审批: 时效届满日已变"),
    (pays_attention, {"amount": "330.01"}, "退回重新审批: 诉请已变"),
    (pays_attention, {"amount": "299.99"}, "退回重新审批: 诉请已变"),
    (pays_attention, {"amount": "330.00"}, None),
    (finds_the_address, {}, None),
    (pays_attention, {}, None),
)


def test_who_approves_is_told_of_a_stop_that_is_to_come(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    book.debtor(FIRST, 2, 95, amount="300.00")
    book.hold("C1", FIRST + timedelta(days=6), hold_kind="bankruptcy", loan_id="L1")
    run(book, FIRST)
    one, two = sorted(question(book, FIRST).cases, key=lambda c: c.loan_id)
    begins = FIRST + timedelta(days=6)
    assert one.plan == (
        f"hold bankruptcy from {begins}; hold bankruptcy of this loan from {begins}"
    )
    assert f"停催预告 破产 自 {begins}" in line(one, "zh")
    assert f"hold bankruptcy from {begins}" in line(one, "en")
    assert two.plan == ""
    assert "未见" in line(two, "zh")


def test_an_approval_ends_with_what_it_was_given_for(book: Book) -> None:
    numbers = range(1, len(AFTER) + 1)
    for number in numbers:
        book.debtor(FIRST, number, 95, amount="300.00")
        terms: dict[str, Any] = {"instalment_no": 1, "amount_due": Decimal("300.00")}
        terms["due_on"] = date(2027, 2, 1)
        book.fact("instalment", loan_id=f"L{number}", **terms)
    was_reached(book, *(f"L{number}" for number in numbers))
    run(book, FIRST)
    request = question(book, FIRST)
    assert book.answer(request, "ann").counts["cases_approved"] == len(AFTER)
    for number, (change, owed, _) in zip(numbers, AFTER, strict=True):
        change(book, number)
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, owed.get("amount", "300.00"))
    run(book, NEXT)
    told = {f"L{n}": why for n, (*_, why) in zip(numbers, AFTER, strict=True) if why}
    assert recalled(book, NEXT) == told
    found = states(book, NEXT)
    assert {loan for loan in found if found[loan] == "awaiting_approval"} == set(told)
    assert rows_of(book, NEXT, APPROVED) == []
    again = question(book, NEXT)
    assert {case.loan_id for case in again.cases} == set(told)
    assert all(case.changes for case in again.cases)
    # What is approved again stands, and is not asked about a third time.
    assert book.answer(again, "ann").counts["cases_approved"] == len(told)
    for number, (_, owed, _) in zip(numbers, AFTER, strict=True):
        book.past_due(THIRD, f"L{number}", f"C{number}", 97, owed.get("amount", "300.00"))
    run(book, THIRD)
    assert recalled(book, THIRD) == {}
    assert ask(book.warehouse, THIRD) is None


def test_a_claim_that_comes_to_need_two_is_asked_anew(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="20000.00")
    was_reached(book, "L1")
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 1
    book.past_due(NEXT, "L1", "C1", 96, "20000.01")
    run(book, NEXT)
    assert recalled(book, NEXT) == {"L1": "退回重新审批: 须更多人批准"}
    again = question(book, NEXT)
    assert again.cases[0].approved_by == ()
    assert book.answer(again, "ann").counts["cases_first_approvals"] == 1
    assert state(book, NEXT) == "awaiting_approval"


def test_a_case_below_the_stage_that_is_cured_is_over(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    book.past_due(NEXT, "L1", "C1", 5, "40.00", episode_started_on=FIRST - timedelta(days=94))
    run(book, NEXT)
    book.past_due(THIRD, "L1", "C1", 0, "0.00")
    assert run(book, THIRD)["cases_withdrawn"] == 1
    later = THIRD + timedelta(days=1)
    book.past_due(later, "L1", "C1", 0, "0.00")
    assert run(book, later)["cases_withdrawn"] == 0
    again = FIRST + timedelta(days=120)
    book.past_due(again, "L1", "C1", 91, "300.00")
    assert run(book, again)["cases_opened"] == 1
    # A case of its own: dunning of the episode before is no evidence in it.
    assert book.warehouse.count("legal_case") == 2
