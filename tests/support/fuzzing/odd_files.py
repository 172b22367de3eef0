"""Files that are whole, and yet not what they should be: gzip, zip, Parquet and JSON lines."""

import datetime
import json
import random
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.support.fuzzing.layouts import gzipped, parquet_of, zipped
from tests.support.fuzzing.mutations import LONG_LINE, PLAIN_BYTES, Rows, flipped
from tests.support.fuzzing.seeds import CANARY


def odd_gzip(rng: random.Random, content: bytes) -> bytes:
    """A gzip file that is whole, and yet not what it should be."""
    packed = gzipped(content)
    half = len(content) // 2
    return rng.choice(
        (
            lambda: packed + b"trailing",
            lambda: packed + bytes(512),
            lambda: gzipped(content[:half]) + gzipped(content[half:]),
            lambda: packed[:-8] + bytes(8),
            lambda: gzipped(packed),
            lambda: gzipped(bytes(24 << 20)),
            lambda: zipped(content),
            lambda: content,
            lambda: b"",
        )
    )()


def _encrypted(packed: bytes) -> bytes:
    changed = bytearray(packed)
    for sign, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        changed[changed.index(sign) + flags] |= 1
    return bytes(changed)


def odd_zip(rng: random.Random, content: bytes) -> bytes:
    """An archive that is whole, and yet not what it should be."""
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    return rng.choice(
        (
            lambda: zipped(content, "../../etc/passwd"),
            lambda: zipped(content, "/etc/passwd"),
            lambda: zipped(content, "C:\\windows\\x"),
            lambda: zipped(content, "folder/"),
            lambda: zipped(content, "a", "b"),
            lambda: zipped(content, "a", "a"),
            lambda: zipped(content, f"{CANARY}\n\x1b[31m.txt"),
            lambda: zipped(content, attributes=0o120777 << 16),
            lambda: _encrypted(zipped(content)),
            lambda: zipped(content, method=rng.choice(methods)),
            lambda: flipped(rng, zipped(content, method=rng.choice(methods)), PLAIN_BYTES),
            lambda: b"MZ" + bytes(100) + zipped(content),
            lambda: zipped(content) + b"trailing",
            lambda: zipped(bytes(24 << 20)),
            lambda: b"PK\x05\x06" + bytes(18),
            lambda: gzipped(content),
            lambda: content,
        )
    )()


def _other_column(rng: random.Random, rows: int) -> pa.Array:
    """A column of some other type than text."""
    day = datetime.date(2026, 1, 5)
    moment = datetime.datetime(2026, 1, 5, 8, 30, 0, 123456)  # noqa: DTZ001 (a file may hold it)
    values: Sequence[Any] = rng.choice(
        (
            [pa.array([1.5] * rows)],
            [pa.array([7] * rows, pa.int8())],
            [pa.array([2**64 - 1] * rows, pa.uint64())],
            [pa.array([Decimal("1.50")] * rows, pa.decimal128(18, 2))],
            [pa.array([Decimal("1.5")] * rows, pa.decimal256(70, 30))],
            [pa.array([day] * rows)],
            [pa.array([day] * rows, pa.date64())],
            [pa.array([-(10**9)] * rows, pa.int32()).cast(pa.date32())],
            [pa.array([moment] * rows)],
            [pa.array([True, None] * rows)[:rows]],
            [pa.nulls(rows)],
            [pa.array([b"\xff\xfe"] * rows)],
            [pa.array([[1]] * rows)],
            [pa.array([{"a": CANARY}] * rows)],
            [pa.array([CANARY] * rows).dictionary_encode()],
            [pa.array([CANARY] * rows, pa.large_string())],
            [pa.array(["x" * LONG_LINE] * rows)],
            [pa.array(["a\0b", "a\rb", "a\nb", '"', "\\."] * rows)[:rows]],
        )
    )
    return values[0]


def odd_parquet(rng: random.Random, names: list[str], rows: Rows) -> bytes:
    """A Parquet file that is whole, and yet not what it should be."""
    table = pa.table(
        [pa.array([r[i] for r in rows], pa.string()) for i in range(len(names))], names
    )
    place = rng.randrange(len(names))
    other = _other_column(rng, len(rows))
    codec = rng.choice(("none", "snappy", "gzip", "zstd", "brotli", "lz4"))
    return rng.choice(
        (
            lambda: parquet_of(table.set_column(place, names[place], other)),
            lambda: parquet_of(table.set_column(place, names[place], other), row_group_size=1),
            lambda: parquet_of(table.remove_column(place)),
            lambda: parquet_of(table.append_column(f"{CANARY}", other)),
            lambda: parquet_of(table.append_column(names[place], other)),
            lambda: parquet_of(table.select([])),
            lambda: parquet_of(table, compression=codec, use_dictionary=rng.random() < 0.5),
            lambda: parquet_of(pa.table({n: pa.array([], pa.string()) for n in names})),
            lambda: b"PAR1PAR1",
            lambda: b"PAR1" + bytes(40) + b"\xff\xff\xff\x7fPAR1",
        )
    )()


ODD_JSON = (
    *(
        "{}",
        "[]",
        "null",
        "1",
        '"text"',
        "[{}]",
        "{",
        "}{",
        "{}{}",
        "[" * 100_000,
        '{"a":' * 50_000,
    ),
    *('{"KEY": NaN}', '{"KEY": Infinity}', '{"KEY": 1e999}', '{"KEY": 1, "KEY": 2}', '{"KEY": {}}'),
    *(
        '{"KEY": true}',
        '{"KEY": [1]}',
        '{"KEY": "\\u0000"}',
        '{"KEY": "\\ud800"}',
        '{"KEY": "\\r"}',
    ),
    *('{"KEY": "a\\nb,\\"c"}', '{"KEY": "\\/\\b\\f"}', '{"KEY": 01}', "{'KEY': 1}", '{"": 1}'),
    *('{"KEY": "\\x41"}', '{"KEY":\t-0.0e-0}', '{"key ": 1}', '{"KEY": "a\tb"}', "\ufeff{}"),
    f'{{"KEY": {"9" * 5_000}}}',
    f'{{"KEY": 1{"0" * 400}.5}}',
    f'{{"{CANARY}": 1}}',
)


def odd_json(rng: random.Random, content: bytes, names: Sequence[str]) -> bytes:
    """JSON lines with one that says it in another way."""
    odd = rng.choice(ODD_JSON).replace("KEY", rng.choice(names)).encode()
    lines = content.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines) + 1), odd + b"\n")
    if rng.random() < 0.5:
        made = {n: rng.choice((None, True, 5, 1.5, "x", f"{CANARY}3", "a\nb")) for n in names}
        lines.append(json.dumps(made).encode() + b"\n")
    return b"".join(lines)
