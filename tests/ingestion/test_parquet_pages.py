"""A Parquet file is measured by its pages, whatever its footer says of them."""

import io
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion import formats, parquet_files
from postloan.ingestion.parquet_pages import pages

PARQUET = FileFormat(kind="parquet")


def written(table: pa.Table, **how: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, **how)
    return target.getvalue()


def varint(number: int, width: int = 0) -> bytes:
    """A number as the footer holds it, filled up to a width."""
    number, found = number * 2, b""
    while number > 127 or len(found) + 1 < width:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def lying(content: bytes, told: int, lie: int) -> bytes:
    """The same file, whose footer tells another number."""
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    footer = content[start:].replace(varint(told), varint(lie, len(varint(told))))
    assert footer != content[start:]
    return content[:start] + footer


def read(content: bytes, folder: Path, form: FileFormat = PARQUET) -> str:
    path, clean = folder / "a.parquet", folder / "clean"
    path.write_bytes(content)
    formats.read_file(path, path.name, ["a"], form, clean, folder / "refused")
    return clean.read_text(encoding="utf-8")


LONG = pa.table({"a": pa.array(["x" * 1000] * 60_000)})
ONE_PAGE = {
    "use_dictionary": False, "data_page_size": 1 << 30, "max_rows_per_page": 1 << 30,
    "write_statistics": False,
}  # fmt: skip


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_footer_that_tells_less_than_the_pages_hold_hides_no_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compression: str, version: str
) -> None:
    content = written(LONG, compression=compression, data_page_version=version, **ONE_PAGE)
    told = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).total_byte_size
    lie = lying(content, told, 1000)
    assert pq.ParquetFile(io.BytesIO(lie)).metadata.row_group(0).total_byte_size == 1000
    monkeypatch.setattr(parquet_files, "_bounded", lambda _: pytest.fail("It was unpacked."))
    with pytest.raises(DeliveryError, match="unpacks to more than 200 times"):
        read(lie, tmp_path)
    tall = FileFormat(kind="parquet", max_ratio=100_000, max_bytes=9_000_000)
    with pytest.raises(DeliveryError, match="larger than the 9,000,000"):
        read(lie, tmp_path, tall)


def test_pages_that_no_machine_can_hold_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = written(LONG.slice(0, 9000), use_dictionary=False)
    giant = written(LONG.slice(0, 9000), **ONE_PAGE)
    monkeypatch.setattr(parquet_files, "_HELD_AT_ONCE", 4 << 20)
    assert read(usual, tmp_path).count("\n") == 9001
    with pytest.raises(DeliveryError, match="more than 4 MB would have to be held at once"):
        read(giant, tmp_path)


def test_columns_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    how = {"row_group_size": 4000, "use_dictionary": False, "compression": "none"}
    content = written(LONG.slice(0, 7000), **how)
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    first, second = (metadata.row_group(n).column(0) for n in (0, 1))
    both = lying(content, second.data_page_offset, first.data_page_offset)
    both = lying(both, second.total_compressed_size, first.total_compressed_size)
    both = lying(both, 3000, 4000)
    with pytest.raises(DeliveryError, match="not a whole Parquet file"):
        read(both, tmp_path)
    assert read(content, tmp_path).count("\n") == 7001


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x15",
        b"\x15\x00\x15\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
        b"\x15\x00\x15\x0f\x15\x00\x00",
        b"\x1c" * 50,
        b"\x1b\x01\x88",
        b"\x18\xff\xff\xff\xff\x0f",
        b"\x15\x00\x15\x00\x15\x00\x00",
    ],
)
def test_what_is_no_header_of_a_page_is_told_as_damage(tmp_path: Path, header: bytes) -> None:
    content = written(LONG.slice(0, 10))
    broken = content[:4] + header + bytes(60 - len(header)) + content[64:]
    with pytest.raises(DeliveryError, match="not a whole Parquet file"):
        read(broken, tmp_path)


def test_the_pages_of_every_usual_writer_are_found() -> None:
    rows = range(30_000)
    table = pa.table(
        {
            "a": [f"k{n}" for n in rows],
            "b": pa.array([n % 7 for n in rows]),
            "c": ["同" * (n % 5) or None for n in rows],
            "d": pa.nulls(len(rows), pa.string()),
        }
    )
    ways = product(
        ("none", "snappy", "gzip", "zstd", "lz4", "brotli"), ("1.0", "2.0"), (True, False),
        (True, False),
    )  # fmt: skip
    for compression, version, dictionary, index in ways:
        content = written(
            table, compression=compression, data_page_version=version, use_dictionary=dictionary,
            write_page_index=index, write_page_checksum=index, row_group_size=7000,
            data_page_size=10_000,
        )  # fmt: skip
        stream = io.BytesIO(content)
        metadata = pq.ParquetFile(stream).metadata
        groups = range(metadata.num_row_groups)
        told = sum(metadata.row_group(n).total_byte_size for n in groups)
        found = sum(page.unpacked for page in pages(stream, metadata))
        # The footer counts the headers too.
        assert 0 <= told - found < told / 50
