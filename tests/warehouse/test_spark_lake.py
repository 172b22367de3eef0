"""What a lake on Spark must do: shared files, several writers, no work that is not needed."""

import gc
import os
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.errors import RunAgainError, WarehouseError
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.spark.compact import compact
from postloan.warehouse.spark.engine import COLLECT_EVERY, SparkWarehouse
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.log import CHECKPOINT_EVERY, CommitLog, Part
from postloan.warehouse.spark.store import Store
from postloan.warehouse.spark.sweep import sweep
from postloan.warehouse.statement import Statement

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)


def parameter(pack: str, name: str, **more: Any) -> dict[str, Any]:
    return {"business_date": DAY, "pack": pack, "parameter": name, "value_text": "taken", **more}


def packs(warehouse: Warehouse) -> list[str]:
    return [pack for (pack,) in warehouse.fetch("select pack from rule_parameter order by pack")]


def parts_of(table: str, warehouse: SparkWarehouse) -> set[Part]:
    return set(CommitLog(LakeFiles(warehouse.options.root)).newest().tables[table])


@pytest.mark.spark
def test_rows_lie_by_date_in_parquet_that_anyone_can_read(
    spark: SparkWarehouse, tmp_path: Path
) -> None:
    spark.append_rows("rule_parameter", [parameter("a", "1")])
    (path,) = Path(spark.options.root).glob("rule_parameter/**/*.parquet")
    assert path.parent.name == "business_date=2026-11-20"
    assert path.parent.parent.name.startswith("version=")
    read = spark.spark.read.parquet(str(path))
    assert [r.pack for r in read.collect()] == ["a"]


@pytest.mark.spark
def test_a_partition_that_is_replaced_stays_for_those_who_read_it(lake: str) -> None:
    with open_warehouse(lake) as reader, open_warehouse(lake) as writer:
        writer.write_rows("rule_parameter", DAY, [parameter(f"p{n}", "x") for n in range(3)])
        rows = reader.stream("select pack from rule_parameter order by pack")
        first = next(rows)
        writer.write_rows("rule_parameter", DAY, [parameter("new", "x")])
        assert [first, *rows] == [("p0",), ("p1",), ("p2",)]
        assert packs(reader) == ["new"]


@pytest.mark.spark
def test_a_transaction_sees_its_own_writes_and_no_one_else_does(lake: str) -> None:
    version = {"business_date": DAY, "pack": "b", "rule_version": "1", "effective_from": DAY}
    with open_warehouse(lake) as mine, open_warehouse(lake) as other:
        with mine.transaction():
            mine.append_rows("rule_parameter", [parameter("a", "1")])
            other.append_rows("rule_parameter", [parameter("b", "1")])
            other.append_rows("rule_version", [version])
            assert packs(mine) == ["a"]
            assert mine.count("rule_version") == 0
            assert packs(other) == ["b"]
        assert packs(mine) == packs(other) == ["a", "b"]


@pytest.mark.spark
def test_two_writers_of_one_partition_do_not_double_it(lake: str) -> None:
    with open_warehouse(lake) as one, open_warehouse(lake) as other:

        def write() -> None:
            with one.transaction():
                one.write_rows("rule_parameter", DAY, [parameter("mine", "1")])
                other.write_rows("rule_parameter", DAY, [parameter("yours", "1")])

        with pytest.raises(RunAgainError, match=r"same part of rule_parameter .*run it again"):
            write()
        assert packs(one) == ["yours"]


@pytest.mark.spark
def test_a_commit_keeps_its_rows_even_if_its_answer_is_lost(
    lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = LakeFiles.put_if_absent

    def put_without_answer(self: LakeFiles, path: str, content: Any) -> bool:
        put(self, path, content)
        raise TimeoutError("the storage, or a time limit of the task")

    with open_warehouse(lake) as warehouse:
        warehouse.write_rows("rule_parameter", DAY, [parameter("old", "1")])
        with monkeypatch.context() as patched:
            patched.setattr(LakeFiles, "put_if_absent", put_without_answer)
            with pytest.raises(TimeoutError):
                warehouse.write_rows("rule_parameter", DAY, [parameter("new", "1")])
    with open_warehouse(lake) as warehouse:
        assert packs(warehouse) == ["new"]


@pytest.mark.spark
def test_rows_that_are_committed_stay_where_tidying_up_fails(
    lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tidying_fails(*_: object) -> None:
        raise OSError("the storage is full")

    def write_until_it_is_time_to_tidy_up(warehouse: Warehouse) -> None:
        for number in range(CHECKPOINT_EVERY):
            told.append(f"p{number:03}")
            warehouse.write_rows("rule_parameter", DAY, [parameter(told[-1], "1")])

    told: list[str] = []
    monkeypatch.setattr("postloan.warehouse.spark.tables.sweep", tidying_fails)
    with open_warehouse(lake) as warehouse, pytest.raises(OSError, match="full"):
        write_until_it_is_time_to_tidy_up(warehouse)
    with open_warehouse(lake) as warehouse:
        assert packs(warehouse) == [told[-1]]


@pytest.mark.spark
def test_two_sources_of_one_date_are_written_at_the_same_time(lake: str) -> None:
    with open_warehouse(lake) as one, open_warehouse(lake) as other:
        for _ in range(2):
            with one.transaction():
                one.replace_slice(
                    "rule_parameter", {"business_date": DAY, "pack": "a"}, [parameter("a", "1")]
                )
                other.replace_slice(
                    "rule_parameter", {"business_date": DAY, "pack": "b"}, [parameter("b", "1")]
                )
        assert packs(one) == ["a", "b"]


@pytest.mark.spark
def test_rows_are_removed_by_any_condition_and_the_others_stay(spark: SparkWarehouse) -> None:
    spark.append_rows("rule_parameter", [parameter("a", "1"), parameter("b", "2")])
    spark.append_rows("rule_parameter", [parameter("c", "3", business_date=NEXT_DAY)])
    spark.append_rows("rule_parameter", [parameter("d", "4", value_text=" ")])
    spark.temporary_from("gone", "select 'b' as pack union all select 'c' as pack")
    before = parts_of("rule_parameter", spark)
    delete = """
        delete from rule_parameter
        where value_text = 'taken' and pack in (select pack from gone)
    """
    assert spark.run(Statement.parsed(delete), {}) == 2
    assert packs(spark) == ["a", "d"]
    # What lost no row is not written anew.
    assert len(before & parts_of("rule_parameter", spark)) == 1
    assert spark.count("rule_parameter", DAY) == 2
    assert spark.count("rule_parameter", NEXT_DAY) == 0


@pytest.mark.spark
def test_rows_of_several_dates_written_at_once_lie_apart(spark: SparkWarehouse) -> None:
    select = """
        select
            cast(d as date) as business_date, p as pack, 'x' as parameter, 'taken' as value_text,
            'v' as rule_version
        from (values ('2026-11-20', 'a'), ('2026-11-21', 'b'), ('2026-11-20', 'c')) as t(d, p)
    """
    columns = ["business_date", "pack", "parameter", "value_text", "rule_version"]
    assert spark.append_from("rule_parameter", columns, select) == 3
    assert spark.count("rule_parameter", DAY) == 2
    assert spark.count("rule_parameter", NEXT_DAY) == 1
    spark.delete_partition("rule_parameter", DAY)
    assert packs(spark) == ["b"]


@pytest.mark.spark
def test_a_query_that_leaves_a_required_column_empty_is_refused(spark: SparkWarehouse) -> None:
    spark.append_rows("rule_parameter", [parameter("a", "1")])
    columns = ["business_date", "pack", "parameter", "value_text"]
    select = "select business_date, pack, parameter, cast(null as varchar) from rule_parameter"
    with pytest.raises(WarehouseError, match=r"no value for value_text \(1 rows\)"):
        spark.append_from("rule_parameter", columns, select)
    assert packs(spark) == ["a"]


@pytest.mark.spark
def test_a_removal_may_ask_about_the_whole_table(spark: SparkWarehouse) -> None:
    rows = [parameter("a", "1"), parameter("b", "1"), parameter("b", "1", business_date=NEXT_DAY)]
    spark.append_rows("rule_parameter", rows)
    delete = """
        delete from rule_parameter
        where
            business_date = $day
            and exists (
                select 1 from rule_parameter as later
                where later.pack = rule_parameter.pack and later.business_date > $day
            )
    """
    assert spark.run(Statement.parsed(delete), {"day": DAY}) == 1
    assert packs(spark) == ["a", "b"]
    assert spark.count("rule_parameter", NEXT_DAY) == 1


@pytest.mark.spark
def test_a_rollback_brings_dropped_temporary_tables_back(spark: SparkWarehouse) -> None:
    spark.temporary_from("kept", "select 1 as n")
    with spark.rolled_back():
        spark.drop_temporary("kept")
        spark.temporary_from("kept", "select 2 as n union all select 3 as n")
    assert spark.fetch("select n from kept") == [(1,)]


@pytest.mark.spark
def test_what_nobody_names_is_removed_once_it_is_old(lake: str) -> None:
    with open_warehouse(lake) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        warehouse.append_rows(
            "rule_parameter", [parameter("a", "1"), parameter("b", "1", business_date=NEXT_DAY)]
        )
        warehouse.write_rows("rule_parameter", DAY, [parameter("c", "1")])
        root = Path(warehouse.options.root)
        orphan = root / "rule_parameter" / "version=killed" / f"business_date={DAY}" / "p.parquet"
        orphan.parent.mkdir(parents=True)
        orphan.write_bytes(b"half")
        files = LakeFiles(str(root))

        sweep(files, CommitLog(files), keep_hours=1)
        assert len(list(root.glob("rule_parameter/*/*/*.parquet"))) == 4

        long_ago = time.time() - 7200
        for path in root.rglob("*"):
            os.utime(path, (long_ago, long_ago))
        sweep(files, CommitLog(files), keep_hours=1)
        assert len(list(root.glob("rule_parameter/*/*/*.parquet"))) == 2
        assert packs(warehouse) == ["b", "c"]


@pytest.mark.spark
def test_what_was_deleted_leaves_the_disk_when_it_is_let_go(lake: str) -> None:
    with open_warehouse(f"{lake}&keep_hours=0") as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        warehouse.append_rows("rule_parameter", [parameter("a", "1")])
        warehouse.delete_partition("rule_parameter", DAY)
        files = Path(warehouse.options.root).glob
        assert len(list(files("rule_parameter/**/*.parquet"))) == 1
        warehouse.vacuum()
        assert not list(files("rule_parameter/**/*.parquet"))


@pytest.mark.spark
def test_small_parts_of_dates_gone_by_become_one(lake: str) -> None:
    days = [DAY - timedelta(days=n) for n in range(4)]
    with open_warehouse(lake) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        for day in days:
            for pack in "abc":
                warehouse.append_rows("rule_parameter", [parameter(pack, "1", business_date=day)])
        files = LakeFiles(warehouse.options.root)
        store = Store(warehouse.spark, files, warehouse.options.local_rows)
        compact(store, CommitLog(files))
        parts = CommitLog(files).newest().tables["rule_parameter"]
        assert sorted(p.rows for p in parts) == [1, 1, 1, 1, 1, 1, 3, 3]
        assert packs(warehouse) == ["a"] * 4 + ["b"] * 4 + ["c"] * 4


# Work that is not needed --------------------------------------------------------------------


@pytest.mark.spark
def test_a_number_of_rows_is_known_without_asking_spark(
    spark: SparkWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark.append_rows("rule_parameter", [parameter("a", "1"), parameter("b", "1")])
    spark.append_rows("rule_parameter", [parameter("c", "1", business_date=NEXT_DAY)])
    spark.temporary_from("few", "select 1 as n")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Spark was asked")

    monkeypatch.setattr(spark.spark, "sql", refuse)
    assert spark.count("rule_parameter") == 3
    assert spark.count("rule_parameter", DAY) == 2
    assert spark.scalar("select count(*) as n from few") == 1
    spark.delete_partition("rule_parameter", DAY)
    assert spark.count("rule_parameter") == 1


@pytest.mark.spark
def test_statements_of_the_past_are_not_held(lake: str) -> None:
    """Java frees what a statement needed when Python lets go of it."""

    def held() -> int:
        return sum(type(thing).__name__ == "JavaObject" for thing in gc.get_objects())

    with open_warehouse(lake) as warehouse:
        before = held()
        gc.disable()
        try:
            for number in range(2 * COLLECT_EVERY):
                warehouse.temporary_from("made", f"select {number} as n from loan")
            assert held() - before < COLLECT_EVERY
        finally:
            gc.enable()
