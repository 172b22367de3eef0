"""Writes rows in every format that a contract may declare, also rows that no contract allows."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from postloan.contracts import FeedContract
from tests.support.fuzzing.seeds import Row

Writer = Callable[[Sequence[str], Sequence[Row]], bytes]
WIDTH = 24


@dataclass(frozen=True)
class Layout:
    """A way to lay out a file.

    Attributes:
        name: for people.
        term: the `fileFormat` of the contract, without what depends on the feed.
        write: names and rows -> the bytes of the file, before it is packed.
        pack: what is done to these bytes in the end.
        signs: what cuts lines and fields, for mutations that look for them.
        is_ragged: whether a row may have more or fewer fields than there are columns.
    """

    name: str
    term: Mapping[str, Any]
    write: Writer
    pack: Callable[[bytes], bytes] = bytes
    signs: tuple[bytes, ...] = (b",", b'"', b"\n", b"\r\n")
    is_ragged: bool = True

    def term_of(self, feed: FeedContract) -> dict[str, Any]:
        """The `fileFormat` to declare for a feed."""
        if self.term.get("kind") != "fixed_width":
            return dict(self.term)
        return {**self.term, "widths": [WIDTH] * len(feed.file_columns)}


def _delimited(delimiter: str, *, quoted: bool = True, header: bool = True) -> Writer:
    def write(names: Sequence[str], rows: Sequence[Row]) -> bytes:
        lines = [list(names), *rows] if header else list(rows)
        if not quoted:
            return "".join(delimiter.join(line) + "\n" for line in lines).encode()
        # The module of Python writes one sign alone between two fields.
        sign = delimiter if len(delimiter) == 1 else "\x1f"
        text = io.StringIO()
        csv.writer(text, delimiter=sign, lineterminator="\n").writerows(lines)
        return text.getvalue().replace(sign, delimiter).encode()

    return write


def _encoded(write: Writer, encoding: str) -> Writer:
    def encode(names: Sequence[str], rows: Sequence[Row]) -> bytes:
        return write(names, rows).decode().encode(encoding)

    return encode


def _with_trailer(write: Writer) -> Writer:
    def with_trailer(names: Sequence[str], rows: Sequence[Row]) -> bytes:
        return write(names, rows) + f"T|{len(rows):05}\n".encode()

    return with_trailer


def _fixed_width(encoding: str | None = None) -> Writer:
    def filled(value: str) -> str:
        size = len(value.encode(encoding)) if encoding else len(value)
        return value + " " * (WIDTH - size)

    def write(names: Sequence[str], rows: Sequence[Row]) -> bytes:
        text = "".join("".join(map(filled, row)) + "\n" for row in rows)
        return text.encode(encoding or "utf-8")

    return write


def _json_lines(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    objects = (dict(zip(names, row, strict=False)) for row in rows)
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects).encode()


def parquet(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    """A Parquet file in which every column is text."""
    columns = [[row[i] or None for row in rows] for i in range(len(names))]
    return parquet_of(pa.table([pa.array(c, pa.string()) for c in columns], names=list(names)))


def parquet_of(table: pa.Table, **options: Any) -> bytes:
    """The bytes of a Parquet file."""
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def gzipped(content: bytes) -> bytes:
    """Packed, the same content always in the same bytes."""
    return gzip.compress(content, mtime=0)


def zipped(
    content: bytes, *names: str, method: int = zipfile.ZIP_DEFLATED, attributes: int = 0
) -> bytes:
    """An archive that holds the content once under each name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names or ("delivered.txt",):
            member = zipfile.ZipInfo(name)
            member.compress_type, member.external_attr = method, attributes
            archive.writestr(member, content)
    return target.getvalue()


USUAL = _delimited(",")
BARE = (b"\n", b"\r\n")
LAYOUTS = (
    Layout("plain", {}, USUAL),
    Layout("semicolons", {"delimiter": ";"}, _delimited(";"), signs=(b";", b'"', b"\n", b",")),
    Layout(
        "tabs without quotes",
        {"delimiter": "\t", "quoted": False},
        _delimited("\t", quoted=False),
        signs=(b"\t", b'"', b",", *BARE),
    ),
    Layout(
        "three signs",
        {"delimiter": "|+|", "quoted": False},
        _delimited("|+|", quoted=False),
        signs=(b"|+|", b"|", b"+", b",", b'"', *BARE),
    ),
    Layout(
        "three signs with quotes",
        {"delimiter": "|+|"},
        _delimited("|+|"),
        signs=(b"|+|", b"|", b",", b'"', *BARE),
    ),
    Layout("no header", {"header": False}, _delimited(",", header=False)),
    Layout("GB18030", {"encoding": "gb18030"}, _encoded(USUAL, "gb18030")),
    Layout("UTF-16", {"encoding": "utf-16"}, _encoded(USUAL, "utf-16")),
    Layout("trailer", {"trailer": "T|{rows}"}, _with_trailer(USUAL), signs=(b"T|", b",", *BARE)),
    Layout(
        "fixed width",
        {"kind": "fixed_width"},
        _fixed_width(),
        signs=(b" ", b'"', b",", *BARE),
        is_ragged=False,
    ),
    Layout(
        "fixed width in bytes",
        {"kind": "fixed_width", "widthUnit": "bytes", "encoding": "gb18030"},
        _fixed_width("gb18030"),
        signs=(b" ", *BARE),
        is_ragged=False,
    ),
    Layout(
        "JSON lines",
        {"kind": "json_lines"},
        _json_lines,
        signs=(b"{", b"}", b"[", b'"', b":", b",", b"null", b"\\", *BARE),
        is_ragged=False,
    ),
    Layout("Parquet", {"kind": "parquet"}, parquet, signs=(b"PAR1",), is_ragged=False),
    Layout("gzip", {"compression": "gzip"}, USUAL, gzipped),
    Layout("zip", {"compression": "zip"}, USUAL, zipped),
    Layout("flag", {"flag": ".ok"}, USUAL),
)
