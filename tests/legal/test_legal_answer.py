"""An answer about legal cases rests on what stands on its day, and on what was shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from postloan.contracts import catalogue
from postloan.doctor.waiting import waiting_now
from postloan.errors import PostloanError, SupersededError
from postloan.legal.approve_legal_cases import Verdict, ask, decide, open_cases
from postloan.warehouse.models import load_model
from tests.support.decision_book import Book
from tests.support.legal_desk import (
    APPROVED,
    FIRST,
    NEXT,
    PREPARATION,
    PROTECTIONS,
    court,
    day,
    question,
    recalls,
    rows_of,
    run,
    was_reached,
)


@pytest.mark.parametrize("was_run", [True, False], ids=["known at night", "loaded since"])
def test_what_has_come_since_the_question_is_not_approved(book: Book, was_run: bool) -> None:
    numbers = range(1, len(PROTECTIONS) + 1)
    for number in numbers:
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    assert len(request.cases) == len(PROTECTIONS)
    later = FIRST + timedelta(days=3)
    for number, protection in zip(numbers, PROTECTIONS, strict=True):
        protection(book, later, number)
    book.loaded(later)
    if was_run:
        for number in numbers:
            book.past_due(later, f"L{number}", f"C{number}", 98, "300.00")
        run(book, later)
    counts = book.answer(request, "ann").counts
    assert counts["cases_approved"] == 0
    assert counts["cases_no_longer_as_shown"] == len(PROTECTIONS)
    assert book.warehouse.count("legal_case_decision") == 0
    for on in (FIRST, later):
        assert rows_of(book, on, APPROVED) == []
    assert ask(book.warehouse, FIRST) is None


def test_a_payment_that_is_loaded_and_not_yet_worked_out_stops_the_answer(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    book.fact(
        "repayment",
        NEXT,
        repayment_id="P1",
        loan_id="L1",
        booking_part=1,
        paid_on=NEXT,
        amount=Decimal("300.00"),
    )
    book.loaded(NEXT, "repayment")
    assert book.answer(request, "ann").counts["cases_no_longer_as_shown"] == 1
    assert ask(book.warehouse, FIRST) is None


def test_whatever_is_loaded_of_a_case_and_not_yet_worked_out_stops_the_answer(book: Book) -> None:
    for number in (1, 2, 3, 4, 5):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    terms = {"product": "consumer", "currency": "CNY"}
    book.fact("loan", NEXT, loan_id="L1", customer_id="C1", loan_status="settled", **terms)
    book.fact("loan", NEXT, loan_id="L2", customer_id="C98", loan_status="active", **terms)
    book.customer("C3", NEXT, phone="15400000003")
    court(book, NEXT, number=4)
    book.loaded(NEXT, "loan")
    counts = book.answer(request, "ann").counts
    assert (counts["cases_approved"], counts["cases_no_longer_as_shown"]) == (1, 4)
    assert [row["借据号"] for row in rows_of(book, FIRST, APPROVED)] == ["L5"]


def test_a_date_that_is_delivered_anew_is_run_again_before_anybody_decides(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    book.loaded(FIRST, "repayment", load_no=5)
    assert book.answer(request, "ann").counts["cases_no_longer_as_shown"] == 1
    assert ask(book.warehouse, FIRST) is None
    book.close(day(FIRST), load_no=5)
    assert ask(book.warehouse, FIRST) is not None


def test_every_feed_about_loans_or_customers_stops_an_answer_or_cannot_touch_it() -> None:
    untouched = {
        "bureau_delinquency", "bureau_inquiry", "bureau_loan", "consent", "consent_change",
        "customer_balance", "customer_employment", "customer_income", "emergency_contact",
        "satisfaction", "spending",
        # Nothing reads them yet.
        "address_check", "asset_clue", "collateral", "contact_note", "customer_preference",
        "guarantor", "loan_terms", "quality_finding", "visit_report",
    }  # fmt: skip
    tables = catalogue().tables
    feeds = {f for f in catalogue().feeds if {"loan_id", "customer_id"} & {*tables[f].column_names}}
    read = set(load_model("legal_news").reads)
    assert read - {"unclear_row", "legal_case_debtor", "one_person"} == feeds - untouched


def test_the_approved_file_says_what_stands_on_the_day_of_the_answer(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    was_reached(book, "L1")
    run(book, FIRST)
    request = question(book, FIRST)
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    # Days that simply pass are no change: the question stands, and the answer has its own date.
    assert ask(book.warehouse, NEXT) is None
    assert book.answer(request, "ann").counts["cases_approved"] == 1
    (row,) = rows_of(book, NEXT, APPROVED)
    assert (row["逾期天数"], row["诉请金额"], row["批准日"]) == ("96", "300.00", str(NEXT))
    assert rows_of(book, FIRST, APPROVED) == []
    ((decided_on, asked_on),) = book.warehouse.fetch(
        "select decided_on, asked_on from legal_case_decision"
    )
    assert (decided_on, asked_on) == (NEXT, FIRST)


def test_a_newer_question_supersedes_the_older_one(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    older = question(book, FIRST)
    book.past_due(NEXT, "L1", "C1", 96, "200.00")
    run(book, NEXT)
    newer = question(book, NEXT)
    assert newer.cases[0].claim_amount == Decimal("200.00")
    with pytest.raises(SupersededError, match="superseded"):
        book.answer(older, "ann")
    assert book.answer(newer, "ann").counts["cases_approved"] == 1
    (row,) = rows_of(book, NEXT, APPROVED)
    assert row["诉请金额"] == "200.00"


def test_a_case_with_another_claim_is_asked_again_instead_of_decided(book: Book) -> None:
    for number in (1, 2):
        book.debtor(FIRST, number, 95, amount="300.00")
    was_reached(book, "L1", "L2")
    run(book, FIRST)
    request = question(book, FIRST)
    book.past_due(NEXT, "L1", "C1", 96, "250.00")
    book.past_due(NEXT, "L2", "C2", 96, "300.00")
    run(book, NEXT)
    counts = book.answer(request, "ann").counts
    assert (counts["cases_approved"], counts["cases_no_longer_as_shown"]) == (1, 1)
    (again,) = question(book, NEXT).cases
    assert (again.loan_id, again.claim_amount) == ("L1", Decimal("250.00"))
    # The preparation is told of the new claim too, and the old request is taken back.
    assert recalls(book, NEXT, PREPARATION) == [f"案件已于 {NEXT} 退回重新审批: 诉请已变"]
    assert [r["诉请金额"] for r in rows_of(book, NEXT, PREPARATION)] == ["250.00"]


def test_nothing_is_asked_twice_and_an_answer_in_part_leaves_the_rest_to_be_asked(
    book: Book,
) -> None:
    book.debtor(FIRST, 1, 95)
    run(book, FIRST)
    question(book, FIRST)
    assert ask(book.warehouse, FIRST) is None
    with pytest.raises(PostloanError, match="not closed"):
        ask(book.warehouse, NEXT)


def test_a_limitation_that_passes_is_asked_again_and_needs_a_reason(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.fact(
        "instalment",
        loan_id="L1",
        instalment_no=1,
        due_on=date(FIRST.year - 3, FIRST.month, FIRST.day),
        amount_due=Decimal("100.00"),
    )
    run(book, FIRST)
    first = question(book, FIRST)
    assert first.cases[0].limitation_earliest_on == FIRST
    assert "limitation_proof" not in first.cases[0].missing_items
    book.past_due(NEXT, "L1", "C1", 96)
    run(book, NEXT)
    again = question(book, NEXT)
    assert "limitation_proof" in again.cases[0].missing_items
    with pytest.raises(PostloanError, match=r"limitation_proof.*reason"):
        book.answer(again, "ann", reason=" ")
    assert book.warehouse.count("legal_case_decision") == 0
    assert book.answer(again, "ann", reason="paid in part in May").counts["cases_approved"] == 1


def test_what_an_answer_leaves_stays_open_until_a_newer_question_is_asked(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(FIRST, number, 95, amount="20000.01" if number == 3 else "300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    one, two, three = sorted(request.cases, key=lambda case: case.loan_id)
    key = (request.asked_on, request.round)
    said = [Verdict(c.case_id, "approved", "papers exist") for c in (one, three)]
    decide(book.warehouse, *key, said, decided_by="ann", outbox=book.outbox)
    assert open_cases(book.warehouse, *key) == {two.case_id: (), three.case_id: ("ann",)}
    now = waiting_now(book.warehouse)
    assert now is not None
    assert (now.legal_cases, now.asked_cases, now.go_live_actions) == (2, 2, 0)
    book.past_due(NEXT, "L2", "C2", 96, "250.00")
    run(book, NEXT)
    # What differs from what was shown cannot be answered by that question any more.
    assert two.case_id not in open_cases(book.warehouse, *key)
    (again,) = question(book, NEXT).cases
    (change,) = again.changes or ()
    assert (change.what, change.before, change.now) == ("claim", "300.00 CNY", "250.00 CNY")
    with pytest.raises(SupersededError, match=rf"superseded by that of {NEXT} \(round 1\)"):
        open_cases(book.warehouse, *key)


def test_what_an_answer_was_refused_for_is_asked_again_the_next_day(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    run(book, FIRST)
    request = question(book, FIRST)
    for reason in ("", ".", "\u3164", "⟨U+200B⟩"):
        with pytest.raises(PostloanError, match="Give the reason"):
            book.answer(request, "ann", reason=reason)
    with pytest.raises(PostloanError, match="number of a person"):
        book.answer(request, "ann", reason="王 13800138000 said so")
    assert book.warehouse.count("legal_case_decision") == 0
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    again = question(book, NEXT)
    assert [case.case_id for case in again.cases] == [case.case_id for case in request.cases]
    # Nobody has answered that one, so a day that passes asks nothing; the older one is told off.
    later = NEXT + timedelta(days=1)
    book.past_due(later, "L1", "C1", 97, "300.00")
    run(book, later)
    assert ask(book.warehouse, later) is None
    with pytest.raises(SupersededError, match="Answer the newer one; nothing was decided"):
        book.answer(request, "ann")
    assert book.warehouse.count("legal_case_decision") == 0
    assert book.answer(again, "ann").counts["cases_approved"] == 1
