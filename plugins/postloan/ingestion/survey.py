"""A quick look at a delivered file: may the engine read it as it is?

Most files are plain: UTF-8 text, no quotes, every line a record with the right number of fields.
An engine's own reader cannot go wrong on such a file, and is many times faster than ours. What
makes a reader go wrong is looked for here, in the bytes; at the first sign the file takes the
careful way through `normalise`.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np

from postloan.ingestion.normalise import BLOCK_BYTES, UTF8_BOM, Normalised
from postloan.ingestion.refusals import MAX_RECORD_BYTES

LINE_END = ord("\n")
TROUBLE = (b'"', b"\0", b"\r")
"""Quotes may hide line ends and separators; the others are data that no feed should hold."""

MANY = 256
"""So many commas a byte cannot count."""


def survey(delivered: Path, commas: int) -> Normalised | None:
    """The account of a plain file, or None where the file is not plain.

    Args:
        delivered: the file as it came; its header row has been checked.
        commas: how many commas a record has.

    Returns:
        The same account that `normalise` gives of such a file: every line after the header is a
        good record.
    """
    seen, records = hashlib.sha256(), 0
    with delivered.open("rb") as stream, ThreadPoolExecutor(1) as hasher:
        hashed: Future[None] | None = None
        for is_first, block in _blocks(stream):
            if hashed:
                hashed.result()
            hashed = hasher.submit(seen.update, block)
            body = block.partition(b"\n")[2] if is_first else block
            found = _records_of(body, commas) if not _has_bom(is_first, block) else None
            if found is None:
                return None
            records += found
    return Normalised(
        physical_lines=records + 1,
        blank_lines=0,
        records=records,
        record_lines=records,
        refused=0,
        refused_lines=0,
        sha256=seen.hexdigest(),
    )


def _has_bom(is_first: bool, block: bytes) -> bool:
    return is_first and block.startswith(UTF8_BOM)


def _blocks(stream: IO[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Whole lines, a few megabytes at a time, the first block marked; a longer line ends it all.

    A block that is too long for a record is yielded as it is; it is not plain.
    """
    rest, is_first = b"", True
    while data := stream.read(BLOCK_BYTES):
        cut = data.rfind(b"\n") + 1
        block, rest = rest + data[:cut], (data[cut:] if cut else rest + data)
        if cut:
            yield is_first, block
            is_first = False
        elif len(rest) > MAX_RECORD_BYTES:
            break
    if rest:
        yield is_first, rest


def _records_of(block: bytes, commas: int) -> int | None:
    """Number of lines of a block in which all are records, or None."""
    if not block:
        return 0
    if any(sign in block for sign in TROUBLE) or not _is_utf8(block):
        return None
    text = block if block.endswith(b"\n") else block + b"\n"
    signs = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(signs == LINE_END)
    lengths = np.diff(ends, prepend=-1)
    if int(lengths.min()) == 1 or int(lengths.max()) > MAX_RECORD_BYTES:
        return None
    is_comma = signs == ord(",")
    # Bytes are added up in a byte, as that is quick: a line that is 256 commas too long would look
    # right, but then there are too many commas in all. None can have 256 too few.
    per_line = np.add.reduceat(is_comma.view(np.uint8), ends - lengths + 1, dtype=np.uint8)
    is_whole = commas < MANY and int(np.count_nonzero(is_comma)) == commas * len(ends)
    return len(ends) if is_whole and bool((per_line == commas).all()) else None


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
