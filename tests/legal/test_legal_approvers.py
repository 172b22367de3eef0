"""Who approves legal cases: one or two different people, each with a reason where one is due."""

from decimal import Decimal

import pytest

from postloan.errors import PostloanError
from postloan.legal.approve_legal_cases import (
    Request,
    Verdict,
    ask,
    asked,
    decide,
    decided_cases,
)
from postloan.lineage.task_lineage import explain_task
from tests.support.decision_book import Book
from tests.support.legal_desk import APPROVED, FIRST, NEXT, question, rows_of, run, state


def large_case(book: Book) -> Request:
    book.debtor(FIRST, 1, 95, amount="20000.01")
    run(book, FIRST)
    request = question(book, FIRST)
    assert request.cases[0].approvals_needed == 2
    return request


def test_above_an_amount_two_different_people_approve(book: Book) -> None:
    first = large_case(book)
    assert book.answer(first, "ann").counts["cases_first_approvals"] == 1
    assert rows_of(book, FIRST, APPROVED) == []
    second = question(book, FIRST)
    assert second.cases[0].approved_by == ("ann",)
    for same in ("ann", " Ann ", "ａｎｎ", "ＡＮＮ", "a\u200bnn", "ann\u00ad", "\u3000ann"):
        counts = book.answer(second, same).counts
        assert (counts["cases_approved"], counts["cases_first_approvals"]) == (0, 1)
    assert book.answer(second, "ben").counts["cases_approved"] == 1
    (row,) = rows_of(book, FIRST, APPROVED)
    assert (row["批准人"], row["批准日"]) == ("ann; ben", str(FIRST))
    assert row["批准理由"] == "ann: papers exist; ben: papers exist"
    told = [s.what["zh"] for s in explain_task(book.warehouse, row["任务编号"])]
    for words in (
        "批准人 ann; 理由: papers exist",
        "人工审批: 批准, 审批人 ben; 理由: papers exist",
        "案件立案待批",
    ):
        assert words in told
    users = book.warehouse.fetch(
        "select approved_by, claim_amount, reason from legal_case_approval order by approved_by"
    )
    assert users == [
        ("ann", Decimal("20000.01"), "papers exist"),
        ("ben", Decimal("20000.01"), "papers exist"),
    ]


def test_at_the_amount_one_is_enough(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="20000.00")
    run(book, FIRST)
    assert question(book, FIRST).cases[0].approvals_needed == 1


def test_a_claim_in_two_parts_is_not_for_one_to_approve(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="12000.00")
    book.loan("L2", "C1")
    book.past_due(FIRST, "L2", "C1", 95, "12000.00")
    run(book, FIRST)
    request = question(book, FIRST)
    assert {c.loan_id: c.approvals_needed for c in request.cases} == {"L1": 2, "L2": 2}
    assert book.answer(request, "ann").counts["cases_approved"] == 0
    assert rows_of(book, FIRST, APPROVED) == []
    assert book.answer(question(book, FIRST), "ben").counts["cases_approved"] == 2


def test_a_rejection_by_the_second_ends_it(book: Book) -> None:
    book.answer(large_case(book), "ann")
    assert book.answer(question(book, FIRST), "ben", "rejected").counts["cases_rejected"] == 1
    assert state(book, FIRST) == "rejected"
    assert ask(book.warehouse, FIRST) is None


def test_a_claim_that_changed_after_the_first_approval_starts_from_zero(book: Book) -> None:
    book.answer(large_case(book), "ann")
    book.past_due(NEXT, "L1", "C1", 96, "20000.02")
    run(book, NEXT)
    second = question(book, NEXT)
    assert second.cases[0].approved_by == ()
    assert book.answer(second, "ben").counts["cases_first_approvals"] == 1
    assert book.answer(question(book, NEXT), "ann").counts["cases_approved"] == 1


def test_a_gap_needs_a_reason_from_each_who_approves(book: Book) -> None:
    first = large_case(book)
    assert first.cases[0].missing_items
    with pytest.raises(PostloanError, match="reason"):
        book.answer(first, "ann", reason="")
    book.answer(first, "ann")
    with pytest.raises(PostloanError, match="reason"):
        book.answer(question(book, FIRST), "ben", reason="")
    assert book.warehouse.count("legal_case_decision") == 0


def test_an_answer_that_cannot_be_meant_decides_nothing(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    run(book, FIRST)
    request = question(book, FIRST)
    case = request.cases[0].case_id
    for verdicts, told in (
        ([Verdict("K9", "approved", "r")], "did not show K9"),
        ([Verdict(case, "approved", "r"), Verdict(case, "rejected", "r")], "twice"),
        ([Verdict(case, "maybe", "r")], "neither"),
    ):
        with pytest.raises(PostloanError, match=told):
            decide(
                book.warehouse,
                request.asked_on,
                request.round,
                verdicts,
                decided_by="ann",
                outbox=book.outbox,
            )
    with pytest.raises(PostloanError, match="Nothing was asked"):
        decide(book.warehouse, NEXT, 1, [], decided_by="ann", outbox=book.outbox)
    assert book.warehouse.count("legal_case_decision") == 0


def test_the_question_is_read_back_as_it_was_shown_with_the_approvals_of_now(book: Book) -> None:
    assert asked(book.warehouse) is None
    request = large_case(book)
    assert asked(book.warehouse) == request
    nothing = decide(
        book.warehouse, request.asked_on, request.round, [], decided_by="ann", outbox=book.outbox
    )
    assert nothing.counts["cases_approved"] == 0
    assert ask(book.warehouse, FIRST) is None
    book.answer(request, "ann")
    again = asked(book.warehouse)
    assert again is not None
    assert again.cases[0].approved_by == ("ann",)
    assert decided_cases(book.warehouse, again) == frozenset()
    book.answer(again, "ben")
    assert decided_cases(book.warehouse, again) == {again.cases[0].case_id}


@pytest.mark.parametrize("reason", ["all but L2, whose debtor has died", "not c2", "客户Ｃ2已故"])
def test_a_reason_that_names_another_case_approves_nothing(book: Book, reason: str) -> None:
    for number in (1, 2):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    with pytest.raises(PostloanError, match="speaks of another one"):
        book.answer(request, "ann", reason=reason)
    assert book.warehouse.count("legal_case_decision") == 0
    assert rows_of(book, FIRST, APPROVED) == []
    each = [
        Verdict(c.case_id, "approved", f"the contract of {c.loan_id} exists") for c in request.cases
    ]
    key = (request.asked_on, request.round)
    result = decide(book.warehouse, *key, each, decided_by="ann", outbox=book.outbox)
    assert result.counts["cases_approved"] == 2
