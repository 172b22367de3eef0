"""Turns a delivered file into one that no reader can misread.

Works on bytes, because a text reader has lost the evidence by the time it complains: an unclosed
quote swallows records in silence, a wrong byte becomes a question mark. Every physical line is
numbered and accounted for, as part of the header, of a good record, of a refused one, or blank.

Good records are written as UTF-8 with LF, the line they start on in front. Memory stays bounded
whatever the file holds. A block of the file without quotes and without faults takes a fast path.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import add
from pathlib import Path
from typing import IO, Protocol

from postloan.errors import DeliveryError
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.refusals import (
    BAD_QUOTES,
    CARRIAGE_RETURN,
    MAX_RECORD_BYTES,
    NOT_UTF8,
    NUL_BYTE,
    RECORD_TOO_LONG,
    UNCLOSED_QUOTE,
    WRONG_COLUMN_COUNT,
)

BLOCK_BYTES = 4 << 20
MAX_RECORD_LINES = 100
"""A quoted field that is still open after so many lines was never meant to be."""

MAX_SHOWN = 2_000
"""Characters of a refused record that are kept for the sender."""

UTF8_BOM = b"\xef\xbb\xbf"
REFUSED_COLUMNS = ("reason", "raw_text")

# Possessive, so that no input makes them backtrack.
_QUOTED_REST = rb'[^"]*+(?:""[^"]*+)*+'
_FIELD = rb'(?:"' + _QUOTED_REST + rb'"|[^",]*+)'
_COMPLETE = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+")
_OPENS = re.compile(rb"(?:" + _FIELD + rb',)*+"' + _QUOTED_REST)
_STAYS_OPEN = re.compile(_QUOTED_REST)
_CLOSES = re.compile(_QUOTED_REST + rb'"(?:,' + _FIELD + rb")*+")
_REOPENS = re.compile(_QUOTED_REST + rb'"(?:,' + _FIELD + rb')*?,"' + _QUOTED_REST)
_QUOTED_PART = re.compile(rb'"[^"]*+"')


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def _unchanged(data: bytes) -> bytes:
    return data


@dataclass(frozen=True)
class Normalised:
    """What became of the lines of one file.

    Attributes:
        physical_lines: lines of the file, counted by their line ends.
        blank_lines: lines without any content.
        records: good records, written to the clean file.
        record_lines: physical lines of these.
        refused: records held back, written to the other file.
        refused_lines: physical lines of those.
        sha256: of the bytes that were read.
    """

    physical_lines: int
    blank_lines: int
    records: int
    record_lines: int
    refused: int
    refused_lines: int
    sha256: str

    @property
    def rows(self) -> int:
        """Data records in the file, good or not."""
        return self.records + self.refused


@dataclass
class Tally:
    """What was counted so far."""

    blank_lines: int = 0
    records: int = 0
    record_lines: int = 0
    refused: int = 0
    refused_lines: int = 0
    physical_lines: int = 0
    last_byte: bytes = b"\n"

    def account(self, physical_lines: int, sha256: str = "") -> Normalised:
        """The account of the whole file."""
        return Normalised(
            physical_lines=physical_lines,
            blank_lines=self.blank_lines,
            records=self.records,
            record_lines=self.record_lines,
            refused=self.refused,
            refused_lines=self.refused_lines,
            sha256=sha256,
        )


def read_blocks(
    stream: _Readable, seen: _Hash, tally: Tally, delimiter_bytes: int = 1
) -> Iterator[bytes]:
    """Yield blocks that end with a line end (the last one perhaps without).

    Of a line longer than any record may be, only as much is kept as shows that it is, even when
    its delimiters have become commas and a CR at the end has been removed.
    """
    kept = delimiter_bytes * MAX_RECORD_BYTES + 2
    rest, skipping = b"", False
    while data := stream.read(BLOCK_BYTES):
        seen.update(data)
        tally.physical_lines += data.count(b"\n")
        tally.last_byte = data[-1:]
        if skipping:
            end = data.find(b"\n")
            if end < 0:
                continue
            data, skipping = data[end:], False
        cut = data.rfind(b"\n") + 1
        if cut:
            yield rest + data[:cut]
            rest = data[cut:]
        else:
            rest += data
        if len(rest) > kept:
            rest, skipping = rest[:kept], True
    if rest:
        yield rest


def shown(record: bytes) -> str:
    """A refused record as harmless text: what is not printable is written by its number.

    Of a record that is cut off, the end says whether it has further lines there.
    """
    cut = record[: MAX_SHOWN * 4]
    text = cut.decode("utf-8", errors="backslashreplace")
    safe = "".join(c if c.isprintable() else _by_number(c) for c in text)
    if len(safe) <= MAX_SHOWN and len(cut) == len(record):
        return safe
    safe = safe[:MAX_SHOWN]
    line_ends = sum(record.count(end) for end in (b"\n", b"\r"))
    is_longer = line_ends > sum(safe.count(_by_number(end)) for end in "\n\r")
    return f"{safe}{_by_number(chr(10)) if is_longer else ''}…"


def _by_number(sign: str) -> str:
    """A sign that is not printable; no letter stands for it, as a sender may have written that."""
    number = ord(sign)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def fault_of(record: bytes, commas: int) -> str | None:
    """Why a record with balanced quotes is refused, or None if it is good."""
    if len(record) > MAX_RECORD_BYTES:
        return RECORD_TOO_LONG
    if b"\0" in record:
        return NUL_BYTE
    if not _is_utf8(record):
        return NOT_UTF8
    if b"\r" in record:
        return CARRIAGE_RETURN
    bare = _QUOTED_PART.sub(b"", record) if b'"' in record else record
    return None if bare.count(b",") == commas else WRONG_COLUMN_COUNT


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class RecordWriter:
    """Sorts lines into good and refused records."""

    commas: int
    clean: IO[bytes]
    refused: IO[bytes]
    tally: Tally
    line_no: int = 2
    as_sent: Callable[[bytes], bytes] = _unchanged
    not_encoded: str = NOT_UTF8
    open_lines: list[bytes] = field(default_factory=list)
    open_bytes: int = 0

    def take(self, block: bytes) -> None:
        """Sort the lines of one block."""
        if self.open_lines or not self._take_at_once(block):
            self._take_each(lines_of(block))

    def finish(self) -> None:
        """Settle what is still open at the end of the file."""
        while self.open_lines:
            self._give_up_first()

    def _take_at_once(self, block: bytes) -> bool:
        """The fast path: take a block in which nothing is out of the ordinary."""
        if b'"' in block or b"\0" in block or not _is_utf8(block):
            return False
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if b"\r" in block or b"\n\n" in block or block.startswith(b"\n"):
            return False
        lines = lines_of(block)
        if {line.count(b",") for line in lines} != {self.commas}:
            return False
        if max(map(len, lines)) > MAX_RECORD_BYTES:
            return False
        numbers = map(b"%d,".__mod__, range(self.line_no, self.line_no + len(lines)))
        self.clean.write(b"\n".join(map(add, numbers, lines)) + b"\n")
        self.line_no += len(lines)
        self.tally.records += len(lines)
        self.tally.record_lines += len(lines)
        return True

    def _take_each(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            if self.open_lines:
                self._continue(line)
            else:
                self._begin(line)

    def _begin(self, line: bytes) -> None:
        record = line.removesuffix(b"\r")
        if not record:
            self.tally.blank_lines += 1
            self.line_no += 1
        elif b'"' not in record or len(record) > MAX_RECORD_BYTES or _COMPLETE.fullmatch(record):
            self._settle(record, 1, fault_of(record, self.commas))
        elif _OPENS.fullmatch(record):
            self.open_lines, self.open_bytes = [line], len(line)
        else:
            self._settle(record, 1, BAD_QUOTES)

    def _continue(self, line: bytes) -> None:
        """One more line of a record whose quoted field is still open."""
        self.open_lines.append(line)
        self.open_bytes += len(line) + 1
        if self.open_bytes > MAX_RECORD_BYTES or len(self.open_lines) > MAX_RECORD_LINES:
            self._give_up_first()
        elif _STAYS_OPEN.fullmatch(line) or _REOPENS.fullmatch(line):
            return
        elif _CLOSES.fullmatch(line.removesuffix(b"\r")):
            # Line ends inside a field are data; they are kept, in one form.
            record = b"\n".join(part.removesuffix(b"\r") for part in self.open_lines)
            count, self.open_lines = len(self.open_lines), []
            self._settle(record, count, fault_of(record, self.commas))
        else:
            self._give_up_first()

    def _give_up_first(self) -> None:
        """The field was never closed: refuse the line that opened it and look at the rest anew."""
        first, *others = self.open_lines
        self.open_lines = []
        self._settle(first.removesuffix(b"\r"), 1, UNCLOSED_QUOTE)
        self._take_each(others)

    def _settle(self, record: bytes, lines: int, fault: str | None) -> None:
        if fault is None:
            self.clean.write(b"%d,%b\n" % (self.line_no, record))
            self.tally.records += 1
            self.tally.record_lines += lines
        else:
            fault = self.not_encoded if fault == NOT_UTF8 else fault
            quoted = shown(self.as_sent(record)).replace('"', '""')
            self.refused.write(f'{self.line_no},{fault},"{quoted}"\n'.encode())
            self.tally.refused += 1
            self.tally.refused_lines += lines
        self.line_no += lines


def lines_of(block: bytes) -> list[bytes]:
    """The lines of a block without their LF."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def normalise(
    delivered: Path, header: bytes, commas: int, clean: Path, refused: Path
) -> Normalised:
    """Write the good records of a file to one place and the refused ones to another.

    Args:
        delivered: the file as it came; its header row has been checked.
        header: header row of the clean file, without `line_no`.
        commas: how many commas a record has outside of quotes.
        clean: gets `line_no,<columns>`, one row per good record.
        refused: gets `line_no,reason,raw_text`, one row per refused record.

    Returns:
        The account of all lines.

    Raises:
        DeliveryError: the account does not add up; nothing may be loaded then.
    """
    tally, seen = Tally(), hashlib.sha256()
    with delivered.open("rb") as stream, clean.open("wb") as good, refused.open("wb") as bad:
        good.write(b"line_no," + header + b"\n")
        bad.write(b"line_no," + ",".join(REFUSED_COLUMNS).encode() + b"\n")
        writer = RecordWriter(commas, good, bad, tally)
        blocks = read_blocks(stream, seen, tally)
        first = next(blocks, b"")
        body = first.partition(b"\n")[2]
        if body:
            writer.take(body)
        for block in blocks:
            writer.take(block)
        writer.finish()
    physical = tally.physical_lines + (tally.last_byte != b"\n")
    accounted = 1 + tally.blank_lines + tally.record_lines + tally.refused_lines
    if physical != accounted:
        raise DeliveryError(
            f"{told_file(delivered.name)}: {physical} lines in the file, {accounted} accounted "
            f"for. Nothing was loaded; this is a defect of the reader, report it with the file."
        )
    return tally.account(physical, seen.hexdigest())
