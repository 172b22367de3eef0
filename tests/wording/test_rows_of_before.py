"""Rows of before messages keep the words they were written with."""

from datetime import date

import pytest

from postloan.business_day.gates import failed_checks, gate_rows
from postloan.publication.publish import _cells
from postloan.warehouse import Warehouse
from postloan.wording import wording

DAY = date(2026, 11, 20)
GATE = {
    "business_date": DAY,
    "check_name": "row_count",
    "feed": "repayment",
    "column_name": "any",
    "gate": "completeness",
    "revision": 1,
    "outcome": "failed",
    "file_sha256": "a" * 64,
    "rule_id": "G1",
    "rule_version": "1",
}


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        ({"message_zh": "行数过少", "message_en": "Too few rows"}, "行数过少", "Too few rows"),
        (
            {
                "message": "gate_failed ‖ finding_zh=行数过少 ‖ finding_en=Too few rows"
                " ‖ subject=repayment ‖ observed=3.0000 ‖ low=20.0000"
                " ‖ advice_zh=请询问 ‖ advice_en=Ask."
            },
            "行数过少：repayment 3 [≥ 20]。请询问",
            "Too few rows: repayment 3 [≥ 20]. Ask.",
        ),
    ],
)
def test_a_gate_says_what_its_row_says(
    warehouse: Warehouse, words: dict[str, str], zh: str, en: str
) -> None:
    warehouse.write_rows("gate_check", DAY, [{**GATE, **words}])
    (row,) = gate_rows(warehouse, DAY)
    assert (row["zh"], row["en"]) == (zh, en)
    (failed,) = failed_checks(warehouse, DAY)
    assert failed.message == en


@pytest.mark.parametrize(
    ("reason", "before", "written"),
    [
        (None, "旧原因", "旧原因"),
        ("check_refused ‖ reasons_zh=已暂停 ‖ reasons_en=paused", None, "检查未通过: 已暂停"),
        (None, None, None),
    ],
)
def test_a_file_says_what_its_row_says(
    reason: str | None, before: str | None, written: str | None
) -> None:
    sources = [("task_id",), ("reason", "reason_zh"), ("rule_id",)]
    assert list(_cells(("T1", reason, before, "R1"), sources, wording("zh"))) == [
        "T1",
        written,
        "R1",
    ]
