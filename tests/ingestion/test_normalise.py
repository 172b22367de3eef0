"""Every physical line of a delivered file is accounted for, whatever bytes it holds."""

import csv
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postloan.errors import DeliveryError
from postloan.ingestion.reading import normalise as module
from postloan.ingestion.reading.header import check_header
from postloan.ingestion.reading.normalise import MAX_SHOWN, Normalised, normalise, shown

COLUMNS = ("a", "b", "c")
HEADER = b"a,b,c\n"


@dataclass(frozen=True)
class Read:
    account: Normalised
    clean: bytes
    good: list[list[str]]
    refused: dict[int, str]
    raw: dict[int, str]


def read(content: bytes, block_bytes: int = 4 << 20, max_record: int = 1 << 20) -> Read:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_BYTES", block_bytes)
        patch.setattr(module, "MAX_RECORD_BYTES", max_record)
        folder = Path(name)
        (folder / "in.csv").write_bytes(content)
        account = normalise(
            folder / "in.csv", b"a,b,c", 2, folder / "clean.csv", folder / "refused.csv"
        )
        clean = (folder / "clean.csv").read_bytes()
        refused = list(csv.reader(io.StringIO((folder / "refused.csv").read_text("utf-8"))))[1:]
        good = list(csv.reader(io.StringIO(clean.decode(), newline=""), strict=True))[1:]
        return Read(
            account,
            clean,
            good,
            {int(r[0]): r[1] for r in refused},
            {int(r[0]): r[2] for r in refused},
        )


def test_clean_file() -> None:
    found = read(HEADER + b"1,2,3\n4,5,6\n")
    assert found.good == [["2", "1", "2", "3"], ["3", "4", "5", "6"]]
    assert (found.account.records, found.account.refused, found.account.physical_lines) == (2, 0, 3)


@pytest.mark.parametrize(
    ("content", "good_lines", "refused"),
    [
        pytest.param(b"1,2,3\r\n4,5,6\r\n", ["2", "3"], {}, id="CRLF"),
        pytest.param(b"1,2,3\r\n4,5,6\n", ["2", "3"], {}, id="CRLF and LF mixed"),
        pytest.param(b"1,2,3\n4,5,6", ["2", "3"], {}, id="no line end at the end"),
        pytest.param(b"1,2,3\n4,5,6\r", ["2", "3"], {}, id="half a CRLF at the end"),
        pytest.param(b"\n1,2,3\n\n\n4,5,6\n\n", ["3", "6"], {}, id="blank lines"),
        pytest.param(b"1,2\n4,5,6\n", ["3"], {2: "wrong_column_count"}, id="too few"),
        pytest.param(b"1,2,3,4\n4,5,6\n", ["3"], {2: "wrong_column_count"}, id="too many"),
        pytest.param(b"1,\0,3\n4,5,6\n", ["3"], {2: "nul_byte"}, id="NUL"),
        pytest.param(b"1,\xff,3\n4,5,6\n", ["3"], {2: "not_utf8"}, id="not UTF-8"),
        pytest.param(
            "1,张三,3\n".encode("gb18030") + b"4,5,6\n", ["3"], {2: "not_utf8"}, id="GB18030"
        ),
        pytest.param(b"1,a\rb,3\n4,5,6\n", ["3"], {2: "carriage_return"}, id="lone CR"),
        pytest.param(b'1,"2,3\n4,5,6\n7,8,9\n', ["3", "4"], {2: "unclosed_quote"}, id="unclosed"),
        pytest.param(
            b'1,"2,3\n4,"5",6\n7,8,9\n',
            ["3", "4"],
            {2: "unclosed_quote"},
            id="unclosed, then quotes",
        ),
        pytest.param(b'1,"2"x,3\n4,5,6\n', ["3"], {2: "bad_quotes"}, id="text after a quote"),
        pytest.param(b'1,2"x,3\n4,5,6\n', ["3"], {2: "bad_quotes"}, id="quote inside a field"),
        pytest.param(b'1,"a,b",3\n', ["2"], {}, id="comma in quotes"),
        pytest.param(b'1,"a ""b"" c",3\n', ["2"], {}, id="doubled quotes"),
        pytest.param(b'1,"a\nb\n\nc",3\n4,5,6\n', ["2", "6"], {}, id="line ends in quotes"),
        pytest.param(b'1,"a\r\nb",3\r\n4,5,6\r\n', ["2", "4"], {}, id="CRLF in quotes"),
        pytest.param(b'"","",""\n', ["2"], {}, id="empty quotes"),
    ],
)
def test_what_becomes_of_lines(
    content: bytes, good_lines: list[str], refused: dict[int, str]
) -> None:
    for block_bytes in (1, 5, 4 << 20):
        found = read(HEADER + content, block_bytes)
        assert [row[0] for row in found.good] == good_lines
        assert found.refused == refused


def test_an_unclosed_quote_takes_no_other_line_with_it() -> None:
    lines = [b"%d,x,y\n" % n for n in range(10_000)]
    lines[5] = b'5,"x,y\n'
    found = read(HEADER + b"".join(lines))
    assert found.account.records == 9_999
    assert found.refused == {7: "unclosed_quote"}


def test_a_quoted_field_may_span_lines_and_keeps_them() -> None:
    found = read(HEADER + b'1,"first\nsecond",3\n')
    assert found.good == [["2", "1", "first\nsecond", "3"]]
    assert found.account.record_lines == 2


@pytest.mark.parametrize("block_bytes", [1000, 4 << 20])
def test_a_line_of_ten_megabytes_is_refused_and_the_next_one_read(block_bytes: int) -> None:
    found = read(HEADER + b"1," + b"x" * 10_000_000 + b",3\n4,5,6\n", block_bytes)
    assert found.refused == {2: "record_too_long"}
    assert found.good == [["3", "4", "5", "6"]]
    assert len(found.raw[2]) < 3_000
    assert found.account.physical_lines == 3


@pytest.mark.parametrize("place", range(20, 170, 3))
def test_a_line_is_too_long_wherever_it_is_cut(place: int) -> None:
    line = b"1,2," + (b"x" * place)[4:] + b"\r" + b"lost" * 500
    assert read(HEADER + line + b"\n4,5,6\n", 8, max_record=20).refused == {2: "record_too_long"}


def test_the_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER + b"1,2,3\n")
    check_header(path, COLUMNS)
    assert read(path.read_bytes()).good == [["2", "1", "2", "3"]]


def test_refused_bytes_are_shown_as_harmless_text() -> None:
    assert shown(b"a\0b\xff\n\x1b[31m") == "a\\x00b\\xff\\x0a\\x1b[31m"
    assert shown("张三,1".encode()) == "张三,1"
    assert shown("\u2028\U000e0001".encode()) == "\\u2028\\U000e0001"
    # What a sender wrote himself is not taken for it.
    assert shown(b"a\\nb") == "a\\nb"


def test_of_a_record_that_is_cut_off_it_is_shown_whether_lines_are_gone() -> None:
    long = b"x" * MAX_SHOWN
    assert shown(long) == long.decode()
    assert shown(long + b"y") == f"{long.decode()}…"
    assert shown(long + b"y\nz") == f"{long.decode()}\\x0a…"
    assert shown(long + b"y\rz").endswith("\\x0a…")
    assert shown(b"a\nb" + long) == f"a\\x0ab{long.decode()[:-6]}…"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a;b;c\n", "separated by semicolons"),
        (b"a\tb\tc\n", "separated by tabs"),
        (b"a,b\n", "missing columns: c."),
        (b"a,b,c,d\n", "1 unknown column: number 4."),
        (b"a,c,b\n", "another order"),
        (b"a,b,b,c\n", "named twice: b"),
        ("a,b,c\n".encode("utf-16"), "binary data"),
        (b"a,b,\xff\n", "the header row is not UTF-8"),
        (b'a,b,"c\n', "a quote is missing or out of place"),
        (b"a,b,c\r1,2,3\r4,5,6\r", "lines end with CR alone"),
        (b"a,b\r,c\n", "lines that end with LF or CRLF"),
        (b"C1,13800000000,x\n", "not the header row"),
    ],
)
def test_header_rows_that_are_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(content)
    with pytest.raises(DeliveryError, match=told) as refusal:
        check_header(path, COLUMNS)
    assert "feed.csv" in str(refusal.value)
    assert "13800000000" not in str(refusal.value)


nasty = st.lists(
    st.sampled_from(
        [b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", "张".encode(), b'""']
    ),
    max_size=60,
).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(content=st.one_of(nasty, st.binary(max_size=200)), block_bytes=st.integers(1, 40))
@example(content=b'"', block_bytes=1)
@example(content=b'"\n"\n"', block_bytes=3)
def test_every_line_is_accounted_for_whatever_the_bytes(content: bytes, block_bytes: int) -> None:
    found, at_once = read(HEADER + content, block_bytes), read(HEADER + content)
    account = found.account
    assert found == at_once, "how the file is cut into blocks must not matter"
    lines = (HEADER + content).count(b"\n") + (not (HEADER + content).endswith(b"\n"))
    assert account.physical_lines == lines
    assert lines == 1 + account.blank_lines + account.record_lines + account.refused_lines
    assert len(found.good) == account.records
    assert len(found.refused) == account.refused
    assert all(len(row) == len(COLUMNS) + 1 for row in found.good)
    numbers = sorted([int(row[0]) for row in found.good] + list(found.refused))
    assert len(set(numbers)) == len(numbers)
    assert all(2 <= n <= lines for n in numbers)


@settings(max_examples=150, deadline=None)
@given(content=nasty)
def test_the_clean_file_reads_the_same_in_the_warehouse(content: bytes) -> None:
    found = read(HEADER + content)
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        path = Path(name) / "clean.csv"
        path.write_bytes(found.clean)
        rows = connection.execute(
            """SELECT * FROM read_csv($path, auto_detect = false, header = true, delim = ',',
               quote = '"', escape = '"', new_line = '\\n', strict_mode = true,
               columns = {'n': 'VARCHAR', 'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR'})""",
            {"path": str(path)},
        ).fetchall()
    assert [[cell or "" for cell in row] for row in rows] == found.good


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(cell, cell, cell), max_size=8), block_bytes=st.integers(1, 60))
def test_what_a_good_writer_writes_comes_through_unchanged(
    rows: list[tuple[str, str, str]], block_bytes: int
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    found = read(HEADER + text.getvalue().encode(), block_bytes)
    assert [tuple(row[1:]) for row in found.good] == rows
    assert not found.refused


def test_an_endless_line_stays_bounded_in_memory() -> None:
    found = read(HEADER + b"x" * 3_000_000, block_bytes=1000, max_record=5_000)
    assert found.refused == {2: "record_too_long"}
