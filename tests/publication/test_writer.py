"""The one CSV writer: what people and machines read is what the warehouse holds."""

import csv
import hashlib
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postloan.errors import PublicationError
from postloan.files.spreadsheet import guarded, unguarded
from postloan.publication.writer import write_csv


def written(path: Path, *rows: tuple[object, ...]) -> str:
    """The text of a file with these rows, without its mark and header."""
    write_csv(path, ["a", "b"], rows)
    return path.read_bytes().decode("utf-8-sig").removeprefix("a,b\r\n")


def test_a_file_has_a_byte_order_mark_a_header_and_windows_line_ends(tmp_path: Path) -> None:
    result = write_csv(tmp_path / "f.csv", ["任务编号", "金额"], [("T1", Decimal("1.50"))])
    content = (tmp_path / "f.csv").read_bytes()
    assert content == b"\xef\xbb\xbf" + "任务编号,金额\r\nT1,1.50\r\n".encode()
    assert (result.rows, result.sha256) == (1, hashlib.sha256(content).hexdigest())


def test_a_file_without_rows_still_has_its_header(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "f.csv", ["a"], []).rows == 0
    assert (tmp_path / "f.csv").read_bytes() == b"\xef\xbb\xbfa\r\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", '""'),
        (Decimal("-5.00"), "-5.00"),
        (Decimal("100000000000000.10"), "100000000000000.10"),
        (-3, "-3"),
        (True, "true"),
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 8), "2026-11-20 08:00:00.000000"),  # noqa: DTZ001
        ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'),
        ("two\r\nlines", '"two\r\nlines"'),
    ],
)
def test_every_value_has_one_text_form(tmp_path: Path, value: object, text: str) -> None:
    assert written(tmp_path / "f.csv", ("T1", value)) == f"T1,{text}\r\n"


def test_floats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="float"):
        written(tmp_path / "f.csv", ("T1", 0.1))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "　=1",
        "＝1+1",
        "＠x",
        '=HYPERLINK("http://x")',
        "'=1",
        "-",
        "--x",
    ],
)
def test_no_text_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    written(tmp_path / "f.csv", ("T1", text))
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as stream:
        (_, (_, cell)) = csv.reader(stream)
    assert cell.startswith("'")
    assert unguarded(cell) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a\t@x", "a\t'@x"),
        ("first line\n +1", "first line\n '+1"),
        ('a;"＝1', "a;\"'＝1"),
        ("a;'=1", "a;''=1"),
        ("due; paid a-b", "due; paid a-b"),
    ],
)
def test_no_part_of_a_text_becomes_a_formula_of_its_own(text: str, shown: str) -> None:
    assert guarded(text) == shown


@given(st.text(alphabet="a1;'=+-@\t\n \"＝−"))
def test_what_is_guarded_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["0012", "123456789012", "1E5", "12e3", "1.50", "5%", "3-4", "2026/1/2", "SEP2", "8:30"]
)
def test_ids_that_a_spreadsheet_would_change_are_protected(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "15400000001",
        "0",
        "42",
        "L00000001",
        "L1: 100.00; L2: 50.00",
        "测试甲",
        "C1|CNY",
        "2026-11-21 08:00",
        "T1e5",
        "a-b",
        "Marianne",
    ],
)
def test_phones_ids_and_names_are_left_alone(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("keys", [("T2", "T1"), ("T1", "T1")])
def test_rows_out_of_order_are_refused(tmp_path: Path, keys: tuple[str, str]) -> None:
    with pytest.raises(PublicationError, match="row 2"):
        written(tmp_path / "f.csv", *((key, None) for key in keys))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for number in range(50_000):
            yield f"T{number:08d}", "x" * 100

    tracemalloc.start()
    write_csv(tmp_path / "f.csv", ["a", "b"], rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "f.csv").stat().st_size > 5_000_000
    assert peak < 500_000
