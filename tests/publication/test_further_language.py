"""A language is one file of `include/wording`: heads of columns, words of rules, sentences."""

import csv
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from postloan.business_date import BusinessDay
from postloan.cli import main
from postloan.doctor.installation import include
from postloan.errors import PostloanError, WordingError
from postloan.lineage.task_lineage import explain_task
from postloan.settings import include_folder, languages, settings
from tests.support.decision_book import Book

DAY = date(2026, 11, 20)
TODAY = BusinessDay(DAY, 1, DAY - timedelta(days=1))


@pytest.fixture
def vietnamese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A further file of wording, and files to be written in its language."""
    include = tmp_path / "include"
    shutil.copytree(include_folder(), include)
    text = (include / "wording" / "en.yaml").read_text(encoding="utf-8")
    words = yaml.safe_load(text)
    words["sentences"]["lineage"]["loan_status_told"] = "khoản vay {status}"
    words["titles"] = {"task_id": "mã công việc", "reason": "lý do"}
    words["rules"] = {"Reminder of an overdue payment": "Nhắc khoản quá hạn"}
    path = include / "wording" / "vi.yaml"
    path.write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(include))
    monkeypatch.setenv("POSTLOAN_HEADER_LANGUAGE", "vi")
    return path


def written(book: Book) -> list[dict[str, str]]:
    path = book.outbox / f"{DAY}/sms_reminder/r1/sms_reminder_{DAY}_r1.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_task_file_is_written_in_it(book: Book, vietnamese: Path) -> None:
    book.debtor(DAY, 1, 1)
    book.prepare(TODAY)
    book.publish(TODAY)
    (row,) = written(book)
    assert row["lý do"] == "Nhắc khoản quá hạn"
    # A column without a head of its own has its name, as in English.
    assert row["mã công việc"].startswith("T")
    assert row["phone"]
    assert book.warehouse.scalar("select header_language as l from publication limit 1") == "vi"


def test_what_a_task_rests_on_is_told_in_it(book: Book, vietnamese: Path) -> None:
    book.debtor(DAY, 1, 1)
    book.prepare(TODAY)
    book.publish(TODAY)
    (row,) = written(book)
    told = {step.what["vi"] for step in explain_task(book.warehouse, row["mã công việc"], ["vi"])}
    assert any("Nhắc khoản quá hạn" in what for what in told)


def test_a_language_without_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTLOAN_HEADER_LANGUAGE", "xx")
    with pytest.raises(PostloanError, match="set it to one of zh, en"):
        settings()
    with pytest.raises(SystemExit):
        main(["loan", "explain", "T1", "--language", "xx"])
    assert "xx" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["._en", "vi copy", "VI", "x'y"])
def test_what_is_called_like_no_language_is_none(vietnamese: Path, name: str) -> None:
    vietnamese.with_name(f"{name}.yaml").write_text("", "utf-8")
    assert languages() == ("zh", "en", "vi")


def test_a_language_without_words_stops_its_files_before_a_task_and_no_other(
    book: Book, vietnamese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vietnamese.write_text("", "utf-8")
    book.debtor(DAY, 1, 1)
    book.prepare(TODAY)
    with pytest.raises(WordingError, match=r"vi\.yaml is empty"):
        book.publish(TODAY)
    assert book.warehouse.count("task") == 0
    assert next(f for f in include(settings()) if f.what == "wording").words.endswith("anew.")
    monkeypatch.setenv("POSTLOAN_HEADER_LANGUAGE", "en")
    book.publish(TODAY)
    (row,) = written(book)
    assert explain_task(book.warehouse, row["task_id"])
