"""What a court has already is followed, and opens no new case."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from postloan.legal.approve_legal_cases import ask
from tests.support.decision_book import Book
from tests.support.legal_desk import (
    APPROVED,
    FIRST,
    NEXT,
    PREPARATION,
    THIRD,
    approved_case,
    court,
    question,
    recalled,
    recalls,
    rows_of,
    run,
    state,
    states,
)

KINDS = ("lawsuit", "payment_order", "preservation", "judgment", "enforcement", "mediation")


def test_a_loan_that_is_before_a_court_is_followed_and_no_new_case(book: Book) -> None:
    for number, kind in enumerate(KINDS, start=1):
        book.debtor(FIRST, number, 95)
        court(book, date(2026, 10, 1), kind, number, event_id=f"E-{kind}")
    counts = run(book, FIRST)
    assert (counts["cases_opened"], counts["cases_followed"]) == (0, len(KINDS))
    assert set(states(book, FIRST).values()) == {"followed"}
    assert ask(book.warehouse, FIRST) is None
    assert rows_of(book, FIRST, PREPARATION) == []
    rests_on = book.warehouse.fetch("select rests_on from legal_case_event")
    assert {event for (event,) in rests_on} == {f"E-{kind}" for kind in KINDS}


def test_a_dismissed_lawsuit_lets_the_case_be_asked(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    court(book, date(2026, 10, 1))
    run(book, FIRST)
    court(book, NEXT, "dismissed")
    book.past_due(NEXT, "L1", "C1", 96)
    assert run(book, NEXT)["cases_reopened"] == 1
    assert len(question(book, NEXT).cases) == 1


def test_an_open_case_is_left_to_a_lawsuit_that_comes_later(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    run(book, FIRST)
    request = question(book, FIRST)
    court(book, NEXT)
    book.loaded(NEXT, "legal_event")
    assert book.answer(request, "ann").counts["cases_no_longer_as_shown"] == 1
    book.past_due(NEXT, "L1", "C1", 96)
    run(book, NEXT)
    assert state(book, NEXT) == "followed"
    assert recalls(book, NEXT, PREPARATION) == [f"案件已于 {NEXT} 转为跟进: 已有诉讼"]


def test_our_own_lawsuit_moves_the_case_on(book: Book) -> None:
    approved_case(book)
    case_id = book.warehouse.scalar("select case_id from legal_case")
    court(book, NEXT, case_id=case_id)
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    assert state(book, NEXT) == "filed"
    assert recalls(book, NEXT) == []
    book.past_due(THIRD, "L1", "C1", 0, "0.00")
    run(book, THIRD)
    assert recalls(book, THIRD) == [f"案件已于 {THIRD} 撤回: 已不逾期"]


def test_our_own_lawsuit_without_a_number_stays_ours_until_it_is_dismissed(book: Book) -> None:
    approved_case(book)
    question_before = book.warehouse.scalar("select max(asked_on) from legal_request")
    court(book, NEXT)
    for on, days in ((NEXT, 96), (THIRD, 97)):
        book.past_due(on, "L1", "C1", days, "300.00")
        run(book, on)
        assert state(book, on) == "filed"
        assert recalls(book, on) == []
    fourth = THIRD + timedelta(days=1)
    court(book, fourth, "dismissed")
    book.past_due(fourth, "L1", "C1", 98, "300.00")
    run(book, fourth)
    (case,) = question(book, fourth).cases
    assert question_before == FIRST
    assert [(c.what, c.before) for c in case.changes or ()] == [
        ("case", f"question_case_moved ‖ case_event=filed ‖ on={NEXT}")
    ]


def test_only_a_suit_begins_our_own_and_an_older_judgment_goes_before_it(book: Book) -> None:
    kinds = dict(enumerate(KINDS, start=1))
    everybody = (*kinds, 7, 8)
    for number in everybody:
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    cases: dict[str, str] = dict(book.warehouse.fetch("select loan_id, case_id from legal_case"))
    book.answer(question(book, FIRST), "ann")
    for number in everybody:
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
        kind = kinds.get(number, "lawsuit")
        numbered = {"case_id": cases[f"L{number}"]} if number > len(KINDS) else {}
        court(book, NEXT, kind, number, event_id=f"E{number}", **numbered)
    # A judgment of before the approval, known only now; and one that follows our own suit.
    key = {"customer_id": "C7", "loan_id": "L7", "case_id": "OTHER-1"}
    before = FIRST - timedelta(days=40)
    book.fact("legal_event", NEXT, event_id="E7b", event_kind="judgment", happened_on=before, **key)
    court(book, NEXT, "judgment", 8, event_id="E8b")
    run(book, NEXT)
    found = states(book, NEXT)
    assert {loan for loan, state in found.items() if state == "filed"} == {"L1", "L2", "L8"}
    assert set(found.values()) == {"filed", "followed"}
    assert set(recalled(book, NEXT)) == {"L3", "L4", "L5", "L6", "L7"}


def test_what_is_filed_and_then_paid_in_part_is_told_and_asked_anew(book: Book) -> None:
    approved_case(book)
    court(book, NEXT)
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    run(book, NEXT)
    assert state(book, NEXT) == "filed"
    # More days and somewhat more owed change nothing of what is filed; less of it does.
    fourth, fifth = (THIRD + timedelta(days=n) for n in (1, 2))
    for on, days, amount, recall in (
        (THIRD, 97, "400.00", []),
        (fourth, 98, "100.00", [f"案件已于 {fourth} 退回重新审批: 诉请已变"]),
    ):
        book.past_due(on, "L1", "C1", days, amount)
        run(book, on)
        assert recalls(book, on) == recall
    assert state(book, fourth) == "awaiting_approval"
    request = question(book, fourth)
    (case,) = request.cases
    assert case.claim_amount == Decimal("100.00")
    book.past_due(fifth, "L1", "C1", 99, "100.00")
    run(book, fifth)
    assert state(book, fifth) == "awaiting_approval"
    book.answer(request, "ann")
    assert [row["诉请金额"] for row in rows_of(book, fifth, APPROVED)] == ["100.00"]
    sixth = fifth + timedelta(days=1)
    book.past_due(sixth, "L1", "C1", 100, "100.00")
    run(book, sixth)
    assert state(book, sixth) == "filed"
    assert recalls(book, sixth) == []


def test_what_overtakes_an_approval_is_told_in_words(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    cases: dict[str, str] = dict(book.warehouse.fetch("select loan_id, case_id from legal_case"))
    book.answer(question(book, FIRST), "ann")
    for number in (1, 2, 3):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
    court(book, NEXT, "dismissed", 1, case_id=cases["L1"])
    for number, outcome in ((2, "upheld"), (3, "not_upheld")):
        book.fact(
            "complaint",
            NEXT,
            complaint_id=f"M{number}",
            customer_id=f"C{number}",
            received_at=datetime.combine(FIRST, time(9)),
            complaint_kind="amount",
            complaint_state=outcome,
            closed_on=NEXT,
        )
    run(book, NEXT)
    assert recalled(book, NEXT) == {
        "L1": "退回重新审批: 法院已驳回该案",
        "L2": "退回重新审批: 金额投诉成立",
    }
    assert {case.loan_id for case in question(book, NEXT).cases} == {"L1", "L2"}


def test_a_suit_that_nobody_approved_is_followed_whatever_number_it_names(book: Book) -> None:
    for number in (1, 2, 3, 4):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    cases: dict[str, str] = dict(book.warehouse.fetch("select loan_id, case_id from legal_case"))
    said = {"L1": None, "L2": "rejected", "L3": "approved", "L4": "approved"}
    book.answer_each(question(book, FIRST), "ann", said)
    for number in (1, 2, 3, 4):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
    for number in (1, 2, 4):
        court(book, NEXT, number=number, case_id=cases[f"L{number}"])
    # Told now, begun before anybody had approved it.
    values = {"event_id": "E3", "customer_id": "C3", "loan_id": "L3", "case_id": cases["L3"]}
    begun = FIRST - timedelta(days=1)
    book.fact("legal_event", NEXT, event_kind="lawsuit", happened_on=begun, **values)
    run(book, NEXT)
    found = states(book, NEXT)
    assert found == {"L1": "followed", "L2": "rejected", "L3": "followed", "L4": "filed"}
    assert recalled(book, NEXT) == {"L3": "转为跟进: 已有诉讼"}
    assert recalled(book, NEXT, PREPARATION)["L1"] == "转为跟进: 已有诉讼"
    assert "L4" not in recalled(book, NEXT, PREPARATION)
    assert ask(book.warehouse, NEXT) is None


def test_a_claim_that_was_assigned_is_neither_sued_nor_dunned_for(book: Book) -> None:
    for number in (1, 2):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 2
    court(book, NEXT, "assignment_notice")
    # Another loan of his is still ours.
    book.loan("L9", "C1")
    book.past_due(NEXT, "L9", "C1", 1)
    for number in (1, 2):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
    run(book, NEXT)
    assert states(book, NEXT) == {"L1": "suspended", "L2": "approved"}
    assert recalls(book, NEXT) == [f"案件已于 {NEXT} 中止: 债权已转让"]
    select = "select distinct loan_id from task_loan where business_date = cast($on as date)"
    named = {loan for (loan,) in book.warehouse.fetch(select, {"on": NEXT})}
    assert named & {"L1", "L9"} == {"L9"}


def test_what_is_unclear_of_a_court_ends_nothing_and_is_held(book: Book) -> None:
    for number in (1, 2, 3, 4):
        book.debtor(FIRST, number, 95, amount="300.00")
    for number in (3, 4):
        court(book, date(2026, 10, 1), number=number)
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 2
    later = NEXT + timedelta(days=30)
    # A day to come, a customer who never was the debtor; neither begins nor ends anything.
    court(book, NEXT, number=1, customer_id="C2")
    court(book, NEXT, "dismissed", number=3)
    book.fact(
        "legal_event",
        NEXT,
        event_id="E4d",
        customer_id="C4",
        loan_id="L4",
        event_kind="dismissed",
        happened_on=later,
    )
    for number in (1, 2, 3, 4):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
    run(book, NEXT)
    # C2 is named with a loan of somebody else: one of the two names is wrong.
    assert states(book, NEXT) == {
        "L1": "suspended",
        "L2": "suspended",
        "L3": "awaiting_approval",
        "L4": "followed",
    }
    assert set(recalls(book, NEXT)) == {f"案件已于 {NEXT} 中止: 法务事件不明待查"}


def test_a_claim_in_doubt_is_not_sued_for(book: Book) -> None:
    for number in (1, 2, 3, 4):
        book.debtor(FIRST, number, 95, amount="300.00")
    run(book, FIRST)
    assert book.answer(question(book, FIRST), "ann").counts["cases_approved"] == 4
    for number in (1, 2, 3, 4):
        book.past_due(NEXT, f"L{number}", f"C{number}", 96, "300.00")
    common = {"business_date": NEXT, "product": "consumer", "currency": "CNY"}
    for loan, explanation in (("L1", "unexplained"), ("L2", "payment_of_the_day")):
        row = {"loan_id": loan, "difference": "overdue_amount", "explanation": explanation}
        book.warehouse.append_rows("position_difference", [{**common, **row}])
    disputed(book, NEXT, 3, "amount_disputed")
    disputed(book, FIRST, 4, "amount_disputed")
    disputed(book, NEXT, 4, "payday_mismatch")
    run(book, NEXT)
    assert states(book, NEXT) == {
        "L1": "suspended",
        "L2": "approved",
        "L3": "suspended",
        "L4": "approved",
    }
    assert recalled(book, NEXT) == {
        "L1": "中止: 核心系统所载欠款与诉请不符",
        "L3": "中止: 债务人对金额有异议",
    }
    disputed(book, THIRD, 3, "income_loss")
    for number in (1, 2, 3, 4):
        book.past_due(THIRD, f"L{number}", f"C{number}", 97, "300.00")
    run(book, THIRD)
    assert set(states(book, THIRD).values()) == {"awaiting_approval", "approved"}


def disputed(book: Book, on: date, number: int, reason: str) -> None:
    """Why the debtor says that he is late."""
    book.fact(
        "overdue_reason",
        on,
        reason_id=f"D{book.line}",
        customer_id=f"C{number}",
        loan_id=f"L{number}",
        stated_on=on,
        reason=reason,
    )
