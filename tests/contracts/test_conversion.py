"""The SQL made from a contract refuses exactly what the contract forbids, on every engine."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import Column, FeedContract, Table, catalogue
from postloan.errors import ContractError
from postloan.ingestion.checks.quality import checks_of, in_dialect
from postloan.ingestion.loading.conversion import fault_of, faults_select, typed_select
from postloan.ingestion.reading.refusals import advice
from postloan.warehouse import Warehouse


def feed_of(*columns: Column, allocation: str | None = None) -> FeedContract:
    table = Table("probe", "试", "A probe.", "line_no", "test", columns)
    return FeedContract(
        "test",
        "probe",
        "1.0.0",
        table,
        "delta",
        "unchanged",
        False,
        0,
        "",
        allocation,
        Path("probe.yaml"),
    )


def column(
    sql_type: str, *, required: bool = False, enum: tuple[str, ...] = (), **options: Any
) -> Column:
    return Column(
        "v", "值", "", "", sql_type, required=required, enum=enum, options=tuple(options.items())
    )


def judge(
    warehouse: Warehouse, folder: Path, feed: FeedContract, values: Sequence[str]
) -> tuple[dict[str, str], list[Any]]:
    """Reasons by refused value, and the typed values of the others in order."""
    path = folder / "values.csv"
    lines = [f'{n},"{v}"' if v else f"{n}," for n, v in enumerate(values, start=2)]
    path.write_bytes(("line_no,v\n" + "\n".join(lines) + "\n").encode())
    warehouse.load_text("text_probe", path, ["v"])
    warehouse.temporary_from("refused_probe", faults_select(feed, "text_probe"))
    warehouse.temporary_from("staged_probe", typed_select(feed, "text_probe", "refused_probe"))
    refused = warehouse.fetch("select line_no, reason from refused_probe order by line_no")
    typed = warehouse.fetch("select v from staged_probe order by line_no")
    return {values[n - 2]: reason for n, reason in refused}, [v for (v,) in typed]


def test_every_day_of_the_calendar_and_no_other(warehouse: Warehouse, tmp_path: Path) -> None:
    years = (1900, 2000, 2023, 2024, 2100, 9999)
    tried = [f"{y}-{m:02}-{d:02}" for y in years for m in range(14) for d in range(33)]
    days = [
        date(y, m, d)
        for y in years
        for m in range(1, 13)
        for d in range(1, calendar.monthrange(y, m)[1] + 1)
    ]
    refused, typed = judge(warehouse, tmp_path, feed_of(column("date")), tried)
    assert typed == days
    assert set(refused.values()) == {"not_a_date"}


def test_other_ways_to_write_a_date_are_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    tried = [
        "20260105",
        "2026/01/05",
        "2026-1-5",
        " 2026-01-05",
        "2026-01-05 00:00:00",
        "0000-01-01",
        "x",
    ]
    refused, typed = judge(warehouse, tmp_path, feed_of(column("date")), tried)
    assert refused == dict.fromkeys(tried, "not_a_date")
    assert typed == []


def test_a_second_of_a_day_is_told_in_one_way(warehouse: Warehouse, tmp_path: Path) -> None:
    good = {
        "2026-01-05 00:00:00": datetime.fromisoformat("2026-01-05"),
        "2024-02-29 23:59:59": datetime.fromisoformat("2024-02-29T23:59:59"),
        "2026-12-31 08:30:00": datetime.fromisoformat("2026-12-31T08:30"),
    }
    bad = [
        "2026-01-05",
        "2026-01-05 24:00:00",
        "2026-01-05 12:60:00",
        "2026-01-05 12:00",
        "2026-01-05T12:00:00",
        "2026-01-05 12:00:00+08",
        "2026-01-05 12:00:00.5",
        "2025-02-29 12:00:00",
        "2026-04-31 12:00:00",
        "now",
    ]
    feed = feed_of(column("timestamp"))
    refused, typed = judge(warehouse, tmp_path, feed, [*good, *bad])
    assert refused == dict.fromkeys(bad, "not_a_timestamp")
    assert typed == list(good.values())


def test_money_is_exact_or_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    good = {
        "0": "0.00",
        "12.5": "12.50",
        "-3.10": "-3.10",
        "0001.25": "1.25",
        "9" * 12 + ".99": "9" * 12 + ".99",
    }
    bad = {
        "1.239": "too_many_decimals",
        "1.000": "too_many_decimals",
        "1" + "0" * 12: "out_of_range",
        "-" + "9" * 13 + ".99": "out_of_range",
        "1" + "0" * 16: "out_of_range",
        "1e3": "not_a_number",
        "1,234.50": "not_a_number",
        " 1": "not_a_number",
        "１２": "not_a_number",
        "1.": "not_a_number",
        ".5": "not_a_number",
        "+1": "not_a_number",
        "--1": "not_a_number",
        "NaN": "not_a_number",
        "0" * 20 + "1.001": "too_many_decimals",
    }
    refused, typed = judge(warehouse, tmp_path, feed_of(column("decimal(18,2)")), [*good, *bad])
    assert refused == bad
    assert typed == [Decimal(v) for v in good.values()]


def test_whole_numbers(warehouse: Warehouse, tmp_path: Path) -> None:
    good = ["7", "-7", "007", "2147483647", "-2147483648"]
    bad = {
        "2147483648": "out_of_range",
        "-2147483649": "out_of_range",
        "9" * 30: "out_of_range",
        "12.6": "not_a_number",
        "x": "not_a_number",
    }
    refused, typed = judge(warehouse, tmp_path, feed_of(column("integer")), [*good, *bad])
    assert refused == bad
    assert typed == [int(v) for v in good]
    refused, typed = judge(warehouse, tmp_path, feed_of(column("bigint")), ["9" * 18, "9" * 19])
    assert refused == {"9" * 19: "out_of_range"}
    assert typed == [10**18 - 1]


def test_booleans(warehouse: Warehouse, tmp_path: Path) -> None:
    refused, typed = judge(
        warehouse, tmp_path, feed_of(column("boolean")), ["true", "false", "True", "1", "yes"]
    )
    assert refused == dict.fromkeys(["True", "1", "yes"], "not_a_boolean")
    assert typed == [True, False]


@pytest.mark.parametrize(
    ("probe", "good", "bad"),
    [
        (column("varchar", maxLength=3), ["abc", "张三李"], {"abcd": "too_long"}),
        (
            column("varchar", pattern="^[A-Z][A-Z][A-Z]$"),
            ["CNY"],
            {"cny": "bad_pattern", "CNYX": "bad_pattern"},
        ),
        (column("varchar", enum=("a", "b")), ["a", "b"], {"c": "not_in_list", "A": "not_in_list"}),
        (
            column("decimal(18,2)", exclusiveMinimum=0),
            ["0.01"],
            {"0.00": "out_of_range", "-1": "out_of_range"},
        ),
        (column("decimal(18,2)", minimum=0), ["0.00"], {"-0.01": "out_of_range"}),
        (
            column("integer", minimum=1, maximum=3),
            ["1", "3"],
            {"0": "out_of_range", "4": "out_of_range"},
        ),
        (column("integer", maximum=3000000000), ["2147483647"], {}),
    ],
)
def test_what_a_column_allows(
    warehouse: Warehouse, tmp_path: Path, probe: Column, good: list[str], bad: dict[str, str]
) -> None:
    refused, typed = judge(warehouse, tmp_path, feed_of(probe), [*good, *bad])
    assert refused == bad
    assert len(typed) == len(good)


@pytest.mark.parametrize("sql_type", ["varchar", "integer", "decimal(18,2)", "date", "boolean"])
def test_an_empty_field_is_no_value(warehouse: Warehouse, tmp_path: Path, sql_type: str) -> None:
    assert judge(warehouse, tmp_path, feed_of(column(sql_type)), ["", ""]) == ({}, [None, None])
    required = feed_of(column(sql_type, required=True))
    assert judge(warehouse, tmp_path, required, [""]) == ({"": "missing_value"}, [])


def test_a_check_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(ContractError, match="multipleOf"):
        fault_of(column("integer", multipleOf=5))


@pytest.mark.parametrize("feed", catalogue().feeds.values(), ids=lambda f: f.name)
def test_every_contract_can_be_checked_and_explained(
    feed: FeedContract, warehouse: Warehouse
) -> None:
    assert faults_select(feed, "text_x").sql("duckdb").startswith("SELECT")
    for check in checks_of(feed, is_opening=True):
        assert in_dialect(check, warehouse.dialect).description
    for c in feed.file_columns:
        for reason in ("missing_value", "not_a_date", "not_in_list", "out_of_range", "too_long"):
            assert advice(c, reason).startswith(c.name)
