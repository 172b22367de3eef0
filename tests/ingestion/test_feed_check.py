"""A sender tests a file before it is sent."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from postloan.cli import main
from postloan.settings import REPOSITORY
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, REPAYMENT, Rows, csv_bytes


def written(folder: Path, feed: str, rows: Rows, name: str = "") -> Path:
    path = folder / (name or f"{feed}.csv")
    path.write_bytes(csv_bytes(feed, rows))
    return path


def check(*arguments: object) -> int:
    return main(["feed", "check", *map(str, arguments)])


def test_a_clean_file_is_ready_to_send(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(written(tmp_path, "customer", [CUSTOMER], "CUSTOMER_20261120.csv")) == 0
    told = capsys.readouterr().out
    assert "feed customer, contract 1.0.0" in told
    assert "1 rows in, 1 good, 0 refused" in told
    assert "Ready to send." in told
    assert not home.exists()


def test_the_file_that_is_named_is_judged_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"hold_id": "H1", "customer_id": "C1", "hold_kind": "dispute", "starts_on": "2026-11-20"}
    written(tmp_path, "hold", [good | {"hold_kind": "medical"}], "hold1.csv")
    named = written(tmp_path, "hold", [good], "hold[1].csv")
    assert check(named, "--feed", "hold") == 0
    assert "not_in_list" not in capsys.readouterr().out


def test_the_report_is_the_last_word(tmp_path: Path) -> None:
    file = written(tmp_path, "customer", [CUSTOMER])
    command = [sys.executable, "-m", "postloan", "feed", "check", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.endswith("Ready to send.\n")
    assert done.stderr == ""


def test_refused_rows_are_told_by_column_line_and_advice_and_never_by_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {**CUSTOMER, "customer_group": "secret-value"}
    rows = [CUSTOMER, *({**bad, "customer_id": f"C{n}"} for n in range(2, 9)), CUSTOMER]
    assert check(written(tmp_path, "customer", rows)) == 1
    told = capsys.readouterr().out
    assert "9 rows in, 1 good, 8 refused" in told
    assert "customer_group: not_in_list: 7 rows (lines 3, 4, 5, 6, 7, …)" in told
    assert "customer_group must be one of student, employed" in told
    assert "customer_id: duplicate_key: 1 rows (lines 10)" in told
    assert "secret-value" not in told
    assert str(CUSTOMER["customer_name"]) not in told


def test_references_are_judged_only_by_the_files_that_are_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loan = written(tmp_path, "loan", [LOAN, {**LOAN, "loan_id": "L2", "customer_id": "C9"}])
    assert check(loan) == 0
    assert "Whether customer_id names a known customer" in capsys.readouterr().out
    assert check(loan, "--with", written(tmp_path, "customer", [CUSTOMER])) == 1
    told = capsys.readouterr().out
    assert "customer_id: orphan: 1 rows (lines 3)" in told
    assert "Not judged" not in told


def test_a_feed_of_another_source_is_judged_by_the_customers_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {
        "customer_id": "C9",
        "institution_id": "10001",
        "effective_on": "2026-09-01",
        "code_system": "cn",
        "status_code": "1",
    }
    path = written(tmp_path, "enrolment", [row])
    check(path, "--with", written(tmp_path, "customer", [CUSTOMER]))
    assert "customer_id: orphan" in capsys.readouterr().out


def test_reversals_are_judged_where_earlier_repayments_are_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reversal = {**REPAYMENT, "repayment_id": "R2", "reverses_id": "R1"}
    lost = {**REPAYMENT, "repayment_id": "R3", "reverses_id": "R0"}
    today = written(tmp_path, "repayment", [reversal, lost], "repayment_today.csv")
    assert check(today) == 0
    assert "Whether reverses_id names a known repayment" in capsys.readouterr().out
    earlier = [
        argument
        for feed, row in (("customer", CUSTOMER), ("loan", LOAN), ("instalment", INSTALMENT))
        for argument in ("--with", written(tmp_path, feed, [row]))
    ]
    earlier += ["--with", written(tmp_path, "repayment", [REPAYMENT])]
    assert check(today, *earlier) == 1
    assert "reverses_id: orphan_reversal: 1 rows (lines 3)" in capsys.readouterr().out


def test_the_opening_has_checks_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = written(tmp_path, "customer", [])
    assert check(empty) == 0
    assert check(empty, "--opening") == 1
    assert "A book without customers is no book." in capsys.readouterr().out


def test_so_many_refused_rows_that_the_delivery_would_stop_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [{**CUSTOMER, "customer_id": f"C{n}"} for n in range(100)]
    bad = [{**CUSTOMER, "customer_id": "", "customer_name": f"{n}"} for n in range(101)]
    assert check(written(tmp_path, "customer", [*good, *bad[:100]])) == 1
    assert "stops the delivery" not in capsys.readouterr().out
    assert check(written(tmp_path, "customer", [*good, *bad])) == 1
    assert "101 of 201 rows are refused" in capsys.readouterr().out


def test_a_name_that_says_no_feed_needs_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "customer", [CUSTOMER], "export.csv")
    assert check(path) == 1
    assert "Name it with --feed, one of" in capsys.readouterr().err
    assert check(path, "--feed", "customer") == 0
    assert check(path, "--feed", "custmer") == 1
    assert "There is no feed 'custmer'" in capsys.readouterr().err


def test_a_wrong_layout_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loan.csv"
    path.write_text("loan_id;customer_id\n", encoding="utf-8")
    assert check(path) == 1
    assert "separated by semicolons" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_report_is_a_table_without_formulas(
    tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "customer", [{**CUSTOMER, "birth_on": "soon"}], "=customer.csv")
    report = tmp_path / f"report.{ending}"
    assert check(path, "--report", report) == 1
    if ending == "xlsx":
        sheet = load_workbook(report).active
        assert sheet is not None
        rows = [["" if c is None else str(c) for c in r] for r in sheet.iter_rows(values_only=True)]
    else:
        with report.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    assert rows[1][0] == "'=customer.csv"
    assert ["birth_on", "not_a_date", "1", "2"] in [row[3:7] for row in rows]


def test_what_is_no_file_of_the_feed_is_told_and_never_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loan.csv").mkdir()
    (tmp_path / "hold.csv").write_bytes(b"")
    loan = written(tmp_path, "loan", [LOAN], "l.csv")
    for arguments, words in (
        ((tmp_path / "nowhere.csv",), "nowhere.csv is not a file"),
        ((tmp_path / "folder",), "folder is not a file"),
        ((tmp_path / "loan.csv",), "loan.csv is not a file"),
        ((tmp_path / "folder", "--feed", "loan"), "is not a file"),
        ((tmp_path / "hold.csv",), "hold.csv is empty"),
        ((loan,), "Name it with --feed"),
        ((loan, "--feed", "lone"), "There is no feed 'lone'"),
        ((loan, "--feed", "hold"), "missing columns"),
        ((loan, "--feed", "loan", "--with", tmp_path / "gone.csv"), "gone.csv is not a file"),
    ):
        assert check(*arguments) == 1
        told = capsys.readouterr().err
        assert words in told
        assert "Traceback" not in told
        assert "defect" not in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lone"], "There is no feed 'lone'"),
        (["loan", "--output", "loan.csv"], "Name it with .xlsx at its end"),
        (["loan", "--output", "/nowhere/loan.xlsx"], "cannot be written"),
    ],
)
def test_a_template_that_cannot_be_made_is_told(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feed", "template", *arguments]) == 1
    assert words in capsys.readouterr().err
