"""What is held stays, as long as it is held."""

from datetime import date
from pathlib import Path

import pytest

from postloan.cli import main
from postloan.errors import DayError
from postloan.retention.holds import Hold, lift, place
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.archive import NOW, OLD, RECENT, Archive, row


def test_task_files_stay_as_long_as_one_of_their_tasks(archive: Archive) -> None:
    archive.warehouse.append_rows(
        "task", [row("task", business_date=RECENT, customer_id="C3", task_id="T3")]
    )
    place(archive.warehouse, Hold("H1", NOW, customer_id="C1"), "lawsuit", "Li")
    file = f"outbox/{OLD}/call_list/r1/call_list.csv"
    archive.expire()
    assert file in archive.files()
    lift(archive.warehouse, "H1", NOW, "Li")
    archive.expire()
    assert file not in archive.files()
    assert not (archive.home.outbox / str(OLD)).exists()


def test_a_held_customer_is_kept_and_the_rest_of_the_date_goes(archive: Archive) -> None:
    place(archive.warehouse, Hold("H1", NOW, customer_id="C1"), "lawsuit", "Li")
    gone = archive.expire()
    assert archive.customers("loan_stage") == ["C1"]
    assert gone["loan_stage"].quantity == gone["quarantine"].quantity == 1
    held = archive.home.quarantine / "core_banking" / str(OLD) / "loan.csv"
    text = held.read_text(encoding="utf-8-sig")
    assert "L1,bad" in text
    assert "L2,bad" not in text
    # A file cannot go in part: the delivery that brought the customer stays as a whole.
    assert f"landing/core_banking/{OLD}/loan.csv" in archive.files()


def test_a_held_range_of_dates_is_kept_as_a_whole(archive: Archive) -> None:
    # A delivery that brought no rows is part of the range, too.
    for name in ("bureau_loan.csv", "manifest.json"):
        archive.add_file(archive.home.landing / "credit_bureau" / str(OLD) / name)
    before = archive.files()
    held = Hold("H2", NOW, first_date=OLD, last_date=OLD)
    place(archive.warehouse, held, "inspection", "Li")
    assert archive.expire() == {}
    assert archive.files() == before
    assert archive.customers("loan_stage") == ["C1", "C2"]


def test_a_lifted_hold_keeps_nothing_from_its_day_on(archive: Archive) -> None:
    day_before = date(2026, 11, 19)
    place(archive.warehouse, Hold("H1", OLD, customer_id="C1"), "lawsuit", "Li")
    archive.expire(day_before)
    lift(archive.warehouse, "H1", NOW, "Wang")
    archive.expire(day_before)
    assert archive.customers("loan_stage") == ["C1"]
    archive.expire(NOW)
    assert archive.customers("loan_stage") == []


@pytest.mark.parametrize(
    ("hold", "told"),
    [
        (Hold("H 1", NOW, customer_id="C1"), "letters, digits"),
        (Hold("H1", NOW), "either a customer, or"),
        (Hold("H1", NOW, customer_id="C1", first_date=OLD, last_date=OLD), "either a customer, or"),
        (Hold("H1", NOW, first_date=OLD), "either a customer, or"),
        (Hold("H1", NOW, first_date=NOW, last_date=OLD), "before it begins"),
    ],
)
def test_a_hold_says_what_it_keeps(archive: Archive, hold: Hold, told: str) -> None:
    with pytest.raises(DayError, match=told):
        place(archive.warehouse, hold, "lawsuit", "Li")


def test_the_commands_place_expire_and_lift(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse() as warehouse:
        Archive(warehouse, settings()).fill()
    place_it = ["hold", "place", "H1", "--customer", "C1", "--date", str(NOW)]
    assert main([*place_it, "--reason", "lawsuit of 张三", "--by", "Li"]) == 0
    assert main([*place_it, "--reason", "again", "--by", "Li"]) == 1
    assert main(["data", "expire", "--date", str(NOW), "--dry-run"]) == 0
    assert main(["data", "expire", "--date", str(NOW)]) == 0
    assert main(["hold", "lift", "H1", "--date", str(NOW), "--by", "Wang"]) == 0
    assert main(["hold", "lift", "H9", "--date", str(NOW), "--by", "Wang"]) == 1
    assert main(["hold", "list"]) == 0
    told = capsys.readouterr()
    assert "H1 is there already" in told.err
    assert "There is no hold H9" in told.err
    assert "HOUSE-RET-003@2026.11.30" in told.out
    assert "lifted 2026-11-20 by Wang" in told.out
    assert "张三" not in told.out
