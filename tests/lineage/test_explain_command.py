"""`python -m postloan loan explain` answers a person, and a machine."""

import json
from pathlib import Path

import pytest

from postloan.cli import main
from postloan.cli.loan.explain import _print_json, chain_lines
from postloan.lineage.task_lineage import LineageStep
from postloan.warehouse import open_warehouse
from tests.lineage.morning import CALLED, live_through_a_day
from tests.support.deliveries import NEXT_DAY, Lender


@pytest.fixture
def task_id(home: Path) -> str:
    """The call of an installation that has closed a business date; its warehouse is shut."""
    with open_warehouse() as warehouse:
        return live_through_a_day(Lender(home, warehouse)).task_id("call_list", CALLED)


def test_a_person_reads_the_rule_the_file_and_the_line(
    task_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loan", "explain", task_id, "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Task {task_id}\n")
    assert "Not reached by day 8" in said
    assert "8 days past due, 70.00 CNY overdue" in said
    assert "core_banking/2026-11-20/repayment.csv, line 2  sha256 " in said
    assert main(["loan", "explain", task_id]) == 0
    assert "逾期满8天未联系到" in capsys.readouterr().out


def test_a_machine_reads_the_same_chain(task_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loan", "explain", task_id, "--json"]) == 0
    steps = json.loads(capsys.readouterr().out)
    assert [step["step_no"] for step in steps] == list(range(1, len(steps) + 1))
    (payment,) = [s for s in steps if s["subject"] == "R3"]
    assert (payment["file_name"], payment["line_no"]) == ("repayment.csv", 2)


def test_why_was_this_customer_called_on_that_day(
    task_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loan", "explain", "--customer", CALLED, "--date", "2026-11-21"]) == 0
    said = capsys.readouterr().out
    assert "file of 2026-11-20  call_list: added in revision 1" in said
    assert task_id in said
    assert main(["loan", "explain", "--customer", "C404", "--date", "2026-11-21"]) == 0
    assert "no task and no denial" in capsys.readouterr().out


def test_a_question_that_cannot_be_answered_says_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loan", "explain", "T404"]) == 1
    assert "There is no task T404. Take the number from a task file" in capsys.readouterr().err
    assert main(["loan", "explain", "T404", "--customer", CALLED, "--date", "2026-11-21"]) == 1
    assert main(["loan", "explain", "--customer", CALLED]) == 1
    assert "Name a task, or a customer and a date" in capsys.readouterr().err


def test_no_number_in_the_name_of_a_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "by repayment core_banking/2026-11-21/repayment_{0}.csv line 2 received on 2026-11-21, "
        "repayment core_banking/2026-11-22/repayment_2026-11-22.csv line 3 received on 2026-11-22"
    )
    number = "15400000777"
    said, name = words.format(number), f"repayment_{number}.csv"
    step = LineageStep(
        1, "correction", "L1", NEXT_DAY, {"en": said}, None, None,
        "core_banking", "repayment", NEXT_DAY, name, 2, "h", "1.0.0", is_later=True,
    )  # fmt: skip
    _print_json([step])
    told = ("\n".join(chain_lines("T1", [step], "en")), capsys.readouterr().out)
    for text in told:
        assert words.format("…") in text
        assert text.count("repayment_…") == text.count("repayment_….csv") >= 2
        assert number not in text
