"""A quick look at a delivered file: may the engine read it as it is?

Most files are plain: UTF-8 text, no quotes, every line a record with the right number of fields.
An engine's own reader is many times faster than ours. What makes it go wrong is looked for here,
in the bytes; at the first sign the file takes the careful way through `normalise`.

Lines with too few or too many fields are left to the engine: it passes over them, and so reads
fewer records than are counted here. One thing escapes it, an empty field too many at the end of a
line; that is a comma too many for the file as a whole.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from postloan.ingestion.reading.normalise import BLOCK_BYTES, UTF8_BOM, Normalised
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES

QUOTE = b'"'
"""Quotes may hide line ends and separators."""

_WIDE_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_LINE_SEPARATORS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9")
"""Control characters and line ends that UTF-8 writes as several bytes."""

_DELETE = 0x7F

STRETCH_BYTES = MAX_RECORD_BYTES // 3
"""A record that is too long for us covers one whole stretch of a block, unless blocks are small."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def survey(delivered: Path, commas: int) -> Normalised | None:
    """The account of a plain file, or None where the file is not plain.

    Args:
        delivered: the file as it came; its header row has been checked.
        commas: how many commas a record has. Without any a blank line could not be told.

    Returns:
        The same account that `normalise` gives of such a file: every line after the header is a
        good record. It holds only if the engine reads as many of them.
    """
    seen, utf8 = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    line_ends = commas_found = unended = 0
    last = b""
    with delivered.open("rb") as stream:
        for block in _hashed_blocks(stream, seen):
            if _is_troubled(block, utf8) or (not last and block.startswith(UTF8_BOM)):
                return None
            unended = _bytes_unended(block, unended)
            if unended > MAX_RECORD_BYTES:
                return None
            signs = np.frombuffer(block, np.uint8)
            ended = int(np.count_nonzero(signs == ord("\n")))
            if int(np.count_nonzero((signs < ord(" ")) | (signs == _DELETE))) > ended:
                return None
            line_ends += ended
            commas_found += int(np.count_nonzero(signs == ord(",")))
            last = block[-1:]
    lines = line_ends + (last != b"\n")
    if utf8.getstate()[0] or not commas or commas_found != commas * lines:
        return None
    return Normalised(
        physical_lines=lines,
        blank_lines=0,
        records=lines - 1,
        record_lines=lines - 1,
        refused=0,
        refused_lines=0,
        sha256=seen.hexdigest(),
    )


def _hashed_blocks(stream: IO[bytes], seen: _Hash) -> Iterator[bytes]:
    """The blocks of a file; each is hashed while the caller looks at it."""
    with ThreadPoolExecutor(1) as hasher:
        hashed: Future[None] | None = None
        while block := stream.read(BLOCK_BYTES):
            if hashed:
                hashed.result()
            hashed = hasher.submit(seen.update, block)
            yield block


def _is_troubled(block: bytes, utf8: codecs.IncrementalDecoder) -> bool:
    """Whether a block holds what an engine's reader could misread, or no value may hold."""
    begun = utf8.getstate()[0]
    if not block.isascii() or begun:
        # A character may begin in the block before.
        text = begun + block if begun else block
        if any(sign in text for sign in _LINE_SEPARATORS) or _WIDE_CONTROL.search(text):
            return True
    return (
        QUOTE in block
        or not _is_text(block, utf8)
        or any(
            block.find(b"\n", at, at + STRETCH_BYTES) < 0
            for at in range(0, len(block) - STRETCH_BYTES + 1, STRETCH_BYTES)
        )
    )


def _bytes_unended(block: bytes, before: int) -> int:
    """Length of the record that goes on behind a block, or of one that is too long and ends in it.

    Args:
        block: whatever comes next.
        before: what is unended before it.
    """
    first = block.find(b"\n")
    if first < 0:
        return before + len(block)
    if before + first > MAX_RECORD_BYTES:
        return before + first
    return len(block) - 1 - block.rfind(b"\n")


def _is_text(block: bytes, utf8: codecs.IncrementalDecoder) -> bool:
    """Whether a block goes on as UTF-8; a character may begin in one and end in the next."""
    if block.isascii() and not utf8.getstate()[0]:
        return True
    try:
        utf8.decode(block)
    except UnicodeDecodeError:
        return False
    return True
