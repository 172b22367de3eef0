"""The Excel template of a feed leads to a file that is taken in."""

import csv
import io
import time
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from postloan.cli import main
from postloan.contracts import catalogue
from postloan.reference.feed_template import LISTS, MEANING, template

FEEDS = sorted(catalogue().feeds)


def made(folder: Path, feed: str) -> Any:
    path = folder / f"{feed}.xlsx"
    assert main(["feed", "template", feed, "--output", str(path)]) == 0
    return load_workbook(path)


def save_first_sheet_as_csv(book: Any, path: Path) -> Path:
    """What a spreadsheet does: the first sheet, values as they are formatted."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for row in book.worksheets[0].iter_rows():
            writer.writerow([shown(cell) for cell in row])
    return path


def shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    if hasattr(cell.value, "strftime"):
        return str(cell.value.strftime("%Y-%m-%d"))
    if cell.number_format.startswith("0."):
        return f"{Decimal(str(cell.value)):.{len(cell.number_format) - 2}f}"
    return str(cell.value)


@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_template_is_an_empty_file_of_the_feed(
    feed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save_first_sheet_as_csv(made(tmp_path, feed), tmp_path / f"{feed}.csv")
    assert main(["feed", "check", str(path), "--feed", feed]) == 0
    assert "0 rows in" in capsys.readouterr().out


@pytest.mark.parametrize("feed", FEEDS)
def test_enums_are_lists_and_required_columns_are_marked(feed: str, tmp_path: Path) -> None:
    book = made(tmp_path, feed)
    sheet = book.worksheets[0]
    rules = {str(r.sqref).split("2:")[0]: r for r in sheet.data_validations.dataValidation}
    for cell, column in zip(sheet[1], catalogue().feeds[feed].file_columns, strict=True):
        assert cell.font.bold is column.required
        assert column.title in cell.comment.text
        if column.enum:
            assert rules[cell.column_letter].type == "list"
            offered = [c.value for c in book[LISTS][cell.column_letter]]
            assert [v for v in offered if v is not None] == list(column.enum)
    names = [row[0].value for row in book[MEANING].iter_rows(min_row=2)]
    assert names == [c.name for c in catalogue().feeds[feed].file_columns]


def test_rows_filled_in_pass_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = made(tmp_path, "loan")
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1]}
    row = {
        "loan_id": "L1",
        "customer_id": "007",
        "product": "consumer",
        "currency": "CNY",
        "principal": 1200.5,
        "disbursed_on": date(2026, 1, 5),
        "loan_status": "active",
    }
    for name, value in row.items():
        cell = sheet.cell(2, place[name], value)
        cell.number_format = sheet.column_dimensions[cell.column_letter].number_format
    path = save_first_sheet_as_csv(book, tmp_path / "loan.csv")
    assert "L1,007,,consumer,CNY,1200.50,2026-01-05" in path.read_text(encoding="utf-8-sig")
    assert main(["feed", "check", str(path)]) == 0
    assert "1 rows in, 1 good" in capsys.readouterr().out


def test_the_explanation_names_both_languages_rule_and_data_class(tmp_path: Path) -> None:
    rows = {r[0].value: [c.value for c in r] for r in made(tmp_path, "customer")[MEANING]}
    told = rows["customer_id"]
    assert told[1:5] == ["客户号", "Customer ID", "varchar", "是 yes"]
    assert told[6].startswith("主键 key 1; 最长 at most 64; 格式 pattern: ^[0-9A-Za-z")
    assert rows["id_number"][7] == "sensitive"
    assert rows["customer_group"][5] == "student, employed, self_employed, unemployed"


def test_numbers_of_documents_stay_text(tmp_path: Path) -> None:
    sheet = made(tmp_path, "customer").worksheets[0]
    letter = next(c.column_letter for c in sheet[1] if c.value == "id_number")
    assert sheet.column_dimensions[letter].number_format == "@"


def test_the_same_contract_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = catalogue().feeds["repayment"]
    first = template(feed)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert template(feed) == first
    assert b"2000-01-01" in _core(first)


def _core(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        stamp = parts.read("docProps/core.xml")
        assert all(i.date_time[:3] == (2000, 1, 1) for i in parts.infolist())
    return stamp
