"""A real Czech bank of the 1990s, whose repayments name no instalment."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.business_day.ledger import open_day
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.ingestion.deliver import ingest
from postloan.landing.foreign import import_tables, read_mapping
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.real_data import MAPPINGS, real_data

OPENING = date(1994, 4, 20)


def test_exactly_one_of_the_live_loans_is_in_arrears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = real_data("berka")
    monkeypatch.setenv("POSTLOAN_HOME", str(tmp_path))
    home = settings()
    import_tables(read_mapping(MAPPINGS / "berka.yaml"), data, home.landing)
    with open_warehouse() as warehouse:
        result = ingest(
            warehouse, "core_banking", OPENING, home.landing, home.scratch, home.quarantine
        )
        assert result.rows_quarantined == 0
        gate = open_day(warehouse, OPENING, after_cut_off=True)
        assert gate.day is not None, gate.reason
        stage_overdue_loans(warehouse, gate.day)
        assert warehouse.scalar("select count(*) as n from loan") == 41
        assert warehouse.fetch(
            "select loan_id, days_past_due, overdue_instalments, overdue_amount, currency, "
            "overdue_principal from current_loan_delinquency"
        ) == [("5314", 220, 8, Decimal("64264.00"), "CZK", None)]
