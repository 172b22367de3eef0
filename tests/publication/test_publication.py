"""Publishing: all of a revision or nothing, never twice, and mended by running again."""

import csv
import hashlib
import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.errors import ContractError, PublicationError
from postloan.publication import ledger, publish
from postloan.publication import publish_task_files as step
from postloan.rules.tables import publish_rules
from tests.support.decision_book import Book
from tests.support.full_disk import full_disk

DAY = date(2026, 11, 20)
TODAY = BusinessDay(DAY, 1, DAY - timedelta(days=1))


def bytes_of(outbox: Path) -> dict[str, bytes]:
    """Every file of an outbox by its path."""
    return {
        str(f.relative_to(outbox)): f.read_bytes() for f in sorted(outbox.rglob("*")) if f.is_file()
    }


def folder_of(book: Book, queue: str, revision: int) -> Path:
    return book.outbox / DAY.isoformat() / queue / f"r{revision}"


def manifest(book: Book, queue: str, revision: int) -> dict[str, Any]:
    path = folder_of(book, queue, revision) / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def task_id(book: Book, key: str, queue: str = "sms_reminder") -> str:
    return str(
        book.warehouse.scalar(
            "select max(task_id) as t from task where candidate_key = $key and queue = $queue "
            "and task_action = 'added' and revision = 1",
            {"key": key, "queue": queue},
        )
    )


def test_a_revision_is_given_to_the_group_of_its_receiver(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.debtor(DAY, 1, 1)
    book.prepare(TODAY)
    book.publish(TODAY)
    folder = folder_of(book, "sms_reminder", 1)
    before = {path: path.stat().st_mode & 0o777 for path in folder.parent.parent.rglob("*")}
    # Published before, and opened by running again.
    monkeypatch.setenv("POSTLOAN_RECEIVER_GROUPS", f"sms_reminder={os.getgid()}")
    book.publish(TODAY)
    for path, mode in before.items():
        wanted = 0o750 if path.is_dir() else 0o640
        is_given = path.is_relative_to(folder.parent)
        assert path.stat().st_mode & 0o777 == (wanted if is_given else mode)
        assert not is_given or path.stat().st_gid == os.getgid()


def test_a_second_run_changes_no_byte(book: Book) -> None:
    for number, days in enumerate((1, 8, 20, 95), start=1):
        book.debtor(DAY, number, days)
    book.prepare(TODAY)
    first = book.publish(TODAY)
    files = bytes_of(book.outbox)
    assert book.publish(TODAY) == first
    assert bytes_of(book.outbox) == files
    assert len([f for f in files if f.endswith(".csv")]) == 5


def test_a_disk_that_is_full_publishes_nothing_and_a_second_run_all(book: Book) -> None:
    for number in range(1, 5):
        book.debtor(DAY, number, 1)
    book.prepare(TODAY)
    with full_disk(100), pytest.raises(PublicationError, match="make room"):
        book.publish(TODAY)
    assert not [f for f in bytes_of(book.outbox) if f.endswith("manifest.json")]
    book.publish(TODAY)
    (path,) = folder_of(book, "sms_reminder", 1).glob("*.csv")
    assert len(rows_of(path)) == 5


def test_a_manifest_tells_the_truth_and_nothing_else(book: Book) -> None:
    for number in (1, 2):
        book.debtor(DAY, number, 1)
    book.publish(TODAY)
    told = manifest(book, "sms_reminder", 1)
    assert set(told) == {
        "queue",
        "business_date",
        "revision",
        "receiver",
        "contract_version",
        "header_language",
        "rule_versions",
        "files",
    }
    (entry,) = told["files"]
    path = folder_of(book, "sms_reminder", 1) / entry["file"]
    assert entry["file"] == "sms_reminder_2026-11-20_r1.csv"
    assert entry["rows"] == len(rows_of(path)) - 1 == 2
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "cn_contact@2025.02.28" in told["rule_versions"]
    assert str(book.outbox) not in json.dumps(told)


@pytest.mark.parametrize(
    ("language", "header", "reason"),
    [("zh", "任务编号", "逾期提醒"), ("en", "task_id", "Reminder of an overdue payment")],
)
def test_header_and_reasons_speak_one_language(
    book: Book, monkeypatch: pytest.MonkeyPatch, language: str, header: str, reason: str
) -> None:
    monkeypatch.setenv("POSTLOAN_HEADER_LANGUAGE", language)
    book.debtor(DAY, 1, 1)
    book.publish(TODAY)
    head, row = rows_of(folder_of(book, "sms_reminder", 1) / "sms_reminder_2026-11-20_r1.csv")
    assert head[0] == header
    assert reason in row


def test_what_is_published_keeps_its_language(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.debtor(DAY, 1, 1)
    book.publish(TODAY)
    files = bytes_of(book.outbox)
    monkeypatch.setenv("POSTLOAN_HEADER_LANGUAGE", "en")
    book.publish(TODAY)
    assert bytes_of(book.outbox) == files


def test_a_queue_without_tasks_says_so(book: Book) -> None:
    book.publish(TODAY)
    assert manifest(book, "call_list", 1)["files"][0]["rows"] == 0


def test_new_facts_publish_what_was_added_and_recall_what_fell_away(book: Book) -> None:
    for number in (1, 2, 3):
        book.debtor(DAY, number, 1)
    book.publish(TODAY)
    before = bytes_of(book.outbox)
    recalled = {task_id(book, "C1|CNY"), task_id(book, "C2|CNY")}
    # A late delivery: the first has paid, the second owes another amount, a fourth appears.
    book.forget_stages(DAY)
    book.past_due(DAY, "L2", "C2", 1, "70.00")
    book.past_due(DAY, "L3", "C3", 1)
    book.debtor(DAY, 4, 1)
    book.publish(TODAY)
    stem = folder_of(book, "sms_reminder", 2) / "sms_reminder_2026-11-20_r2"
    added = rows_of(stem.with_suffix(".csv"))[1:]
    assert sorted(row[4] for row in added) == ["100.00", "70.00"]
    header, *recalls = rows_of(Path(f"{stem}_recall.csv"))
    assert header == ["任务编号", "任务日期", "撤回原因", "规则编号"]
    assert {(i, on, why) for i, on, why, *_ in recalls} == {
        (i, "2026-11-20", "依据已变, 该任务不再成立") for i in recalled
    }
    kinds = [(f["kind"], f["rows"]) for f in manifest(book, "sms_reminder", 2)["files"]]
    assert kinds == [("added", 2), ("recalled", 2)]
    after = bytes_of(book.outbox)
    assert {name: after[name] for name in before} == before
    assert book.tasks(DAY, "sms_reminder") == ["C2|CNY", "C3|CNY", "C4|CNY"]
    book.publish(TODAY)
    assert bytes_of(book.outbox) == after


def test_a_hold_that_arrives_late_recalls_and_a_lifted_one_sends_again(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    book.publish(TODAY)
    book.fact("hold", DAY, hold_id="H", customer_id="C1", hold_kind="complaint", starts_on=DAY)
    book.publish(TODAY)
    assert book.tasks(DAY, "sms_reminder") == []
    book.warehouse.delete_partition("hold", DAY)
    book.publish(TODAY)
    assert book.tasks(DAY, "sms_reminder") == ["C1|CNY"]
    folders = folder_of(book, "sms_reminder", 1).parent.iterdir()
    assert {folder.name for folder in folders} == {"r1", "r2", "r3"}
    # It was sent, recalled and sent: the plan counts it once.
    assert book.warehouse.count("task_loan", DAY) == 1


def test_a_recalled_task_does_not_count_as_a_contact(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    book.publish(TODAY)
    book.fact(
        "hold",
        DAY,
        hold_id="H",
        customer_id="C1",
        hold_kind="complaint",
        starts_on=DAY,
        ends_on=DAY + timedelta(days=2),
    )
    book.publish(TODAY)
    tomorrow = DAY + timedelta(days=1)
    book.past_due(tomorrow, "L1", "C1", 2)
    book.publish(BusinessDay(tomorrow, 1, DAY))
    assert book.tasks(tomorrow, "sms_reminder") == ["C1|CNY"]


def test_a_crash_between_commit_and_files_is_mended_by_running_again(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        book.debtor(DAY, number, 8)
    calls = []
    render = publish._render

    def killed(*arguments: Any) -> dict[str, Any]:
        calls.append(arguments)
        if len(calls) == 3:
            (arguments[3] / "half.csv").write_text("half")
            raise KeyboardInterrupt
        return render(*arguments)

    monkeypatch.setattr(publish, "_render", killed)
    with pytest.raises(KeyboardInterrupt):
        book.publish(TODAY)
    assert len([f for f in bytes_of(book.outbox) if f.endswith("manifest.json")]) == 2
    monkeypatch.setattr(publish, "_render", render)
    book.publish(TODAY)
    mended = bytes_of(book.outbox)
    book.outbox = tmp_path / "elsewhere"
    book.publish(TODAY)
    assert bytes_of(book.outbox) == mended
    assert not [name for name in mended if "unfinished" in name or "half" in name]


def test_a_crash_before_the_commit_leaves_nothing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.debtor(DAY, 1, 1)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(step, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        book.publish(TODAY)
    assert book.warehouse.count("task") == book.warehouse.count("publication") == 0
    assert not book.outbox.exists()
    monkeypatch.undo()
    book.publish(TODAY)
    assert book.tasks(DAY, "sms_reminder") == ["C1|CNY"]


@pytest.mark.parametrize("damage", ["changed", "removed", "manifest", "manifest gone"])
def test_a_published_file_that_was_touched_is_noticed(book: Book, damage: str) -> None:
    book.debtor(DAY, 1, 1)
    book.publish(TODAY)
    folder = folder_of(book, "sms_reminder", 1)
    path = folder / "sms_reminder_2026-11-20_r1.csv"
    if damage == "changed":
        path.write_bytes(path.read_bytes().replace(b"100.00", b"900.00"))
    elif damage == "removed":
        path.unlink()
    elif damage == "manifest":
        told = manifest(book, "sms_reminder", 1)
        (folder / "manifest.json").write_text(json.dumps({**told, "revision": 7}))
    else:
        (folder / "manifest.json").unlink()
    with pytest.raises(PublicationError, match="Move the folder away"):
        book.publish(TODAY)
    folder.rename(book.outbox / "put aside")
    book.publish(TODAY)
    assert b"100.00" in path.read_bytes()


def test_an_outbox_that_cannot_be_written_says_what_to_do(book: Book) -> None:
    book.debtor(DAY, 1, 1)
    book.outbox.write_text("a file where the folder belongs")
    with pytest.raises(PublicationError, match="run the step again"):
        book.publish(TODAY)
    book.outbox.unlink()
    book.publish(TODAY)
    assert book.tasks(DAY, "sms_reminder") == ["C1|CNY"]


def test_a_file_that_would_carry_too_much_stops_before_anything_is_written(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.debtor(DAY, 1, 1)
    publish_rules(book.warehouse, DAY)

    def refuse(queue: str, day: date) -> None:
        raise ContractError("too much")

    monkeypatch.setattr(ledger, "checked_contract", refuse)
    with pytest.raises(ContractError):
        step.publish_task_files(book.warehouse, TODAY, book.outbox)
    assert book.warehouse.count("task") == 0


def test_names_that_are_formulas_stay_text(book: Book) -> None:
    book.customer("C1", customer_name='=HYPERLINK("http://x.example","x")')
    book.loan("L1", "C1")
    book.past_due(DAY, "L1", "C1", 8)
    book.publish(TODAY)
    _, row = rows_of(folder_of(book, "call_list", 1) / "call_list_2026-11-20_r1.csv")
    assert row[1] == '\'=HYPERLINK("http://x.example","x")'
    assert row[2] == "15400000001"


def test_outside_receivers_learn_no_more_than_they_need(book: Book) -> None:
    book.debtor(DAY, 1, 95)
    book.publish(TODAY)
    (text,) = [f.read_text("utf-8-sig") for f in folder_of(book, "sms_reminder", 1).glob("*.csv")]
    assert "测试甲" not in text
    assert "C1" not in text
