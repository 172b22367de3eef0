"""A real delinquency history through the commands and the scheduler, to published files."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.journey.conftest import Installation, running
from tests.support.real_data import MAPPINGS, real_data

OPENING, DAY = "2019-12-19", "2019-12-20"
COLUMNS = {"reminder": "d1_14", "escalation": "d30_89", "severe": "d90p"}

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The imported book, opened, its first actions released, and one day run."""
    data = real_data("credit_record")
    made = Installation(tmp_path_factory.mktemp("credit_record"))
    mapping = str(MAPPINGS / "credit_record.yaml")
    dates = ("--opening", OPENING, "--until", DAY)
    made.succeed("feed", "import", "--mapping", mapping, "--from", str(data), *dates)
    with running(made):
        made.succeed("day", "open", "--date", OPENING)
        made.succeed("gate", "release-opening", "--date", OPENING, "--by", "test")
        made.succeed("day", "run", "--date", DAY)
        yield made


@pytest.fixture(scope="module")
def summary(lender: Installation) -> dict[str, list[dict[str, object]]]:
    """What the day says about itself."""
    text = (lender.home / "reports" / f"{DAY}.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, object]]] = json.loads(text)
    return found


def test_the_stages_of_the_day_are_the_expected_ones(
    summary: dict[str, list[dict[str, object]]],
) -> None:
    with (real_data("credit_record") / "expected_stage_counts.csv").open(encoding="utf-8") as lines:
        want = next(row for row in csv.DictReader(lines) if row["as_of"] == DAY)
    got = {
        s["stage"]: (s["loans"], Decimal(str(s["overdue_amount"])))
        for s in summary["stages"]
        if s["stage"] != "current"
    }
    assert got == {
        stage: (int(want[column]), Decimal(want[f"amt_{column}"]))
        for stage, column in COLUMNS.items()
    }


def test_nobody_without_an_address_is_called_and_each_denial_says_so(
    lender: Installation, summary: dict[str, list[dict[str, object]]]
) -> None:
    denials = {d["reason"]: d["denials"] for d in summary["denials"]}
    # Every past-due customer is owed a message, the 376 from day 30 on a call as well.
    assert set(denials) == {"no_contact_address"}
    assert denials["no_contact_address"] == 9275 + 376
    for queue in ("sms_reminder", "call_list"):
        (file,) = (lender.home / "outbox" / DAY / queue / "r1").glob("*.csv")
        assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_severe_loans_have_a_case_that_waits_for_a_person(
    lender: Installation, summary: dict[str, list[dict[str, object]]]
) -> None:
    opening = json.loads((lender.home / "reports" / f"{OPENING}.json").read_text(encoding="utf-8"))
    (at_first,) = (s["loans"] for s in opening["stages"] if s["stage"] == "severe")
    (severe,) = (s["loans"] for s in summary["stages"] if s["stage"] == "severe")
    # Loans that paid enough to fall below the stage on the next day have lost their case.
    assert at_first > 48
    assert severe == 48
    assert f"{severe} legal cases" in lender.succeed("day", "summary")
