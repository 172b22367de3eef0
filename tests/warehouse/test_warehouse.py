"""The door behaves the same on every engine."""

import threading
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlglot import parse_one

from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.settings import include_folder
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.migration import bring_up_to_date
from postloan.warehouse.postgres.engine import postgres_sql
from postloan.warehouse.postgres.session import compares_by_code_point, postgres_url
from tests.support.postgres import TestServer

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
MODEL = """-- rule_version: the rule packs that were published the day before, taken over.
--
-- grain   business_date, pack
-- reads   rule_parameter
-- write   partition business_date

select
    cast($business_date as date) as business_date,
    pack,
    parameter as rule_version,
    cast($business_date as date) as effective_from,
    cast(null as varchar) as approved_by
from rule_parameter
where value_text <> 'left out'
"""


def parameter(pack: str, name: str, **more: Any) -> dict[str, Any]:
    return {"business_date": DAY, "pack": pack, "parameter": name, "value_text": "taken", **more}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose only SQL file makes rule_version out of rule_parameter."""
    include = tmp_path / "include"
    (include / "sql" / "core").mkdir(parents=True)
    (include / "contracts").symlink_to(include_folder() / "contracts")
    (include / "sql" / "core" / "rule_version.sql").write_text(MODEL)
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(include))


def versions(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.fetch(
        "select business_date, pack, rule_version from rule_version order by 1, 2, 3"
    )


# Replacing a partition ----------------------------------------------------------------------


def test_rebuild_replaces_its_partition_and_leaves_the_others(
    warehouse: Warehouse, model: None
) -> None:
    warehouse.write_rows("rule_parameter", DAY, [parameter("a", "1")])
    assert warehouse.rebuild("rule_version", DAY) == 1
    assert warehouse.rebuild("rule_version", NEXT_DAY) == 1
    warehouse.write_rows("rule_parameter", DAY, [parameter("a", "2"), parameter("b", "1")])

    assert warehouse.rebuild("rule_version", DAY) == 2
    assert warehouse.rebuild("rule_version", DAY) == 2

    assert versions(warehouse) == [
        (DAY, "a", "2"), (DAY, "b", "1"), (NEXT_DAY, "a", "1"),
    ]  # fmt: skip


def test_a_repeated_key_is_refused_and_the_old_rows_stay(warehouse: Warehouse, model: None) -> None:
    warehouse.write_rows("rule_parameter", DAY, [parameter("a", "1")])
    warehouse.rebuild("rule_version", DAY)
    warehouse.append_rows("rule_parameter", [parameter("a", "2")])

    with pytest.raises(WarehouseError, match=r"rule_version, 2026-11-20: 1 keys .*pack.* occur"):
        warehouse.rebuild("rule_version", DAY)

    assert versions(warehouse) == [(DAY, "a", "1")]


def test_a_missing_parameter_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="previous_date"):
        warehouse.fetch("select cast($previous_date as date) as d", {"business_date": DAY})


def test_a_required_column_without_a_value_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="value_text"):
        warehouse.write_rows("rule_parameter", DAY, [parameter("a", "1", value_text=None)])


# Transactions -------------------------------------------------------------------------------


def test_an_error_undoes_all_writes_of_the_transaction(warehouse: Warehouse) -> None:
    warehouse.write_rows("rule_parameter", DAY, [parameter("a", "1")])

    def failing() -> None:
        with warehouse.transaction():
            warehouse.write_rows("rule_parameter", DAY, [parameter("b", "1")])
            warehouse.append_rows("rule_version", [{"business_date": DAY, "pack": "b"}])

    with pytest.raises(WarehouseError):
        failing()
    assert warehouse.fetch("select pack from rule_parameter") == [("a",)]
    warehouse.write_rows("rule_parameter", DAY, [parameter("c", "1")])
    assert warehouse.fetch("select pack from rule_parameter") == [("c",)]


def test_a_failed_write_cannot_be_swallowed(warehouse: Warehouse) -> None:
    def swallowing() -> None:
        with warehouse.transaction():
            warehouse.write_rows("rule_parameter", DAY, [parameter("a", "1")])
            with pytest.raises(ZeroDivisionError), warehouse.transaction():
                raise ZeroDivisionError
            warehouse.append_rows("rule_parameter", [parameter("b", "1")])

    with pytest.raises(WarehouseError, match="nothing of it is kept"):
        swallowing()
    assert warehouse.count("rule_parameter") == 0


def test_what_was_committed_is_there_for_the_next_connection(warehouse_url: str) -> None:
    with open_warehouse(warehouse_url) as first:
        first.write_rows("rule_parameter", DAY, [parameter("a", "1")])
        first.temporary_from("scratch", "select 1 as n")
    with open_warehouse(warehouse_url) as second:
        assert second.count("rule_parameter", DAY) == 1
        assert not second.table_exists("scratch")


def test_a_slice_is_replaced_by_its_columns(warehouse: Warehouse) -> None:
    rows = [parameter("a", "1"), parameter("a", "2"), parameter("b", "1")]
    warehouse.append_rows("rule_parameter", rows)
    warehouse.replace_slice(
        "rule_parameter", {"business_date": DAY, "pack": "a"}, [parameter("a", "9")]
    )
    assert warehouse.fetch("select pack, parameter from rule_parameter order by 1, 2") == [
        ("a", "9"), ("b", "1"),
    ]  # fmt: skip


# Values -------------------------------------------------------------------------------------


def test_many_rows_are_seen_before_the_commit_though_none_came_first(warehouse: Warehouse) -> None:
    """One engine lost sight of them: they were counted, and found by no scan and no join."""
    rows = "select *, 'x' || cast(line_no as varchar) as said from many"
    eights = " cross join ".join(
        f"(values (0), (1), (2), (3), (4), (5), (6), (7)) as t{n}(d{n})" for n in range(6)
    )
    digits = " + ".join(f"d{n} * {8**n}" for n in range(6))
    with warehouse.transaction():
        warehouse.temporary_from("many", f"select {digits} as line_no from {eights}")
        warehouse.temporary_from("kept", f"{rows} where line_no < 0")
        warehouse.append_from("kept", ["line_no", "said"], rows)
        assert warehouse.scalar("select count(said) from kept") == 8**6
        found = warehouse.scalar("select sum(case when said <> 'y' then 1 else 0 end) from kept")
        assert found == 8**6


def test_decimals_stay_exact(warehouse: Warehouse) -> None:
    amounts = ["9999999999999999.99", "-0.01", "1.10", "0.00"]
    columns = ["business_date", "product", "tolerance_amount"]
    columns += ["grace_days", "grace_mode", "due_date_counts_as", "due_date_roll"]
    rows = [(DAY, f"p{i}", Decimal(a), 0, "forgive", 0, "none") for i, a in enumerate(amounts)]
    warehouse.insert_rows("rule_past_due", columns, rows)

    kept = warehouse.fetch("select tolerance_amount from rule_past_due order by product")
    assert [str(v) for (v,) in kept] == amounts
    total = warehouse.scalar(
        "select cast(sum(tolerance_amount) as decimal(28, 2)) from rule_past_due"
    )
    assert str(total) == "10000000000000001.08"


def test_text_sorts_by_code_point_and_keeps_every_character(warehouse: Warehouse) -> None:
    words = [
        "中文",
        "zebra",
        "Ärger",
        "apple",
        "Zebra",
        "",
        "a b",
        "ab",
        "𠮷野家",
        'it\'s "quoted"\n',
    ]
    warehouse.append_rows("rule_parameter", [parameter(w, "x") for w in words])
    kept = [w for (w,) in warehouse.fetch("select pack from rule_parameter order by pack")]
    assert kept == sorted(words)


def test_an_empty_text_is_not_an_absent_one(warehouse: Warehouse) -> None:
    rows = [parameter("empty", "x", rule_id=""), parameter("absent", "x", rule_id=None)]
    warehouse.append_rows("rule_parameter", rows)
    assert warehouse.fetch(
        "select pack, rule_id is null from rule_parameter order by rule_id, pack"
    ) == [("empty", False), ("absent", True)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("cast($d as date)", DAY),
        ("cast(cast($d as date) + interval 1 day as date)", NEXT_DAY),
        ("cast($t as varchar) || '%'", "a%中%"),
        ("cast($n as integer) % 4", 3),
        ("case when cast($t as varchar) like 'a!%_' escape '!' then 'like' end", "like"),
        ("cast($nothing as date)", None),
        ("cast($flag as boolean)", True),
        ("cast(cast($m as decimal(18, 2)) * 2 as decimal(18, 2))", Decimal("2.50")),
        ("sha256(cast($t as varchar))", sha256("a%中".encode()).hexdigest()),
    ],
)
def test_parameters_of_every_type(warehouse: Warehouse, expression: str, value: Any) -> None:
    parameters: Mapping[str, Any] = {
        "d": DAY, "t": "a%中", "n": 7, "nothing": None, "flag": True, "m": Decimal("1.25")
    }  # fmt: skip
    assert warehouse.scalar(f"select {expression} as v", parameters) == value


def test_names_in_chinese_can_be_aliases(warehouse: Warehouse) -> None:
    assert warehouse.fetch('select q."姓名" from (select 1 as "姓名") as q') == [(1,)]


# Files --------------------------------------------------------------------------------------


def test_load_text_keeps_what_the_file_says(warehouse: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(
        "line_no,name,remark\n"
        "2,王小明,plain\n"
        '3,"say ""hi""","two\nlines, one comma"\n'
        '5,,""\n'
        "6,NULL,\\N\n"
        '7, padded ,"C:\\dir"\n',
        encoding="utf-8",
    )
    assert warehouse.load_text("incoming_feed", file, ["name", "remark"]) == 5
    assert warehouse.fetch("select line_no, name, remark from incoming_feed order by line_no") == [
        (2, "王小明", "plain"),
        (3, 'say "hi"', "two\nlines, one comma"),
        (5, None, None),
        (6, "NULL", "\\N"),
        (7, " padded ", "C:\\dir"),
    ]
    file.write_text("line_no,name\n2,again\n", encoding="utf-8")
    assert warehouse.load_text("incoming_feed", file, ["name"]) == 1


def test_a_broken_normalised_file_is_refused_without_its_content(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    file = tmp_path / "feed.csv"
    file.write_text("line_no,name\nsecret-name,x\n", encoding="utf-8")
    with pytest.raises(WarehouseError) as caught:
        warehouse.load_text("incoming_feed", file, ["name"])
    assert "secret-name" not in str(caught.value)
    assert caught.value.__cause__ is None


# Reading ------------------------------------------------------------------------------------


def test_streaming_reads_all_rows_of_several_batches(warehouse: Warehouse) -> None:
    digits = ", ".join(f"({i})" for i in range(10))
    select = f"""
        with digit(k) as (values {digits})
        select a.k + 10 * b.k + 100 * c.k + 1000 * d.k + 10000 * e.k as n
        from digit as a cross join digit as b cross join digit as c
        cross join digit as d cross join (select k from digit where k < 3) as e
        order by n
    """
    assert [n for (n,) in warehouse.stream(select)] == list(range(30_000))
    with warehouse.transaction():
        assert sum(1 for _ in warehouse.stream(select)) == 30_000


def test_a_stream_never_yields_rows_of_another_statement(warehouse: Warehouse) -> None:
    warehouse.append_rows("rule_parameter", [parameter(f"p{i:05}", "x") for i in range(25_000)])
    stream = warehouse.stream("select pack from rule_parameter order by pack")
    rows = [next(stream)]
    warehouse.scalar("select count(*) from rule_version")
    refusals = []
    try:
        rows += stream
    except WarehouseError as refused:
        refusals = [str(refused)]
    # An engine may keep the stream going or refuse, and must not mix.
    assert refusals or rows == [(f"p{i:05}",) for i in range(25_000)]
    assert all("Read all rows first" in r for r in refusals)


def test_a_value_in_an_engine_error_is_not_repeated(warehouse: Warehouse) -> None:
    warehouse.append_rows("rule_parameter", [parameter("secret-name", "x")])
    with pytest.raises(WarehouseError) as caught:
        warehouse.fetch("select cast(pack as date) as d from rule_parameter")
    assert "secret-name" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_all_tables_of_the_contracts_are_there(warehouse: Warehouse) -> None:
    assert [t for t in catalogue().tables if not warehouse.table_exists(t)] == []
    assert not warehouse.table_exists("no_such_table")
    bring_up_to_date(warehouse)


# PostgreSQL alone ---------------------------------------------------------------------------


def test_a_malformed_url_is_refused_without_its_password() -> None:
    for url in ("postgresql://me:s3cret@more@host/db", "postgresql://me:s3cret@host:port/db"):
        with pytest.raises(WarehouseError, match="percent-encoded") as caught:
            postgres_url(url)
        assert "s3cret" not in str(caught.value)
        assert "more" not in str(caught.value)


@pytest.mark.postgres
def test_a_server_out_of_reach_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="Cannot reach the warehouse") as caught:
        open_warehouse(f"postgresql://me:s3cret@/db?host={tmp_path}")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "provider", "locale", "fits"),
    [
        ("UTF8", "b", "C.UTF-8", True),
        ("UTF8", "c", "C", True),
        ("UTF8", "c", "C.utf8", True),
        ("UTF8", "c", "en_US.UTF-8", False),
        ("UTF8", "i", "zh-Hans", False),
        ("UTF8", "i", "C", False),
        ("SQL_ASCII", "c", "C", False),
    ],
)
def test_only_code_point_order_is_accepted(
    encoding: str, provider: str, locale: str, fits: bool
) -> None:
    assert compares_by_code_point(encoding, provider, locale) is fits


@pytest.mark.postgres
def test_a_database_that_cannot_compare_text_is_refused(postgres_server: TestServer) -> None:
    unfit = postgres_server.database("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    with unfit as url, pytest.raises(WarehouseError, match=r"SQL_ASCII.*CREATE DATABASE"):
        open_warehouse(url)


@pytest.mark.postgres
def test_two_writers_of_one_partition_do_not_double_it(postgres_url: str) -> None:
    with open_warehouse(postgres_url) as first, open_warehouse(postgres_url) as second:
        started = threading.Event()

        def write() -> None:
            started.set()
            second.write_rows("rule_parameter", DAY, [parameter("a", "1")])

        thread = threading.Thread(target=write)
        with first.transaction():
            first.write_rows("rule_parameter", DAY, [parameter("a", "1")])
            thread.start()
            started.wait()
            thread.join(0.3)
            assert thread.is_alive()
        thread.join(10)
        assert first.count("rule_parameter", DAY) == 1


def test_per_cent_signs_that_are_no_parameters_are_doubled() -> None:
    tree = parse_one("select a % 2 as b from t where c like '%x%' and d = $d", read="duckdb")
    assert postgres_sql(tree) == "SELECT a %% 2 AS b FROM t WHERE c LIKE '%%x%%' AND d = %(d)s"
