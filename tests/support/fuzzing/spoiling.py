"""Spoils a file that was right in one to four ways, each way where it belongs."""

import random
from collections.abc import Sequence

from tests.support.fuzzing.layouts import Layout
from tests.support.fuzzing.mutations import ON_BYTES, ON_PACKED, ON_ROWS, RAGGED, Rows
from tests.support.fuzzing.odd_files import odd_gzip, odd_json, odd_parquet, odd_zip
from tests.support.fuzzing.seeds import Row

IN_ROWS, IN_BYTES, IN_PACKING = "rows", "bytes", "packing"


def spoiled(
    rng: random.Random, names: Sequence[str], rows: Sequence[Row], layout: Layout
) -> tuple[bytes, int]:
    """The bytes of a spoiled file, and how many rows it had when they were written.

    Args:
        rng: decides what becomes of the file; the same one spoils it in the same way.
        names: names of its columns.
        rows: its rows, all valid.
        layout: its format.
    """
    names, rows = list(names), [list(row) for row in rows]
    places = _places(rng, layout)
    if IN_PACKING in places and layout.term.get("kind") == "parquet":
        return odd_parquet(rng, names, rows), len(rows)
    if IN_ROWS in places:
        _spoil_rows(rng, names, rows, layout)
    content = layout.write(names, rows)
    if layout.term.get("kind") == "json_lines" and rng.random() < 0.4:
        content = odd_json(rng, content, names)
    if IN_BYTES in places:
        for _ in range(rng.choice((1, 1, 2, 3))):
            content = rng.choice(ON_BYTES)(rng, content, layout)
    if IN_PACKING in places:
        return _spoil_packing(rng, content, layout), len(rows)
    return layout.pack(content), len(rows)


def _places(rng: random.Random, layout: Layout) -> set[str]:
    is_packed = layout.term.get("compression") or layout.term.get("kind") == "parquet"
    if is_packed and rng.random() < 0.5:
        return {IN_PACKING}
    return set(rng.choice(((IN_ROWS,), (IN_BYTES,), (IN_ROWS,), (IN_BYTES,), (IN_ROWS, IN_BYTES))))


def _spoil_rows(rng: random.Random, names: list[str], rows: Rows, layout: Layout) -> None:
    ways = (*ON_ROWS, *RAGGED) if layout.is_ragged else ON_ROWS
    for _ in range(rng.choice((1, 1, 2, 4))):
        if rows:
            rng.choice(ways)(rng, names, rows)


def _spoil_packing(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    if rng.random() < 0.5:
        return rng.choice(ON_PACKED)(rng, layout.pack(content), layout)
    odd = odd_gzip if layout.term["compression"] == "gzip" else odd_zip
    return odd(rng, content)
