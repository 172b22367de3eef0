"""The chain behind a task names the very lines that were delivered."""

from datetime import timedelta

import pytest

from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.lineage.task_lineage import LineageStep, contacts_around, explain_task, is_recalled
from tests.lineage.morning import BORROWER, CALLED, REMINDED, STUDENT, SUED, Morning
from tests.support.deliveries import CUSTOMER, NEXT_DAY
from tests.support.whole_day import run_whole_day

KEYS = {
    "loan": ("loan_id",),
    "instalment": ("loan_id", "instalment_no"),
    "repayment": ("repayment_id",),
    "customer": ("customer_id",),
    "consent": ("consent_id",),
    "hold": ("hold_id",),
    "pause": ("pause_id",),
    "consent_change": ("change_id",),
    "complaint": ("complaint_id",),
    "privacy_request": ("request_id",),
    "enrolment": ("institution_id",),
    "bureau_loan": ("account_ref",),
}
"""Columns that a step is known by in the delivered file."""

WANTED = {
    ("sms_reminder", REMINDED): {"customer C1", "loan L1", "instalment L1 2", "repayment R1"},
    ("call_list", CALLED): {
        "customer C2", "loan L2", "instalment L2 2", "repayment R2", "repayment R3", "hold H1",
        "complaint B1", "privacy_request Q1",
    },
    ("student_alert", STUDENT): {"customer C3", "consent K1", "consent_change D1", "enrolment U1"},
    ("multi_lender_alert", BORROWER): {
        "customer C4", "consent K2", *(f"bureau_loan A{n}" for n in range(1, 6)),
    },
    ("legal_preparation", SUED): {"customer C5", "loan L5", "instalment L5 1", "pause P1"},
}  # fmt: skip
"""The facts that each task rests on: no more, no less."""

DECIDED = {
    "sms_reminder": {"task", "check", "loan_stage", "loan_delinquency", "stage_event"},
    "call_list": {"task", "check", "loan_stage", "loan_delinquency"},
    "student_alert": {"task", "check", "student_alert"},
    "multi_lender_alert": {"task", "check", "multi_lender_alert"},
    "legal_preparation": {
        "task", "check", "loan_stage", "loan_delinquency", "stage_event", "legal_case",
    },
}  # fmt: skip
"""The kinds of decisions in each chain."""


def facts(chain: list[LineageStep]) -> list[LineageStep]:
    return [step for step in chain if step.feed is not None]


def test_every_fact_stands_at_the_line_that_is_named(morning: Morning) -> None:
    for (queue, customer_id), wanted in WANTED.items():
        chain = morning.chain(queue, customer_id)
        assert {f"{s.kind} {s.subject}" for s in facts(chain)} == wanted, queue
        for step in facts(chain):
            row = morning.delivered(step)
            assert " ".join(row[c] for c in KEYS[step.kind]) == step.subject
            assert step.file_sha256 == morning.told_sha256(step)
            assert step.contract_version == catalogue().feeds[str(step.feed)].version
        decided = [step for step in chain if step.feed is None]
        assert {step.kind for step in decided} == DECIDED[queue], queue
        assert all(step.rule_id and step.rule_version for step in decided)
        assert [step.step_no for step in chain] == list(range(1, len(chain) + 1))


def test_both_statuses_of_a_student_are_named_each_with_its_delivery(morning: Morning) -> None:
    chain = morning.chain("student_alert", STUDENT)
    lines = [(str(s.delivered_on), s.line_no) for s in chain if s.kind == "enrolment"]
    assert lines == [("2026-11-19", 2), ("2026-11-20", 2)]


def test_a_recalled_task_says_so_and_keeps_its_chain(morning: Morning) -> None:
    task_id = morning.task_id("call_list", CALLED)
    # The date is delivered once more: the customer is held now.
    lender = morning.lender
    hold = {"hold_id": "H2", "customer_id": CALLED, "hold_kind": "complaint"}
    lender.send(NEXT_DAY, hold=[{**hold, "starts_on": "2026-11-20"}])
    run_whole_day(lender.warehouse, NEXT_DAY)
    chain = explain_task(lender.warehouse, task_id)
    assert is_recalled(chain)
    actions = [s.what["en"] for s in chain if s.kind == "task"]
    assert actions[1].startswith(
        "recalled in revision 2; a check refuses it: a complaint is open; "
    )
    assert {"loan L2", "hold H1", "hold H2"} <= {f"{s.kind} {s.subject}" for s in facts(chain)}


def test_no_chain_names_a_person(morning: Morning) -> None:
    for queue, customer_id in WANTED:
        told = repr(morning.chain(queue, customer_id))
        assert CUSTOMER["customer_name"] not in told
        assert "15400000001" not in told


def test_an_unknown_number_says_how_to_find_one(morning: Morning) -> None:
    with pytest.raises(PostloanError, match=r"There is no task T0.*explain --customer"):
        explain_task(morning.lender.warehouse, "T0")


def test_the_contacts_of_a_customer_are_found_by_the_day_they_were_met_on(
    morning: Morning,
) -> None:
    def answers(customer_id: str, days_later: int) -> list[tuple[str, str]]:
        day = NEXT_DAY + timedelta(days=days_later)
        found = contacts_around(morning.lender.warehouse, customer_id, day)
        return [(c.queue, c.answer) for c in found if c.business_date == NEXT_DAY]

    assert answers(CALLED, 1) == [("call_list", "added")]
    assert answers(CALLED, 0) == [("call_list", "added")]
    assert answers(CALLED, 2) == []
