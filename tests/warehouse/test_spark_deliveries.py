"""How Spark reads delivered files: the lines and fields that every engine sees."""

from pathlib import Path

import pytest

from postloan.warehouse.spark.engine import SparkWarehouse


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
