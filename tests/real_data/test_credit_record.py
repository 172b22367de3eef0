"""A real delinquency history through import, ingestion and the step, to exact counts."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.business_date import BusinessDay
from postloan.business_day.ledger import close_day, open_day
from postloan.delinquency.past_due import stage_totals
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.ingestion.deliver import ingest
from postloan.landing.foreign import import_tables, read_mapping
from postloan.settings import settings
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.real_data import MAPPINGS, real_data

ONE_LOAD, OPENING = date(2019, 12, 20), date(2019, 11, 30)
BANDS = {"reminder": "d1_14", "early_warning": "d15_29", "escalation": "d30_89", "severe": "d90p"}


def expected(file: str) -> list[dict[str, str]]:
    with (real_data("credit_record") / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def deliver(warehouse: Warehouse, day: date) -> None:
    home = settings()
    ingest(warehouse, "core_banking", day, home.landing, home.scratch, home.quarantine)


@pytest.fixture(scope="module")
def one_load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The whole history delivered at once."""
    data = real_data("credit_record")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(tmp_path_factory.mktemp("one_load")))
        import_tables(
            read_mapping(MAPPINGS / "credit_record.yaml"),
            data,
            settings().landing,
            opening=ONE_LOAD,
            until=ONE_LOAD,
        )
        with open_warehouse() as warehouse:
            deliver(warehouse, ONE_LOAD)
            yield warehouse


@pytest.fixture(scope="module")
def answers(one_load: Warehouse) -> dict[str, dict[str, str]]:
    """Expected rows by date, once the data is known to be there."""
    return {row["as_of"]: row for row in expected("expected_stage_counts.csv")}


def test_every_date_of_one_load_has_exactly_the_expected_counts_and_amounts(
    one_load: Warehouse, answers: dict[str, dict[str, str]]
) -> None:
    assert len(answers) == 24
    for as_of, row in answers.items():
        totals = {t.stage: t for t in stage_totals(one_load, date.fromisoformat(as_of))}
        got = {BANDS[s]: (t.loans, t.overdue_amount) for s, t in totals.items()}
        want = {
            band: (int(row[band]), Decimal(row[f"amt_{band}"]).quantize(Decimal("0.01")))
            for band in BANDS.values()
            if int(row[band])
        }
        assert got == want, as_of
        assert max(t.max_days_past_due for t in totals.values()) == int(row["max_dpd"]), as_of


def test_asking_about_a_date_keeps_nothing(one_load: Warehouse) -> None:
    stage_totals(one_load, date(2018, 1, 31))
    assert one_load.count("loan_delinquency") == 0
    assert one_load.count("rule_band") == 0


def moves(warehouse: Warehouse, day: date) -> dict[str, int]:
    counts = dict.fromkeys(
        ("into_d1", "into_d15", "into_d30", "into_d90", "cured_to_0", "improved"), 0
    )
    into = {
        "reminder": "into_d1",
        "early_warning": "into_d15",
        "escalation": "into_d30",
        "severe": "into_d90",
    }
    for event, stage, loans in warehouse.fetch(
        "select event, to_stage, count(*) as loans from current_stage_event "
        "where business_date = cast($day as date) group by event, to_stage",
        {"day": day},
    ):
        column = {"cured": "cured_to_0", "improved": "improved"}.get(event) or into[stage]
        counts[column] += loans
    return counts


def run_day(warehouse: Warehouse, day: date) -> BusinessDay:
    deliver(warehouse, day)
    gate = open_day(warehouse, day, after_cut_off=True)
    assert gate.day is not None, gate.reason
    stage_overdue_loans(warehouse, gate.day)
    close_day(warehouse, gate.day)
    return gate.day


def test_day_by_day_from_the_opening_the_events_are_the_expected_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = real_data("credit_record")
    monkeypatch.setenv("POSTLOAN_HOME", str(tmp_path))
    import_tables(read_mapping(MAPPINGS / "credit_record.yaml"), data, settings().landing)
    rows = expected("expected_stage_events_2019-12.csv")
    assert len(rows) == 15
    with open_warehouse() as warehouse:
        opening = run_day(warehouse, OPENING)
        assert opening.is_opening
        assert sum(moves(warehouse, OPENING).values()) == 0
        for offset, row in enumerate(rows, start=1):
            day = OPENING + timedelta(days=offset)
            assert row["date"] == day.isoformat()
            run_day(warehouse, day)
            want = {name: int(value) for name, value in row.items() if name != "date"}
            assert moves(warehouse, day) == want, day
