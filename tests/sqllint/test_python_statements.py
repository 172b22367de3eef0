"""Statements in Python are seen: long ones are files, short ones are portable."""

from pathlib import Path

import pytest

from postloan.settings import include_folder
from postloan.sqllint.findings import Finding
from postloan.sqllint.house_rules import House
from postloan.sqllint.python_statements import python_findings

JOINED = (
    "select loan.loan_id from loan inner join customer on loan.customer_id = customer.customer_id"
)
LONG = "select\n    loan_id,\n    customer_id\nfrom loan\nwhere\n    principal > 1\n"


@pytest.fixture(scope="module")
def house() -> House:
    return House(include_folder() / "sql")


def found(folder: Path, module: str, house: House, place: str = "room/module.py") -> list[Finding]:
    path = folder / place
    path.parent.mkdir(parents=True)
    path.write_text(module, encoding="utf-8")
    return list(python_findings(folder, house))


@pytest.mark.parametrize("text", [JOINED, LONG])
def test_a_long_question_is_a_file(tmp_path: Path, house: House, text: str) -> None:
    (finding,) = found(tmp_path, f"\nSELECT = {text!r}\n", house)
    assert (finding.rule, finding.line) == ("sql-in-python", 2)
    assert "include/sql" in finding.message


@pytest.mark.parametrize(
    "module",
    [
        "S = 'select loan_id from loan'",
        # Over what the module itself has made.
        "S = 'select m.loan_id from made as m inner join loan on m.loan_id = loan.loan_id'",
        "S = f'Nothing was put into {table}; select a loan from the list.'",
        '"""Select a loan from those that join later, with care."""',
        "S = 'Select what is wrong from the list.'",
    ],
)
def test_what_python_may_hold(tmp_path: Path, house: House, module: str) -> None:
    assert found(tmp_path, module, house) == []


@pytest.mark.parametrize(
    "text",
    [
        "f'select loan_id from {table}'",
        "f'select loan_id, {column} ' 'from loan'",
        "f'(select max(received_on) from {table})'",
        "f'delete from {table} where loan_id = $loan_id'",
        "'select a.x from {table} as a inner join loan on a.x = loan.loan_id'",
    ],
)
def test_nothing_is_put_into_a_text(tmp_path: Path, house: House, text: str) -> None:
    (finding,) = found(tmp_path, f"S = {text}", house)
    assert (finding.rule, finding.line) == ("put-in", 1)
    assert found(tmp_path / "other", f"S = {text}", house, "warehouse/spark/x.py") == []


def test_what_engines_do_differently_is_found(tmp_path: Path, house: House) -> None:
    module = "def f():\n    return 'select loan_id from loan where received_on < now()'\n"
    (finding,) = found(tmp_path, module, house)
    assert (finding.rule, finding.line) == ("unknown-function", 2)
    assert found(tmp_path / "other", module, house, "warehouse/postgres/x.py") == []
