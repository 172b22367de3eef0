"""A file that is damaged, or is more than its contract says, stops its delivery within bounds."""

import gzip
import io
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading import formats, normalise
from postloan.ingestion.reading.formats import read_file
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES
from postloan.ingestion.reading.unpack import unpack
from tests.support.customer_files import NAMES, PLAIN, deliver, parquet, zipped
from tests.support.deliveries import Lender
from tests.support.rule_files import RuleFiles


@pytest.fixture
def engine() -> str:
    """Formats are read before the warehouse; one engine shows it."""
    return "duckdb"


def inflated() -> bytes:
    """A small file that says a long value once and refers to it in every row."""
    values, rows = pa.array(["x" * 90_000]), pa.array([0] * 90_000, pa.int32())
    column = pa.DictionaryArray.from_arrays(rows, values)
    target = io.BytesIO()
    pq.write_table(pa.table([column] * len(NAMES), NAMES), target, store_schema=False)
    return target.getvalue()


def link() -> bytes:
    member = zipfile.ZipInfo("customer.txt")
    member.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, "/etc/hosts")
    return target.getvalue()


def damaged(method: int) -> bytes:
    content = bytearray(zipped(PLAIN, method=method))
    content[50:60] = bytes(10)
    return bytes(content)


def with_a_name_in_no_encoding() -> bytes:
    content = bytearray(zipped(PLAIN))
    entry = content.index(b"PK\x01\x02")
    content[entry + 9] |= 8
    content[entry + 46] = 0xFF
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(zipped(PLAIN))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("form", "content", "told"),
    [
        ({"trailer": "T|{rows}"}, PLAIN + b"T|3\n", "trailer record says 3"),
        ({"trailer": "T|{rows}"}, PLAIN, "not the trailer record"),
        ({"delimiter": "|"}, PLAIN, "contract says delimiter '|'"),
        ({"delimiter": "|"}, b"x" * 5_000_000 + b"\n", "which no header row is"),
        ({"compression": "gzip"}, gzip.compress(PLAIN)[:-9], "not a whole gzip file"),
        ({"compression": "gzip"}, PLAIN, "not a whole gzip file"),
        ({"compression": "zip"}, PLAIN, "not a whole zip file"),
        ({"compression": "gzip"}, gzip.compress(bytes(32 << 20)), "more than 200 times"),
        ({"compression": "zip", "maxBytes": 1000}, zipped(bytes(5000)), "larger than the 1,000"),
        ({"maxBytes": 10}, PLAIN, "larger than the 10 bytes"),
        ({"compression": "zip"}, zipped(PLAIN, "../../customer.txt"), "has a path"),
        ({"compression": "zip"}, zipped(PLAIN, "a", "b"), "holds 2 entries"),
        ({"compression": "zip"}, link(), "holds a link"),
        ({"compression": "zip"}, encrypted(), "is encrypted"),
        ({"compression": "zip"}, damaged(zipfile.ZIP_DEFLATED), "not a whole zip file"),
        *(
            ({"compression": "zip"}, zipped(PLAIN, method=method), "other than deflate")
            for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)
        ),
        ({"compression": "zip"}, with_a_name_in_no_encoding(), "not a whole zip file"),
        ({"kind": "parquet", "maxBytes": 9_000_000}, inflated(), "larger than the 9,000,000"),
        ({"kind": "parquet"}, inflated(), "more than 200 times"),
        ({"kind": "parquet"}, parquet()[:-20], "not a whole Parquet file"),
        ({"flag": ".ok"}, PLAIN, "flag customer.csv.ok is missing"),
    ],
)
def test_a_file_that_is_not_what_the_contract_says_stops_the_delivery(
    form: dict[str, Any], content: bytes, told: str, lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", form)
    with pytest.raises(DeliveryError, match=told.replace("|", r"\|")):
        deliver(lender, content)
    assert lender.warehouse.count("customer") == 0


EMPTY = FileFormat(trailer="T|{rows}")


@contextmanager
def holding_at_most(size: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("behind", [b"T|1\n", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_empty_lines_without_end_are_not_held(tmp_path: Path, end: bytes, behind: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n" + end * (24 << 20) + behind)
    with (
        holding_at_most(64 << 20),
        pytest.raises(DeliveryError, match="more than 16 MB of empty lines"),
    ):
        read_file(path, path.name, ("a",), EMPTY, tmp_path / "clean", tmp_path / "refused")


@pytest.mark.parametrize("place", ["before", "behind"])
def test_some_empty_lines_around_a_trailer_are_read(tmp_path: Path, place: str) -> None:
    path, many = tmp_path / "a.csv", b"\n" * (1 << 20)
    before, behind = (many, b"") if place == "before" else (b"", many)
    path.write_bytes(b"a\n1\n" + before + b"T|1\n" + behind)
    clean = tmp_path / "clean"
    account = read_file(path, path.name, ("a",), EMPTY, clean, tmp_path / "refused")
    assert (account.records, account.physical_lines) == (1, (1 << 20) + 3)


def crowded(entries: int) -> bytes:
    """An archive whose directory tells of many files, in the form for more than 65,535."""
    entry = b"PK\x01\x02" + struct.pack(
        "<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
    )
    directory = (entry + b"a") * entries
    told = (44, 45, 45, 0, 0, entries, entries, len(directory), 0)
    return (
        directory
        + b"PK\x06\x06" + struct.pack("<Q2H2I4Q", *told)
        + b"PK\x06\x07" + struct.pack("<IQI", 0, len(directory), 1)
        + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    )  # fmt: skip


def test_the_directory_of_an_archive_is_not_read_where_it_tells_of_many_files(
    tmp_path: Path,
) -> None:
    path, form = tmp_path / "a.zip", FileFormat(compression="zip")
    path.write_bytes(crowded(100_000))
    with (
        holding_at_most(2 << 20),
        pytest.raises(DeliveryError, match=r"many entries\. Pack exactly one file"),
    ):
        unpack(path, form, tmp_path / "a")
    path.write_bytes(crowded(3))
    with pytest.raises(DeliveryError, match="holds 3 entries"):
        unpack(path, form, tmp_path / "a")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_of_one_file_is_read_however_much_its_directory_says(
    tmp_path: Path, method: int
) -> None:
    content = os.urandom(3 << 20)
    member = zipfile.ZipInfo("n" * 200)
    member.comment, member.compress_type = b"c" * 65_535, method
    member.extra = struct.pack("<2H", 0x7777, 65_531) + bytes(65_531)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.comment = b"c" * 65_535
    unpack(path, FileFormat(compression="zip"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == content


@pytest.mark.parametrize("block_bytes", [normalise.BLOCK_BYTES, 2_000])
def test_a_header_row_without_end_is_told_alike_however_much_of_it_is_read_at_once(
    block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the fuzzer: what lies beyond the longest record is read in large blocks alone."""
    path, form = tmp_path / "a.dat", FileFormat(delimiter="\t", quoted=False)
    path.write_bytes(b"x" * MAX_RECORD_BYTES + b"a\tb\n1\t2\n")
    monkeypatch.setattr(normalise, "BLOCK_BYTES", block_bytes)
    with pytest.raises(DeliveryError, match="which no header row is"):
        formats.read_file(path, path.name, ["a", "b"], form, tmp_path / "good", tmp_path / "bad")


@pytest.mark.parametrize("length", [1 << 20, 6_000_000])
def test_what_is_cut_off_a_long_record_is_never_lost(length: int, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"a|+|b|+|c\n" + b"1|+|2|+|" + b"x" * length + b"\n" + b"4|+|5|+|6\n")
    form = FileFormat(delimiter="|+|", quoted=False)
    places = tmp_path / "clean", tmp_path / "refused"
    account = formats.read_file(path, path.name, ["a", "b", "c"], form, *places)
    assert (account.records, account.refused) == (1, 1)
