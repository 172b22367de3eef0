"""Whatever holds personal data is kept no longer than a rule says."""

from datetime import date

import pytest

from postloan.contracts import catalogue
from postloan.rules.retention import retained_files, retained_tables

DAY = date(2026, 11, 20)
TABLES = catalogue().tables
PERSONAL = sorted(n for n, t in TABLES.items() if any(c.is_personal for c in t.columns))

WITHOUT_DATE = {"legal_hold"}
"""Orders are few, and are kept as the proof why something else was kept."""


@pytest.mark.parametrize("table", sorted({*PERSONAL} - WITHOUT_DATE))
def test_a_table_of_persons_has_a_rule_that_lets_it_go(table: str) -> None:
    assert table in retained_tables(DAY), "name it in include/rules/retention/house_retention.yaml"


def test_every_folder_of_deliveries_and_their_checks_has_a_rule() -> None:
    assert set(retained_files(DAY)) == {
        "data_docs",
        "deliveries",
        "manifests",
        "quarantine",
        "task_files",
    }
