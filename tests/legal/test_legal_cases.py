"""Legal cases: once per episode, decided by a person, withdrawn when the loan is cured."""

import csv
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from postloan.business_date import BusinessDay
from postloan.errors import PostloanError
from postloan.legal.approve_legal_cases import Request, Verdict, ask, decide
from postloan.wording import said
from tests.support.decision_book import Book

FIRST = date(2026, 11, 20)
NEXT = FIRST + timedelta(days=1)
THIRD = FIRST + timedelta(days=2)


def day(on: date) -> BusinessDay:
    return BusinessDay(on, 1, on - timedelta(days=1))


def cases(book: Book, on: date) -> list[tuple[str, str]]:
    """(loan, state) of every case as of a date."""
    rows = book.warehouse.fetch(
        "select loan_id, case_state from legal_case_state order by loan_id, case_state",
        {"business_date": on},
    )
    return [(loan, state) for loan, state in rows]


def approved_files(book: Book, on: date) -> list[list[dict[str, str]]]:
    """Rows of every published file of approved cases of a date, revision by revision."""
    folder = book.outbox / on.isoformat() / "legal_case_approved"
    files = sorted(f for f in folder.glob("r*/*.csv") if "recall" not in f.name)
    return [list(csv.DictReader(f.read_text(encoding="utf-8-sig").splitlines())) for f in files]


def recalled(book: Book, on: date, queue: str) -> list[str]:
    """Reasons of the recalls of a queue on a date."""
    rows = book.warehouse.fetch(
        "select reason from task_recall where business_date = cast($on as date) and queue = $queue",
        {"on": on, "queue": queue},
    )
    return sorted(said(reason, "zh") or "" for (reason,) in rows)


@pytest.mark.parametrize(
    ("days_past_due", "opened"),
    [(89, 0), (90, 1), (97, 1)],
    ids=["day before", "the day", "a week nobody ran"],
)
def test_a_case_is_opened_at_or_past_the_severe_stage(
    book: Book, days_past_due: int, opened: int
) -> None:
    book.debtor(FIRST, 1, days_past_due)
    assert book.prepare(day(FIRST)).counts["cases_opened"] == opened


def test_g5_no_case_is_started_while_a_loan_is_paused_and_one_is_when_the_pause_ends(
    book: Book,
) -> None:
    book.debtor(FIRST, 1, 95, is_paused=True)
    assert book.prepare(day(FIRST)).counts["cases_opened"] == 0
    book.past_due(NEXT, "L1", "C1", 95)
    assert book.prepare(day(NEXT)).counts["cases_opened"] == 1


def test_g5_a_case_that_is_open_already_is_suspended_during_a_pause(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.pause("L1", FIRST, THIRD)
    book.prepare(day(FIRST))
    book.publish(day(FIRST))
    assert cases(book, FIRST) == [("L1", "suspended")]
    assert book.tasks(FIRST, "legal_preparation") == []
    book.past_due(THIRD, "L1", "C1", 97)
    assert book.prepare(day(THIRD)).counts["cases_reopened"] == 1
    book.publish(day(THIRD))
    assert len(book.tasks(THIRD, "legal_preparation")) == 1


def test_an_episode_has_one_case_however_often_the_step_runs(book: Book) -> None:
    for on, days in ((FIRST, 95), (NEXT, 96), (THIRD, 97)):
        if on == FIRST:
            book.debtor(on, 1, days)
        else:
            book.past_due(on, "L1", "C1", days)
        book.prepare(day(on))
        book.prepare(day(on))
    assert cases(book, THIRD) == [("L1", "awaiting_approval")]
    assert book.warehouse.count("legal_case") == 1


def test_a_cure_withdraws_and_a_new_episode_opens_a_new_case(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    book.past_due(NEXT, "L1", "C1", 0, "0.00")
    assert book.prepare(day(NEXT)).counts["cases_withdrawn"] == 1
    assert cases(book, FIRST) == [("L1", "awaiting_approval")]
    assert cases(book, NEXT) == [("L1", "withdrawn")]
    later = FIRST + timedelta(days=120)
    book.past_due(later, "L1", "C1", 91)
    book.prepare(day(later))
    assert cases(book, later) == [("L1", "awaiting_approval"), ("L1", "withdrawn")]


def test_a_cure_that_is_undone_reopens_the_same_case(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    book.past_due(NEXT, "L1", "C1", 0, "0.00")
    book.prepare(day(NEXT))
    # The payment is reversed: the days count from the original due date again.
    book.past_due(THIRD, "L1", "C1", 97)
    assert book.prepare(day(THIRD)).counts["cases_reopened"] == 1
    assert cases(book, THIRD) == [("L1", "awaiting_approval")]
    assert book.warehouse.count("legal_case") == 1


def test_the_legal_department_is_told_once_and_told_to_stop(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    book.publish(day(FIRST))
    assert len(book.tasks(FIRST, "legal_preparation")) == 1
    book.past_due(NEXT, "L1", "C1", 96)
    book.prepare(day(NEXT))
    book.publish(day(NEXT))
    assert book.tasks(NEXT, "legal_preparation") == []
    book.past_due(THIRD, "L1", "C1", 0, "0.00")
    book.prepare(day(THIRD))
    for _ in range(2):
        book.publish(day(THIRD))
    folder = book.outbox / THIRD.isoformat() / "legal_preparation"
    assert [f.name for f in folder.iterdir()] == ["r1"]
    recall = (folder / "r1" / f"legal_preparation_{THIRD}_r1_recall.csv").read_text("utf-8-sig")
    told = book.warehouse.scalar(
        "select task_id from task where business_date = cast($on as date) and case_id is not null",
        {"on": FIRST},
    )
    assert recall.splitlines()[1:] == [
        f"{told},{FIRST},案件已于 {THIRD} 撤回: 已不逾期,legal_preparation"
    ]


def test_the_claim_and_the_limitation_date(book: Book) -> None:
    book.customer("C1")
    book.loan("L1", "C1")
    for number, due, amount in (
        (1, date(2023, 8, 31), "900.00"),
        (2, date(2024, 2, 29), "900.00"),
        (3, date(2024, 5, 1), "0.00"),
    ):
        book.fact(
            "instalment", loan_id="L1", instalment_no=number, due_on=due, amount_due=Decimal(amount)
        )
    # A later delivery moves the last instalment; one still to come does not count.
    book.fact(
        "instalment",
        NEXT,
        loan_id="L1",
        instalment_no=2,
        due_on=date(2025, 1, 1),
        amount_due=Decimal("900.00"),
    )
    book.past_due(
        FIRST,
        "L1",
        "C1",
        95,
        "180.00",
        overdue_principal=Decimal("150.00"),
        overdue_interest=Decimal("25.00"),
        overdue_fee=Decimal("5.00"),
    )
    book.prepare(day(FIRST))
    found = book.warehouse.fetch(
        "select claim_amount, claim_principal, claim_interest, claim_fee, last_due_on, "
        "limitation_earliest_on from legal_case"
    )
    assert found == [
        (
            Decimal("180.00"),
            Decimal("150.00"),
            Decimal("25.00"),
            Decimal("5.00"),
            date(2024, 2, 29),
            date(2027, 2, 28),
        )
    ]


def test_the_checklist_shows_what_the_data_has_and_what_it_lacks(book: Book) -> None:
    book.customer("C1", id_number="000000000000000000", address=None)
    book.loan("L1", "C1", contract_id=None)
    book.fact(
        "instalment",
        loan_id="L1",
        instalment_no=1,
        due_on=date(2026, 8, 17),
        amount_due=Decimal("100.00"),
    )
    book.past_due(FIRST, "L1", "C1", 89)
    book.publish(day(FIRST))
    book.past_due(NEXT, "L1", "C1", 90)
    # A message was asked for; what came of it is what counts.
    assert book.tasks(FIRST, "sms_reminder") or book.tasks(FIRST, "call_list")
    book.fact(
        "contact_outcome",
        NEXT,
        outcome_id="O1",
        customer_id="C1",
        loan_id="L1",
        channel="phone",
        attempted_at=datetime.combine(NEXT, time(10)),
        counterpart="nobody",
        result="no_answer",
    )
    book.prepare(day(NEXT))
    items: dict[str, str] = dict(
        book.warehouse.fetch("select item, item_state from legal_case_checklist")
    )
    assert items == {
        "contract": "missing",
        "drawdown_voucher": "present",
        "repayment_ledger": "present",
        "dunning_evidence": "missing",
        "id_document": "present",
        "address_for_service": "missing",
        "claim_calculation": "missing",
        "limitation_proof": "present",
    }
    known = "select known_zh from legal_case_checklist where item = 'dunning_evidence'"
    told = book.warehouse.scalar(known)
    assert str(told).endswith("反馈 1, 送达或联系到本人 0")


@pytest.mark.parametrize(
    ("status_code", "is_full_time", "routes"),
    [("01", True, "dishonest_list"), ("01", False, None), ("07", True, None)],
    ids=["full time", "part time", "graduated"],
)
def test_full_time_students_are_kept_off_the_dishonest_list(
    book: Book, status_code: str, is_full_time: bool, routes: str | None
) -> None:
    book.debtor(FIRST, 1, 95)
    book.fact(
        "enrolment",
        customer_id="C1",
        institution_id="U1",
        effective_on=date(2025, 9, 1),
        code_system="cn",
        status_code=status_code,
        is_full_time=is_full_time,
    )
    book.prepare(day(FIRST))
    assert book.warehouse.scalar("select excluded_routes from legal_case") == routes


def asked(book: Book, on: date) -> Request:
    """What is asked as of a date; something must be."""
    request = ask(book.warehouse, on)
    assert request is not None
    return request


def test_approval_publishes_the_cases_as_their_own_file_and_only_once(book: Book) -> None:
    book.debtor(FIRST, 1, 95, amount="300.00")
    book.prepare(day(FIRST))
    book.publish(day(FIRST))
    assert not (book.outbox / FIRST.isoformat() / "legal_case_approved").exists()
    request = asked(book, FIRST)
    (case,) = request.cases
    assert (case.loan_id, case.claim_amount, case.claim_scope) == ("L1", Decimal("300.00"), "part")
    results = [book.answer(request, "head of legal") for _ in range(2)]
    assert results[0] == results[1]
    assert results[0].counts["cases_approved"] == 1
    ((row,),) = approved_files(book, FIRST)
    assert (row["案件编号"], row["诉请金额"], row["批准日"]) == (case.case_id, "300.00", str(FIRST))
    assert row["诉请范围"] == "部分 (仅逾期部分)"
    book.publish(day(FIRST))
    assert len(approved_files(book, FIRST)) == 1
    book.past_due(NEXT, "L1", "C1", 96, "300.00")
    book.prepare(day(NEXT))
    book.publish(day(NEXT))
    assert book.tasks(NEXT, "legal_case_approved") == []
    assert recalled(book, NEXT, "legal_case_approved") == []


def test_silence_and_rejection_publish_nothing(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    request = asked(book, FIRST)
    with pytest.raises(PostloanError, match="needs the person"):
        book.answer(request, " ")
    book.answer(request, "head of legal", "rejected")
    assert ask(book.warehouse, FIRST) is None
    assert book.answer(request, "head of legal").counts["cases_no_longer_as_shown"] == 1
    assert cases(book, FIRST) == [("L1", "rejected")]
    assert approved_files(book, FIRST) == []


def test_an_answer_decides_only_the_cases_it_names(book: Book) -> None:
    for number in (1, 2):
        book.debtor(FIRST, number, 95)
    book.prepare(day(FIRST))
    request = asked(book, FIRST)
    shown, other = request.cases
    verdict = Verdict(shown.case_id, "approved", "papers exist")
    decide(book.warehouse, FIRST, request.round, [verdict], decided_by="legal", outbox=book.outbox)
    again = asked(book, FIRST)
    # It is asked anew, and says that nothing has changed since.
    assert (again.round, again.cases) == (request.round + 1, (replace(other, changes=()),))


def test_a_late_answer_does_not_approve_what_was_cured_meanwhile(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    request = asked(book, FIRST)
    book.past_due(NEXT, "L1", "C1", 0, "0.00")
    book.prepare(day(NEXT))
    assert ask(book.warehouse, FIRST) is None
    assert book.answer(request, "head of legal").counts["cases_approved"] == 0
    assert approved_files(book, FIRST) == approved_files(book, NEXT) == []


def test_an_approval_rests_on_the_facts_of_its_date(book: Book) -> None:
    book.debtor(FIRST, 1, 95)
    book.prepare(day(FIRST))
    book.answer(asked(book, FIRST), "head of legal")
    # A late delivery shows that the loan was never severe: the date is run again.
    book.forget_stages(FIRST)
    book.past_due(FIRST, "L1", "C1", 3)
    book.prepare(day(FIRST))
    book.publish(day(FIRST))
    assert book.tasks(FIRST, "legal_case_approved") == []
    recalls = list((book.outbox / str(FIRST) / "legal_case_approved" / "r2").glob("*_recall.csv"))
    assert len(recalls) == 1
