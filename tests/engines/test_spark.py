"""What Spark alone must do: shared files, many readers of one file, no work that is not needed."""

import gc
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlglot import parse_one

from postloan.embedded.control import pools
from postloan.errors import RunAgainError, WarehouseError
from postloan.settings import settings
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.spark.compact import compact
from postloan.warehouse.spark.engine import COLLECT_EVERY, SparkWarehouse
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.log import CHECKPOINT_EVERY, CommitLog, Part
from postloan.warehouse.spark.options import options_of
from postloan.warehouse.spark.store import Store
from postloan.warehouse.spark.sweep import sweep
from tests.support.spark import TestLake

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)


def parameter(pack: str, name: str, **more: Any) -> dict[str, Any]:
    return {"business_date": DAY, "pack": pack, "parameter": name, "value_text": "taken", **more}


def packs(warehouse: Warehouse) -> list[str]:
    return [pack for (pack,) in warehouse.fetch("select pack from rule_parameter order by pack")]


def parts_of(table: str, warehouse: SparkWarehouse) -> set[Part]:
    return set(CommitLog(LakeFiles(warehouse.options.root)).newest().tables[table])


@pytest.fixture
def lake(spark_lake: TestLake, tmp_path: Path) -> str:
    """URL of a lake of its own."""
    return spark_lake.url_of(tmp_path / "lake")


@pytest.fixture(params=[10_000, 0], ids=["few rows", "jobs"])
def spark(request: pytest.FixtureRequest, spark_lake: TestLake) -> Iterator[SparkWarehouse]:
    """An empty lake, with and without short ways."""
    with spark_lake.emptied(local_rows=request.param) as url, open_warehouse(url) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        yield warehouse


# The URL ------------------------------------------------------------------------------------


def test_the_url_says_where_the_rows_lie_and_who_works_on_them() -> None:
    options = options_of(
        "spark:////srv/lake?master=spark://host:7077&conf.spark.executor.memory=8g&local_rows=5"
    )
    assert (options.root, options.master, options.remote) == ("/srv/lake", "spark://host:7077", "")
    assert dict(options.conf) == {"spark.executor.memory": "8g"}
    assert options.local_rows == 5
    assert options_of("spark:///s3a://bucket/lake?remote=sc://host:15002").root == (
        "s3a://bucket/lake"
    )


@pytest.mark.parametrize(
    ("options", "slots"),
    [("", 1), ("?master=local[4]", 1), ("?master=yarn", 8), ("?remote=sc://h", 8)],
)
def test_a_cluster_works_on_several_tasks_and_one_machine_on_one(
    monkeypatch: pytest.MonkeyPatch, options: str, slots: int
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", f"spark:////srv/lake{options}")
    assert {p.name: p.slots for p in pools(settings())}["warehouse"] == slots


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("spark:///", "names no lake"),
        ("spark://host:7077", "names no lake"),
        ("spark:////lake?mastr=local", "no option mastr"),
        ("spark:////lake?master=local&remote=sc://h", "not both"),
        ("spark:////lake?local_rows=few", "local_rows is 'few'"),
    ],
)
def test_a_url_that_says_something_else_is_refused(url: str, told: str) -> None:
    with pytest.raises(WarehouseError, match=told):
        options_of(url)


def test_where_spark_is_not_installed_the_error_says_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(WarehouseError, match="make setup-spark"):
        open_warehouse(f"spark:///{tmp_path}/lake")


@pytest.mark.spark
def test_a_url_cannot_change_what_makes_the_rows_equal(
    spark_lake: TestLake, tmp_path: Path
) -> None:
    conf = {
        "conf.spark.sql.session.timeZone": "Asia/Shanghai",
        "conf.spark.sql.ansi.enabled": "false",
        "conf.spark.sql.files.maxRecordsPerFile": "7",
    }
    with open_warehouse(spark_lake.url_of(tmp_path / "lake", **conf)) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        assert warehouse.spark.conf.get("spark.sql.session.timeZone") == "UTC"
        assert warehouse.spark.conf.get("spark.sql.ansi.enabled") == "true"
        assert warehouse.spark.conf.get("spark.sql.files.maxRecordsPerFile") == "7"


@pytest.mark.spark
def test_what_the_url_asks_of_java_lets_its_log_not_speak(lake: str) -> None:
    with open_warehouse(lake) as warehouse:
        assert isinstance(warehouse, SparkWarehouse)
        java: Any = warehouse.spark.sparkContext._jvm
        asked = java.java.lang.System.getProperty
        assert asked("postloan.asked") == "yes"
        assert Path(asked("log4j2.configurationFile")).read_text().endswith("nowhere\n")


# Files of a lake ----------------------------------------------------------------------------


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
    assert spark.run(parse_one(delete, read="duckdb"), {}) == 2
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
    assert spark.run(parse_one(delete, read="duckdb"), {"day": DAY}) == 1
    assert packs(spark) == ["a", "b"]
    assert spark.count("rule_parameter", NEXT_DAY) == 1


@pytest.mark.spark
def test_a_rollback_brings_dropped_temporary_tables_back(spark: SparkWarehouse) -> None:
    spark.temporary_from("kept", "select 1 as n")
    with spark.rehearsal():
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
        warehouse.let_go()
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


# Delivered files ----------------------------------------------------------------------------


@pytest.mark.spark
def test_lines_are_numbered_in_the_order_of_the_file_whoever_reads_them(
    spark: SparkWarehouse, tmp_path: Path
) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("a,b\n" + "".join(f"{n},x\n" for n in range(2, 200_002)), encoding="utf-8")
    spark.spark.conf.set("spark.sql.files.maxPartitionBytes", "100000")
    is_plain = "a <> '77' and typed_a > 5"
    typed = {"a": "cast(a as bigint)", "b": "b"}
    plain = spark.load_plain("plain", path, ["a", "b"], typed, is_plain)
    rest = spark.load_rest("rest", path, ["a", "b"], "plain")
    assert (plain, rest) == (199_995, 5)
    assert spark.scalar("select count(*) from plain where a <> line_no") == 0
    assert spark.fetch("select line_no, a from rest order by line_no") == [
        (2, "2"), (3, "3"), (4, "4"), (5, "5"), (77, "77"),
    ]  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize("last", ["1,\n2,二", "1,\n2,二\n"], ids=["no line end", "line end"])
def test_an_empty_field_is_no_value_and_the_last_line_counts(
    spark: SparkWarehouse, tmp_path: Path, last: str
) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text(f"a,b\n{last}", encoding="utf-8")
    assert spark.load_plain("plain", path, ["a", "b"], {"a": "a", "b": "b"}, "true") == 2
    assert spark.fetch("select line_no, a, b from plain order by line_no") == [
        (2, "1", None), (3, "2", "二"),
    ]  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize("rows", [1, 200_000], ids=["read here", "read by workers"])
def test_a_line_with_missing_or_surplus_fields_is_passed_over(
    spark: SparkWarehouse, tmp_path: Path, rows: int
) -> None:
    path, good = tmp_path / "delivered.csv", "1,2\n" * rows
    path.write_text(f"a,b\n{good}1\n2,3,4\n\n5,6,\n{good}", encoding="utf-8")
    typed = {"a": "a", "b": "b"}
    assert spark.load_plain("plain", path, ["a", "b"], typed, "true") == 2 * rows
    assert spark.load_rest("rest", path, ["a", "b"], "plain") == 0


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
