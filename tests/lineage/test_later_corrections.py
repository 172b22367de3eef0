"""The chain tells what was believed when the task was made; beside it, what was corrected since."""

from collections.abc import Mapping
from datetime import date, timedelta

from postloan.cli.loan.explain import IS_LEARNED_LATER, chain_lines
from postloan.lineage.task_lineage import LineageStep, is_recalled
from tests.lineage.morning import CALLED, REMINDED, Morning, instalment, payment
from tests.support.deliveries import NEXT_DAY, Rows
from tests.support.whole_day import run_whole_day

CALL = ("call_list", CALLED)
BELIEVED = [
    "oldest unpaid due date 2026-11-12, 1 instalments past due",
    "stage reminder since 2026-11-13; 8 days past due, 70.00 CNY overdue",
]
"""What was believed of the loan of the call when the call was asked for."""
FACTS = {
    "customer C2", "loan L2", "instalment L2 2", "repayment R2", "repayment R3", "hold H1",
    "complaint B1", "privacy_request Q1",
}  # fmt: skip
"""What had been delivered of it by then."""


def days_later(days: int) -> date:
    return NEXT_DAY + timedelta(days=days)


def learn(morning: Morning, day: date, repayment: Rows = (), instalment: Rows = ()) -> None:
    """Core banking delivers, and the date is run to its close."""
    morning.lender.send(day, repayment=repayment, instalment=instalment)
    run_whole_day(morning.lender.warehouse, day)


def decided(chain: list[LineageStep], *kinds: str) -> list[str]:
    return [step.what["en"] for step in chain if step.kind in kinds]


def facts(chain: list[LineageStep], *, later: bool) -> dict[str, LineageStep]:
    told = (s for s in chain if s.feed is not None and s.is_later == later)
    return {f"{s.kind} {s.subject}": s for s in told}


def tells_what_was_believed(chain: list[LineageStep]) -> bool:
    """Whether the call is explained by what was known when it was asked for, and by no more."""
    held = decided(chain, "loan_delinquency", "loan_stage", "stage_event")
    return held == BELIEVED and set(facts(chain, later=False)) == FACTS


def corrections(chain: list[LineageStep]) -> Mapping[str, str]:
    return {s.what["en"]: s.what["zh"] for s in chain if s.kind == "correction"}


def test_the_old_belief_is_the_reason_and_the_correction_stands_beside_it(
    morning: Morning,
) -> None:
    before = morning.chain(*CALL)
    assert tells_what_was_believed(before)
    assert not any(step.is_later for step in before)

    # L2 had paid the day before the call was asked for; L1 pays the day after its message.
    learn(
        morning,
        days_later(1),
        repayment=[
            payment("R8", "L1", "2026-11-21", "100.00"),
            payment("R9", "L2", "2026-11-19", "70.00"),
        ],
    )
    chain = morning.chain(*CALL)
    assert tells_what_was_believed(chain)
    assert is_recalled(chain)
    assert corrections(chain) == {
        "later corrected: days past due 8 → 0, overdue 70.00 → 0.00 CNY, stage reminder → current; "
        "by repayment core_banking/2026-11-21/repayment.csv line 3 received on 2026-11-21; "
        "recalled on 2026-11-21": (
            "其后更正: 逾期天数 8 → 0, 逾期金额 70.00 → 0.00 CNY, 阶段 reminder → current; "
            "依据 repayment core_banking/2026-11-21/repayment.csv 第3行 (2026-11-21 收到); "
            "任务已于 2026-11-21 撤回"
        )
    }
    # The line that told it can be looked up like any other.
    learned = facts(chain, later=True)
    assert set(learned) == {"repayment R9"}
    assert morning.delivered(learned["repayment R9"])["repayment_id"] == "R9"
    assert learned["repayment R9"].file_sha256 == morning.told_sha256(learned["repayment R9"])
    # Whoever reads it finds the correction right below the belief, and the line at the end.
    said = chain_lines(morning.task_id(*CALL), chain, "en")
    below = [line for line in said if "loan_stage" in line or "correction" in line]
    assert [line.split()[1] for line in below] == ["loan_stage", "correction"]
    assert "repayment R9: paid 70.00" in said[said.index(IS_LEARNED_LATER) + 1]

    # What is paid later is no correction: the other task says nothing that it did not say before.
    other = morning.chain("sms_reminder", REMINDED)
    assert not any(step.is_later for step in other)
    assert IS_LEARNED_LATER not in chain_lines("T", other, "en")


def test_a_correction_that_leaves_the_demand_right_says_that_the_task_stands(
    morning: Morning,
) -> None:
    learn(morning, days_later(1), instalment=[instalment("L2", 2, "2026-11-13")])
    chain = morning.chain(*CALL)
    assert tells_what_was_believed(chain)
    assert not is_recalled(chain)
    (said,) = corrections(chain)
    assert said == (
        "later corrected: days past due 8 → 7, in the stage since 2026-11-13 → 2026-11-14; "
        "by instalment core_banking/2026-11-21/instalment.csv line 2 received on 2026-11-21; "
        "not recalled"
    )
    (learned,) = facts(chain, later=True).values()
    assert learned.what["en"] == "100.00 falls due (before: 100.00 on 2026-11-12)"


def test_several_corrections_are_one_and_a_belief_that_came_back_is_none(
    morning: Morning,
) -> None:
    learn(morning, days_later(1), repayment=[payment("R8", "L2", "2026-11-19", "20.00")])
    learn(morning, days_later(2), repayment=[payment("R9", "L2", "2026-11-18", "50.00")])
    chain = morning.chain(*CALL)
    assert tells_what_was_believed(chain)
    (said,) = corrections(chain)
    assert "overdue 70.00 → 0.00 CNY" in said
    assert "2026-11-21/repayment.csv line 2" in said
    assert "2026-11-22/repayment.csv line 2" in said
    # The task was wrong from the first of them on.
    assert said.endswith("recalled on 2026-11-21")
    assert set(facts(chain, later=True)) == {"repayment R8", "repayment R9"}

    # Both payments bounce: the loan had been past due after all.
    learn(
        morning,
        days_later(3),
        repayment=[
            {**payment("R10", "L2", "2026-11-23", "20.00"), "reverses_id": "R8"},
            {**payment("R11", "L2", "2026-11-23", "50.00"), "reverses_id": "R9"},
        ],
    )
    chain = morning.chain(*CALL)
    assert tells_what_was_believed(chain)
    assert not corrections(chain)
    assert not facts(chain, later=True)


def test_a_date_that_is_delivered_anew_keeps_what_the_first_run_believed(
    morning: Morning,
) -> None:
    task_id = morning.task_id(*CALL)
    learn(morning, NEXT_DAY, repayment=[payment("R3", "L2", "2026-11-20", "100.00")])
    chain = morning.chain(*CALL)
    assert morning.task_id(*CALL) == task_id
    assert decided(chain, "loan_delinquency", "loan_stage", "stage_event") == BELIEVED
    (said,) = corrections(chain)
    assert said == (
        "later corrected: days past due 8 → 0, overdue 70.00 → 0.00 CNY, stage reminder → current; "
        "the date was run again; recalled on 2026-11-20"
    )
