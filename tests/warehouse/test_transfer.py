"""`python -m postloan admin migrate`: a lender moves to another engine, and nothing changes."""

import os
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from postloan.cli import main
from postloan.contracts import Column, Table, catalogue
from postloan.landing.sample import write_sample
from postloan.settings import REPOSITORY, settings
from postloan.warehouse import Warehouse, open_warehouse, transfer
from postloan.warehouse.checksum import checksum
from postloan.warehouse.postgres.engine import PostgresWarehouse
from postloan.warehouse.transfer import LEDGER, OWN_TABLES
from tests.support.whole_day import files, run_whole_day, tables

DAY = date(2026, 11, 20)

TYPES = {
    "word": "varchar",
    "whole": "integer",
    "large": "bigint",
    "amount": "decimal(18,2)",
    "rate": "decimal(18,6)",
    "day": "date",
    "moment": "timestamp",
    "is_so": "boolean",
}
EVERYTHING = Table(
    "everything", "", "", "", "", tuple(Column(n, n, n, "", t) for n, t in TYPES.items())
)
VALUES: tuple[Any, ...] = (
    "王小明 “x”, \n'y' 𠮷", -7, 2**60, Decimal("-1.10"), Decimal("0.000001"),
    date(2024, 2, 29), datetime.fromisoformat("2024-02-29 12:30:15.123456"), True,
)  # fmt: skip


# Checksums ------------------------------------------------------------------------------------


def held(warehouse: Warehouse, *rows: tuple[Any, ...]) -> str:
    warehouse.drop_temporary(EVERYTHING.name)
    warehouse.create_table(EVERYTHING)
    warehouse.insert_rows(EVERYTHING.name, EVERYTHING.column_names, rows)
    found = checksum(warehouse, EVERYTHING)
    assert found.rows == len(rows)
    warehouse.drop_temporary(EVERYTHING.name)
    return found.content


def expected(*texts: tuple[str | None, ...]) -> str:
    """The checksum of rows, worked out from what their values look like as text."""
    lines = ("\x1f".join("-" if t is None else f"={t}" for t in row) for row in texts)
    hashes = [md5(line.encode(), usedforsecurity=False).hexdigest() for line in lines]
    return "-".join(f"{sum(int(h[n : n + 7], 16) for h in hashes):x}" for n in (0, 7))


def test_a_checksum_is_the_same_on_every_engine(warehouse: Warehouse) -> None:
    seconds = datetime.fromisoformat("2024-02-29 12:30:15")
    rows = (VALUES, (*VALUES[:6], seconds, False), (None,) * len(VALUES), ("", *VALUES[1:]))
    shown = ("-7", str(2**60), "-1.10", "0.000001", "2024-02-29")
    moment = "2024-02-29 12:30:15.123456"
    assert held(warehouse, *rows) == expected(
        (VALUES[0], *shown, moment, "true"),
        (VALUES[0], *shown, "2024-02-29 12:30:15", "false"),
        (None,) * len(VALUES),
        ("", *shown, moment, "true"),
    )


def test_an_engine_without_hexadecimals_finds_the_same_checksum(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = held(warehouse, VALUES)
    monkeypatch.setattr(type(warehouse), "seven_hexadecimals", None)
    assert held(warehouse, VALUES) == read


def test_a_checksum_does_not_go_by_the_order_of_rows(warehouse: Warehouse) -> None:
    other = ("other", *VALUES[1:])
    assert held(warehouse, VALUES, other) == held(warehouse, other, VALUES)


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_a_checksum_tells_an_absent_value_from_any(warehouse: Warehouse, place: int) -> None:
    without = (*VALUES[:place], None, *VALUES[place + 1 :])
    assert held(warehouse, VALUES) != held(warehouse, without)


def test_a_checksum_tells_an_empty_text_from_an_absent_one(warehouse: Warehouse) -> None:
    assert held(warehouse, ("", *VALUES[1:])) != held(warehouse, (None, *VALUES[1:]))


# A whole lender -------------------------------------------------------------------------------


@pytest.fixture
def lender(monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of the warehouse, on DuckDB, of a lender that has worked for two dates."""
    write_sample(settings().landing, loans=200, days=2, seed=5, last_business_date=DAY)
    with open_warehouse() as warehouse:
        for day in (DAY - timedelta(days=2), DAY - timedelta(days=1)):
            run_whole_day(warehouse, day)
    return settings().warehouse_url


@pytest.fixture
def target(postgres_url: str) -> str:
    """URL of an empty warehouse on PostgreSQL."""
    return postgres_url


def content(url: str) -> dict[str, str]:
    with open_warehouse(url) as warehouse:
        found = tables(warehouse)
    return {name: text for name, text in found.items() if name not in OWN_TABLES}


@pytest.mark.postgres
def test_a_lender_moves_to_a_server_and_back_and_goes_on_with_the_same_files(
    lender: str,
    target: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    back = f"duckdb:///{tmp_path}/back.duckdb"
    assert main(["admin", "migrate", "--to", target]) == 0
    told = capsys.readouterr().out
    assert "loan_delinquency " in told
    assert "every table proved to be the same" in told
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", target)
    assert main(["admin", "migrate", "--to", back]) == 0
    before = content(lender)
    assert content(target) == before
    assert content(back) == before

    outboxes = []
    for url in (lender, target, back):
        monkeypatch.setenv("POSTLOAN_WAREHOUSE", url)
        with open_warehouse() as warehouse:
            run_whole_day(warehouse, DAY)
        outboxes.append(files(settings().outbox))
        (settings().outbox / DAY.isoformat()).rename(tmp_path / f"outbox_{len(outboxes)}")
    assert any(DAY.isoformat() in name for name in outboxes[0])
    assert outboxes[0] == outboxes[1] == outboxes[2]


# Interrupted, and refused ---------------------------------------------------------------------

DYING = """
import os, signal, sys
from postloan.cli import main
from postloan.warehouse.postgres.engine import PostgresWarehouse

left = int(sys.argv[2])
insert = PostgresWarehouse.insert_rows
def dying(self, table, columns, rows):
    global left
    left -= 1
    if left < 0:
        insert(self, table, columns, list(rows)[:1])
        os.kill(os.getpid(), signal.SIGKILL)
    return insert(self, table, columns, rows)
PostgresWarehouse.insert_rows = dying
sys.exit(main(["admin", "migrate", "--to", sys.argv[1]]))
"""


@pytest.mark.postgres
def test_killed_at_any_table_it_goes_on_where_it_was(
    lender: str, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'plugins'}"}
    for moment in (0, 20, 45):
        script = [sys.executable, "-c", DYING, target, str(moment)]
        ended = subprocess.run(script, env=environment, capture_output=True, check=False)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert main(["admin", "migrate", "--to", target]) == 0
    assert content(target) == content(lender)
    assert main(["admin", "migrate", "--to", target]) == 0
    assert "every table proved to be the same" in capsys.readouterr().out


@pytest.fixture
def unfinished(lender: str, target: str) -> None:
    """A migration that ended on the way."""
    insert = PostgresWarehouse.insert_rows

    def failing(self: PostgresWarehouse, table: str, columns: Any, rows: Any) -> int:
        if table == "loan_stage":
            raise KeyboardInterrupt
        return insert(self, table, columns, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresWarehouse, "insert_rows", failing)
        assert main(["admin", "migrate", "--to", target]) == 130


@pytest.mark.postgres
def test_what_the_source_wrote_in_between_is_carried_anew(
    lender: str, target: str, unfinished: None
) -> None:
    with open_warehouse(lender) as warehouse:
        row = {"business_date": DAY, "pack": "a", "parameter": "b", "value_text": "c"}
        warehouse.append_rows("rule_parameter", [row])
    assert main(["admin", "migrate", "--to", target]) == 0
    assert content(target) == content(lender)


@pytest.mark.postgres
def test_a_target_that_somebody_works_in_is_left_alone(
    lender: str, target: str, unfinished: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_warehouse(target) as warehouse:
        row = {"customer_id": "C1", "received_on": DAY, "line_no": 1}
        warehouse.append_rows("customer", [row])
    assert main(["admin", "migrate", "--to", target]) == 1
    assert "Somebody has worked in the target: customer" in capsys.readouterr().err
    with open_warehouse(target) as warehouse:
        assert warehouse.scalar("select count(*) from customer where customer_id = 'C1'") == 1


@pytest.mark.postgres
def test_a_target_in_use_after_the_migration_is_left_alone(
    lender: str, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["admin", "migrate", "--to", target]) == 0
    with open_warehouse(target) as warehouse:
        row = {"business_date": DAY, "pack": "a", "parameter": "b", "value_text": "c"}
        warehouse.append_rows("rule_parameter", [row])
    assert main(["admin", "migrate", "--to", target]) == 1
    assert "since then rule_parameter changed on one side" in capsys.readouterr().err
    with open_warehouse(target) as warehouse:
        assert warehouse.scalar("select count(*) from rule_parameter where pack = 'a'") == 1


def test_a_target_with_rows_of_its_own_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = f"duckdb:///{tmp_path}/other.duckdb"
    row = {"business_date": DAY, "pack": "a", "parameter": "b", "value_text": "c"}
    with open_warehouse(target) as warehouse:
        warehouse.append_rows("rule_parameter", [row])
    assert main(["admin", "migrate", "--to", target]) == 1
    assert "there are rows in rule_parameter" in capsys.readouterr().err
    with open_warehouse(target) as warehouse:
        assert warehouse.count("rule_parameter") == 1
        assert warehouse.count(LEDGER) == 0


def test_a_target_that_was_begun_from_another_warehouse_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = f"duckdb:///{tmp_path}/target.duckdb"
    assert main(["admin", "migrate", "--to", target]) == 0
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", f"duckdb:///{tmp_path}/another.duckdb")
    assert main(["admin", "migrate", "--to", target]) == 1
    assert "warehouse.duckdb. Name an empty target" in capsys.readouterr().err


def test_the_warehouse_in_use_is_no_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "migrate", "--to", settings().warehouse_url]) == 1
    assert "is the warehouse in use" in capsys.readouterr().err


def test_a_table_that_arrives_otherwise_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"business_date": DAY, "pack": "a", "parameter": "b", "value_text": "right"}
    with open_warehouse() as warehouse:
        warehouse.append_rows("rule_parameter", [row])
    rows = transfer._rows
    monkeypatch.setattr(
        transfer,
        "_rows",
        lambda source, table: (
            tuple("wrong" if v == "right" else v for v in row) for row in rows(source, table)
        ),
    )
    target = f"duckdb:///{tmp_path}/target.duckdb"
    assert main(["admin", "migrate", "--to", target]) == 1
    assert "rule_parameter is not the same on both sides" in capsys.readouterr().err
    with open_warehouse(target) as warehouse:
        assert warehouse.count("rule_parameter") == 0


def test_rows_are_carried_in_batches_and_progress_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH_ROWS", 10)
    names = [f"p{n}" for n in range(25)]
    told: list[tuple[int, int]] = []

    def tell(table: str, done: int, rows: int) -> None:
        told.extend([(done, rows)] if table == "rule_parameter" else [])

    with open_warehouse() as source, open_warehouse("duckdb:///:memory:") as target:
        row = {"business_date": DAY, "pack": "a", "value_text": "c"}
        source.append_rows("rule_parameter", [{**row, "parameter": name} for name in names])
        transfer.carry(source, target, "here", tell)
        assert target.count("rule_parameter") == len(names)
    assert told == [(10, 25), (20, 25), (25, 25)]
    assert set(OWN_TABLES) <= set(catalogue().tables)
