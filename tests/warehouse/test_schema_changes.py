"""A warehouse made by earlier contracts is brought to those of today, or refused unharmed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.landing.sample import write_sample
from postloan.settings import REPOSITORY, settings
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.connect import connect
from postloan.warehouse.migration import bring_up_to_date
from postloan.warehouse.statements import dropping
from tests.support.later_contracts import Contracts
from tests.support.whole_day import run_whole_day

DAY = date(2026, 11, 20)
LATER = Callable[[], Contracts]


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LATER:
    """Makes the next version of the contracts the one in force; it may be changed until read."""
    versions: list[Contracts] = []

    def make() -> Contracts:
        versions.append(Contracts(tmp_path / f"include_{len(versions)}"))
        monkeypatch.setenv("POSTLOAN_INCLUDE", str(versions[-1].include))
        return versions[-1]

    return make


def parameter(name: str, **more: Any) -> dict[str, Any]:
    row = {"business_date": DAY, "pack": "a", "parameter": name, "value_text": "taken"}
    return {**row, **more}


def filled(url: str, *rows: dict[str, Any]) -> None:
    with open_warehouse(url) as warehouse:
        warehouse.append_rows("rule_parameter", rows or [parameter("one"), parameter("two")])


def ledger(warehouse: Warehouse, table: str) -> list[str]:
    return [
        change
        for (change,) in warehouse.fetch(
            "select change from schema_change where table_name = $table order by change_no",
            {"table": table},
        )
    ]


def refusal(url: str) -> str:
    with pytest.raises(WarehouseError, match="Nothing was changed") as refused:
        open_warehouse(url)
    return str(refused.value)


# What is allowed ----------------------------------------------------------------------------


def test_a_new_column_is_empty_in_the_rows_that_were_there(
    warehouse_url: str, later: LATER
) -> None:
    filled(warehouse_url)
    later().set("rule_parameter", "remark", physicalType="varchar")
    with open_warehouse(warehouse_url) as warehouse:
        warehouse.append_rows("rule_parameter", [parameter("three", remark="new")])
        rows = warehouse.fetch("select parameter, remark from rule_parameter order by parameter")
        assert rows == [("one", None), ("three", "new"), ("two", None)]
        assert ledger(warehouse, "rule_parameter")[1:] == ["column remark varchar added"]


@pytest.mark.parametrize(
    ("narrow", "value", "wide", "widened"),
    [
        ("integer", 7, "bigint", 7),
        ("bigint", 2**40, "decimal(19,0)", Decimal(2**40)),
        ("decimal(10,2)", Decimal("1.25"), "decimal(18,2)", Decimal("1.25")),
        ("decimal(10,2)", Decimal("1.25"), "decimal(12,4)", Decimal("1.2500")),
        ("date", DAY, "varchar", "2026-11-20"),
        ("integer", 7, "varchar", "7"),
        ("decimal(10,2)", Decimal("1.20"), "varchar", "1.20"),
    ],
)
def test_a_wider_type_keeps_every_value(
    warehouse_url: str, later: LATER, narrow: str, value: Any, wide: str, widened: Any
) -> None:
    later().set("rule_parameter", "extra", physicalType=narrow)
    filled(warehouse_url, parameter("one", extra=value), parameter("two"))
    later().set("rule_parameter", "extra", physicalType=wide)
    with open_warehouse(warehouse_url) as warehouse:
        rows = warehouse.fetch("select extra from rule_parameter order by parameter")
        assert rows == [(widened,), (None,)]
        assert type(rows[0][0]) is type(widened)
        assert str(rows[0][0]) == str(widened)


def test_a_date_becomes_the_midnight_it_begins_with(warehouse_url: str, later: LATER) -> None:
    later().set("rule_parameter", "extra", physicalType="date")
    filled(warehouse_url, parameter("one", extra=DAY))
    later().set("rule_parameter", "extra", physicalType="timestamp")
    with open_warehouse(warehouse_url) as warehouse:
        text = warehouse.scalar("select cast(extra as varchar) as t from rule_parameter")
    assert text == "2026-11-20 00:00:00"


def test_a_column_with_a_new_name_keeps_its_values(warehouse_url: str, later: LATER) -> None:
    filled(warehouse_url)
    later().rename("rule_parameter", "value_text", "value_in_words")
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.fetch("select value_in_words from rule_parameter") == [("taken",)] * 2
        changes = ledger(warehouse, "rule_parameter")
    assert changes[1:] == ["column value_text renamed value_in_words"]


def test_a_column_renamed_twice_is_found_by_its_first_name(
    warehouse_url: str, later: LATER
) -> None:
    filled(warehouse_url)
    contracts = later()
    contracts.rename("rule_parameter", "value_text", "value_in_words")
    former = [{"property": "formerName", "value": ["value_in_words", "value_text"]}]
    contracts.rename("rule_parameter", "value_in_words", "said")
    contracts.set("rule_parameter", "said", customProperties=former)
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.fetch("select said from rule_parameter") == [("taken",)] * 2


def test_the_partition_column_can_have_a_new_name(warehouse_url: str, later: LATER) -> None:
    filled(warehouse_url)
    later().rename("rule_parameter", "business_date", "in_force_on")
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.count("rule_parameter", DAY) == 2
        row = {**parameter("three"), "in_force_on": DAY}
        warehouse.write_rows("rule_parameter", DAY, [row])
        assert warehouse.count("rule_parameter", DAY) == 1


def test_a_column_that_may_be_empty_from_now_on_may(warehouse_url: str, later: LATER) -> None:
    filled(warehouse_url)
    later().set("rule_parameter", "value_text", required=False)
    with open_warehouse(warehouse_url) as warehouse:
        warehouse.append_rows("rule_parameter", [parameter("three", value_text=None)])
        assert warehouse.count("rule_parameter") == 3


def test_a_column_without_a_value_may_go(warehouse_url: str, later: LATER) -> None:
    later().set("rule_parameter", "extra", physicalType="varchar")
    filled(warehouse_url)
    later().drop("rule_parameter", "extra")
    with open_warehouse(warehouse_url) as warehouse:
        names = [c.name for c in warehouse.held_columns()["rule_parameter"]]
    assert "extra" not in names


def test_a_key_with_one_more_column_is_taken_as_it_is(warehouse_url: str, later: LATER) -> None:
    filled(warehouse_url)
    later().set("rule_parameter", "value_text", primaryKey=True, primaryKeyPosition=9)
    with open_warehouse(warehouse_url) as warehouse:
        change = "key (business_date, pack, parameter, value_text)"
        change += " instead of (business_date, pack, parameter)"
        assert ledger(warehouse, "rule_parameter")[1:] == [change]


def test_a_key_with_fewer_columns_is_taken_where_no_row_repeats_it(
    warehouse_url: str, later: LATER
) -> None:
    filled(warehouse_url)
    later().set("rule_parameter", "pack", primaryKey=False, primaryKeyPosition=None)
    with open_warehouse(warehouse_url) as warehouse:
        assert catalogue().tables["rule_parameter"].key == ("business_date", "parameter")
        assert warehouse.count("rule_parameter") == 2


def test_a_table_can_be_replaced_by_another_date(warehouse_url: str, later: LATER) -> None:
    later().set("rule_parameter", "seen_on", physicalType="date", required=True)
    filled(warehouse_url, parameter("one", seen_on=DAY + timedelta(days=1)))
    contracts = later()
    contracts.set("rule_parameter", "business_date", partitioned=False)
    contracts.set("rule_parameter", "seen_on", partitioned=True)
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.count("rule_parameter", DAY) == 0
        assert warehouse.count("rule_parameter", DAY + timedelta(days=1)) == 1


# What is refused ----------------------------------------------------------------------------


def test_every_change_that_loses_something_is_named_and_none_is_made(
    warehouse_url: str, later: LATER
) -> None:
    later().set("rule_parameter", "extra", physicalType="decimal(18,2)")
    rows = [parameter("one", pack=p, extra=Decimal("1.25"), rule_id=None) for p in ("a", "b")]
    with open_warehouse(warehouse_url) as warehouse:
        warehouse.append_rows("rule_parameter", rows)
        made = ledger(warehouse, "rule_parameter")
    contracts = later()
    contracts.set("rule_parameter", "extra", physicalType="decimal(10,2)")
    contracts.set("rule_parameter", "rule_id", required=True)
    contracts.set("rule_parameter", "fresh", physicalType="varchar", required=True)
    contracts.set("rule_parameter", "welcome", physicalType="varchar")
    contracts.set("rule_parameter", "pack", primaryKey=False, primaryKeyPosition=None)
    contracts.drop("rule_parameter", "value_text")

    told = refusal(warehouse_url)

    assert "rule_parameter.extra would become decimal(10,2)" in told
    assert "rule_parameter.rule_id is required now, and 2 rows have no value" in told
    assert "rule_parameter.fresh is new and required, and 2 rows" in told
    assert "rule_parameter.value_text is in no contract any more, and holds 2 values" in told
    assert "{property: formerName, value: value_text}" in told
    assert (
        "its key would be (business_date, parameter), and 1 such keys stand in several rows" in told
    )
    assert "welcome" not in told
    assert len(told.splitlines()) == 6
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_INCLUDE", str(contracts.include.parent / "include_0"))
        with open_warehouse(warehouse_url) as warehouse:
            assert "welcome" not in {c.name for c in warehouse.held_columns()["rule_parameter"]}
            assert ledger(warehouse, "rule_parameter") == made
            kept = warehouse.fetch("select extra, value_text from rule_parameter")
            assert kept == [(Decimal("1.25"), "taken")] * 2


@pytest.mark.parametrize(
    ("wide", "value", "narrow"),
    [
        ("bigint", 7, "integer"),
        ("decimal(18,2)", Decimal("1.00"), "decimal(18,1)"),
        ("decimal(18,2)", Decimal("1.00"), "decimal(18,4)"),
        ("integer", 7, "decimal(11,2)"),
        ("varchar", "7", "integer"),
        ("varchar", "2026-11-20", "date"),
        ("boolean", True, "integer"),
    ],
)
def test_a_type_that_holds_less_is_refused_where_there_are_values(
    warehouse_url: str, later: LATER, wide: str, value: Any, narrow: str
) -> None:
    later().set("rule_parameter", "extra", physicalType=wide)
    filled(warehouse_url, parameter("one", extra=value))
    later().set("rule_parameter", "extra", physicalType=narrow)
    assert f"rule_parameter.extra would become {narrow}" in refusal(warehouse_url)


def test_any_type_may_follow_where_there_is_no_value(warehouse_url: str, later: LATER) -> None:
    later().set("rule_parameter", "extra", physicalType="varchar")
    filled(warehouse_url)
    later().set("rule_parameter", "extra", physicalType="integer")
    with open_warehouse(warehouse_url) as warehouse:
        warehouse.append_rows("rule_parameter", [parameter("three", extra=3)])
        assert warehouse.scalar("select max(extra) + 1 as n from rule_parameter") == 4


# A whole lender -----------------------------------------------------------------------------


def rows_of(warehouse: Warehouse, table: str, columns: list[str]) -> list[str]:
    select = f"select {', '.join(columns)} from {table}"
    return sorted(repr(row) for row in warehouse.stream(select))


def test_a_lender_that_has_worked_for_days_goes_on_under_later_contracts(
    warehouse_url: str, later: LATER, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    write_sample(settings().landing, loans=200, days=2, seed=5, last_business_date=DAY)
    days = [DAY - timedelta(days=n) for n in (2, 1, 0)]
    earlier = {name: list(table.column_names) for name, table in catalogue().tables.items()}
    with open_warehouse() as warehouse:
        for day in days[:2]:
            run_whole_day(warehouse, day)
        before = {name: rows_of(warehouse, name, earlier[name]) for name in earlier}
    contracts = later()
    contracts.set("loan_stage", "stage_rank", physicalType="bigint")
    contracts.set("repayment", "amount", physicalType="decimal(20,2)")
    contracts.set("publication", "rows_in_words", physicalType="varchar")
    contracts.rename("expiry_record", "rule_id", "by_rule")
    renamed = {**earlier, "expiry_record": [*earlier["expiry_record"]]}
    place = renamed["expiry_record"].index("rule_id")
    renamed["expiry_record"][place] = "by_rule"

    with open_warehouse() as warehouse:
        after = {name: rows_of(warehouse, name, renamed[name]) for name in earlier}
        changes = ledger(warehouse, "loan_stage")
        del before["schema_change"], after["schema_change"]
        assert after == before
        assert "column stage_rank from integer to bigint" in changes
        assert sum(map(len, after.values())) > 10_000


# Opening, and being killed --------------------------------------------------------------------


def test_opening_with_the_same_contracts_looks_at_the_ledger_and_no_further(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_warehouse(warehouse_url).close()
    asked: list[Any] = []
    stream = Warehouse.stream

    def counted(self: Warehouse, select: str, parameters: Any = None) -> Any:
        asked.append(select)
        return stream(self, select, parameters)

    monkeypatch.setattr(Warehouse, "stream", counted)
    with open_warehouse(warehouse_url) as warehouse:
        monkeypatch.setattr(type(warehouse), "held_columns", lambda _: pytest.fail("looked"))
        bring_up_to_date(warehouse)
    assert len(asked) == 2


def test_a_warehouse_that_has_no_ledger_yet_is_taken_over(
    warehouse_url: str, engine: str, later: LATER
) -> None:
    if engine.startswith("spark"):
        pytest.skip("a lake has had its ledger from the first day")
    filled(warehouse_url)
    later()
    with open_warehouse(warehouse_url) as warehouse:
        warehouse.drop_temporary("schema_change")
    later().set("rule_parameter", "remark", physicalType="varchar")
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.count("rule_parameter") == 2
        changes = ["taken over as it is", "column remark varchar added"]
        assert ledger(warehouse, "rule_parameter") == changes


@pytest.mark.postgres
def test_processes_that_open_a_server_together_change_its_tables_once(
    postgres_url: str, later: LATER
) -> None:
    filled(postgres_url)
    later().set("rule_parameter", "remark", physicalType="varchar")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(open_warehouse, [postgres_url] * 4))
    for warehouse in opened:
        assert ledger(warehouse, "rule_parameter")[1:] == ["column remark varchar added"]
        warehouse.close()


DYING = """
import os, signal, sys
from postloan.warehouse import open_warehouse
from postloan.warehouse.warehouse import Warehouse

left = int(sys.argv[2])
def dying(method):
    def called(self, *args, **options):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return method(self, *args, **options)
    return called

Warehouse.alter = dying(Warehouse.alter)
Warehouse.append_rows = dying(Warehouse.append_rows)
with open_warehouse(sys.argv[1]):
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_migration_that_is_killed_leaves_the_old_tables_or_the_new_ones(
    warehouse_url: str, later: LATER
) -> None:
    contracts = later()
    contracts.set("rule_parameter", "extra", physicalType="integer")
    filled(warehouse_url, parameter("one", extra=1), parameter("two"))
    with open_warehouse(warehouse_url) as warehouse:
        old = warehouse.held_columns()["rule_parameter"]
    contracts = later()
    contracts.rename("rule_parameter", "value_text", "said")
    contracts.set("rule_parameter", "extra", physicalType="bigint")
    contracts.set("rule_parameter", "remark", physicalType="varchar")
    seen = []
    for moment in range(6):
        script = [sys.executable, "-c", DYING, warehouse_url, str(moment)]
        path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
        ended = subprocess.run(script, env={**os.environ, "PYTHONPATH": path}, check=False)
        with connect(warehouse_url) as warehouse:
            now = warehouse.held_columns()["rule_parameter"]
            seen.append((ended.returncode, now == old))
            assert warehouse.count("rule_parameter") == 2
    killed, finished = (-signal.SIGKILL, True), (0, False)
    assert seen[:4] == [killed] * 4
    assert seen[-1] == finished
    with open_warehouse(warehouse_url) as warehouse:
        assert warehouse.fetch("select extra, said, remark from rule_parameter order by 1") == [
            (1, "taken", None),
            (None, "taken", None),
        ]


def test_a_feed_that_is_new_gets_its_table_beside_all_that_was_there(
    warehouse_url: str, later: LATER, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = later()
    for feed in ("core_banking/loan_terms", "feedback/contact_note"):
        (earlier.include / "contracts" / f"{feed}.yaml").unlink()
    filled(warehouse_url)
    with connect(warehouse_url) as warehouse:
        # A server of ours has the tables of today to begin with.
        for feed in ("loan_terms", "contact_note"):
            warehouse.run(dropping(feed), {})
    monkeypatch.delenv("POSTLOAN_INCLUDE")
    with open_warehouse(warehouse_url) as warehouse:
        for feed in ("loan_terms", "contact_note"):
            assert ledger(warehouse, feed)[-1] == "created"
            assert warehouse.count(feed) == 0
        assert warehouse.count("rule_parameter") == 2
