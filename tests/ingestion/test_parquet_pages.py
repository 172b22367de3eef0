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
from postloan.ingestion.reading import formats, parquet_files, parquet_pages
from postloan.ingestion.reading.parquet_pages import check_footer, pages

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


# Footers ----------------------------------------------------------------------------------------


def counted(number: int) -> bytes:
    """A length or a count, which has no sign."""
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + counted(number >> 7)


def listed(elements: list[bytes], kind: int = 12, count: int = -1) -> bytes:
    return (
        bytes([0xF0 | kind]) + counted(len(elements) if count < 0 else count) + b"".join(elements)
    )


EMPTY_COLUMN = b"\x26\x00\x00"


def row_group(columns: bytes) -> bytes:
    return b"\x19" + columns + b"\x16\x00\x16" + varint(5) + b"\x00"


def footed(row_groups: bytes) -> bytes:
    """A file of nothing but a footer, of one column."""
    column = b"\x15\x0c\x25\x02\x18\x01a\x25\x00\x00"
    schema = listed([b"\x48\x06schema\x15\x02\x00", column])
    footer = b"\x15\x02\x19" + schema + b"\x16\x00\x19" + row_groups + b"\x00"
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            footed(listed([row_group(listed([EMPTY_COLUMN] * 1000))] * 400)), id="many columns"
        ),
        pytest.param(
            footed(listed([row_group(listed([EMPTY_COLUMN]))] * 400_000)), id="many groups"
        ),
        pytest.param(footed(listed([row_group(listed([], count=900_000))])), id="told columns"),
        pytest.param(footed(listed([], count=900_000)), id="told groups"),
        pytest.param(footed(listed([], count=(1 << 32) + 900_000)), id="told beyond 32 bits"),
    ],
)
def test_a_footer_that_would_take_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(pq, "ParquetFile", lambda *_, **__: pytest.fail("It was read."))
    with pytest.raises(DeliveryError, match="so many row groups and columns"):
        read(content, tmp_path)


def test_a_footer_longer_than_any_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "_LONGEST_FOOTER", 100)
    with pytest.raises(DeliveryError, match="so many row groups and columns"):
        read(written(LONG.slice(0, 10)), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(footed(listed([row_group(listed([]))])), id="no column"),
        pytest.param(footed(listed([row_group(listed([EMPTY_COLUMN] * 2))])), id="a column more"),
        # A reader takes them for columns all the same.
        pytest.param(footed(listed([row_group(listed([EMPTY_COLUMN], 3))])), id="columns as bytes"),
        pytest.param(b"PAR1PAR1", id="no footer"),
        pytest.param(b"PAR1" + bytes(4) + b"PAR1", id="an empty footer"),
        pytest.param(b"PAR1\x15\xff\xff\xff\xffPAR1", id="a footer longer than the file"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_footer_that_does_not_fit_is_told_as_damage(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DeliveryError, match="not a whole Parquet file"):
        read(content, tmp_path)


def test_memory_that_is_used_up_is_no_damage_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used_up(*_: object, **__: object) -> None:
        raise OSError("Couldn't deserialize thrift: std::bad_alloc")

    monkeypatch.setattr(pq, "ParquetFile", used_up)
    with pytest.raises(MemoryError):
        read(written(LONG.slice(0, 10)), tmp_path)


def test_real_files_of_many_row_groups_are_read(tmp_path: Path) -> None:
    rows = pa.table({"a": [f"k{n}" for n in range(3000)]})
    content = written(
        rows, row_group_size=1, write_page_index=True, sorting_columns=[pq.SortingColumn(0)]
    )
    assert read(content, tmp_path).count("\n") == 3001
    wide = pa.table({f"c{n:02}": pa.array(["x"] * 300) for n in range(60)})
    wide = wide.append_column("t", pa.array([0] * 300, pa.timestamp("us", "UTC")))
    check_footer(io.BytesIO(written(wide, row_group_size=1)))
