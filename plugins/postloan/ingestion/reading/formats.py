"""Reads files of every format a contract may declare, into the form the usual file is read to.

Delimited text is turned into comma-separated text by exchanging signs, which costs next to
nothing, and the values get their own signs back in the warehouse (`restored`). Fixed width and
JSON lines are read line by line. Every physical line is accounted for, as in `normalise`.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlglot import exp

from postloan.contracts.file_format import ROWS, FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading.header import check_line_end, check_names
from postloan.ingestion.reading.lines import (
    FieldsWriter,
    LineWriter,
    fixed_width_fields,
    json_fields,
)
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.normalise import (
    REFUSED_COLUMNS,
    UTF8_BOM,
    Normalised,
    RecordWriter,
    Tally,
    read_blocks,
)
from postloan.ingestion.reading.parquet_files import read_parquet
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES, NOT_GB18030, NOT_UTF8, NOT_UTF16
from postloan.ingestion.reading.transcode import open_as_utf8

COMMA_STAND_IN, QUOTE_STAND_IN = "\x1d", "\x1e"
_MOST_EMPTY_BYTES = 16 << 20
"""Of empty lines one after another, which may be all that follows a trailer record."""
_NOT_ENCODED = {"utf-8": NOT_UTF8, "gb18030": NOT_GB18030, "utf-16": NOT_UTF16}


def as_delivered(account: Normalised, delivered: Path) -> Normalised:
    """The account with the hash of the delivered bytes, packed as they came."""
    with delivered.open("rb") as stream:
        return replace(account, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def _stand_ins(form: FileFormat) -> list[tuple[str, str]]:
    """(sign, what stands for it while the file is read)."""
    pairs = [] if form.delimiter == "," else [(",", COMMA_STAND_IN)]
    return pairs if form.quoted else [*pairs, ('"', QUOTE_STAND_IN)]


def _incoming(form: FileFormat) -> Callable[[bytes], bytes]:
    """Exchanges signs so that the text is comma-separated and quoted the usual way.

    A stand-in that the file itself holds becomes NUL, so that its record is refused.
    """
    pairs = _stand_ins(form)
    table = bytes.maketrans(
        "".join(sign + stand_in for sign, stand_in in pairs).encode(),
        "".join(stand_in + "\0" for _, stand_in in pairs).encode(),
    )
    delimiter = form.delimiter.translate({ord(sign): stand_in for sign, stand_in in pairs})
    return lambda block: block.translate(table).replace(delimiter.encode(), b",")


def _as_it_is(block: bytes) -> bytes:
    return block


def _outgoing(form: FileFormat) -> Callable[[bytes], bytes]:
    def as_sent(record: bytes) -> bytes:
        record = record.replace(b",", form.delimiter.encode())
        for sign, stand_in in _stand_ins(form):
            record = record.replace(stand_in.encode(), sign.encode())
        return record

    return as_sent


def restored(names: Sequence[str], form: FileFormat) -> list[exp.Expr]:
    """Columns of the text table with their own signs back; none where nothing was exchanged."""
    if form.kind != "delimited" or not _stand_ins(form):
        return []
    columns: list[exp.Expr] = []
    for name in names:
        value: exp.Expr = exp.column(name)
        for sign, stand_in in ((form.delimiter, ","), *_stand_ins(form)):
            value = exp.func(
                "replace", value, exp.Literal.string(stand_in), exp.Literal.string(sign)
            )
        columns.append(value.as_(name))
    return columns


@dataclass
class _Trailer:
    """Holds the last line back from the blocks, and checks it in the end."""

    file: str
    template: str
    line: bytes = b""
    lines: int = 0

    def without(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks up to the trailer record.

        Raises:
            DeliveryError: so many empty lines follow one another that they cannot be held.
        """
        held, empty = b"", 0
        for block in blocks:
            if block.strip(b"\r\n"):
                if held:
                    yield held
                held, empty = block, 0
                continue
            held, empty = held + block, empty + len(block)
            if empty > _MOST_EMPTY_BYTES:
                raise DeliveryError(
                    f"{told_file(self.file)}: more than {_MOST_EMPTY_BYTES >> 20} MB of empty "
                    f"lines before or behind the trailer record. Nothing was loaded. Have the "
                    f"sender look at the file, and deliver it without them."
                )
        cut = held.rstrip(b"\r\n").rfind(b"\n") + 1
        self.line, self.lines = held[cut:].strip(b"\r\n"), held.count(b"\n", cut)
        self.lines += held[-1:] not in (b"\n", b"")
        if cut:
            yield held[:cut]

    def check(self, rows: int) -> None:
        before, _, after = self.template.partition(ROWS)
        pattern = f"{re.escape(before)} *([0-9]{{1,18}}) *{re.escape(after)}"
        found = re.fullmatch(pattern, self.line.decode("utf-8", "replace"))
        if not found:
            raise DeliveryError(
                f"{told_file(self.file)}: the last line is not the trailer record of the contract "
                f"({self.template}). The file is truncated; deliver it again."
            )
        if int(found[1]) != rows:
            raise DeliveryError(
                f"{told_file(self.file)}: the trailer record says {int(found[1])} rows, the file "
                f"holds {rows}. The file is truncated or was changed; deliver it again."
            )


def _check_header(file: str, line: bytes, names: Sequence[str], form: FileFormat) -> None:
    if len(line) > MAX_RECORD_BYTES:
        raise DeliveryError(
            f"{told_file(file)}, line 1: longer than {MAX_RECORD_BYTES:,} bytes, which no header "
            f"row is. Look for missing line ends, and deliver the column names first."
        )
    line = line.rstrip(b"\r\n")
    check_line_end(file, line)
    text = line.decode("utf-8", "replace")
    found = text.split(form.delimiter)
    if form.quoted:
        found = [n[1:-1] if n[:1] == n[-1:] == '"' and len(n) > 1 else n for n in found]
    told = f"delimiter {form.delimiter!a}, encoding {form.encoding}"
    check_names(file, found, names, told)


def read_file(
    plain: Path,
    file: str,
    names: Sequence[str],
    form: FileFormat,
    clean: Path,
    refused: Path,
    dates: Collection[str] = (),
) -> Normalised:
    """Write the good records of a file to one place and the refused ones to another.

    Args:
        plain: the file, unpacked.
        file: its name as delivered, for messages.
        names: columns of the feed.
        form: how it is laid out.
        clean: gets `line_no,<columns>`, one row per good record.
        refused: gets `line_no,reason,raw_text`, one row per refused record.
        dates: columns that are days by contract, for formats with types of their own.

    Returns:
        The account of all lines.

    Raises:
        DeliveryError: the file is laid out otherwise, or its trailer record says another number.
    """
    with clean.open("wb") as good, refused.open("wb") as bad:
        good.write(",".join(("line_no", *names)).encode() + b"\n")
        bad.write(",".join(("line_no", *REFUSED_COLUMNS)).encode() + b"\n")
        tally = Tally()
        if form.kind == "parquet":
            records = FieldsWriter(0, good, bad, tally, 1)
            return read_parquet(plain, file, names, form, records, dates)
        if form.kind == "delimited":
            writer: RecordWriter = RecordWriter(
                len(names) - 1, good, bad, tally, 1, _outgoing(form)
            )
            incoming = _incoming(form)
        else:
            cut = (
                json_fields(names)
                if form.kind == "json_lines"
                else fixed_width_fields(form.widths, form.encoding, form.width_unit)
            )
            writer, incoming = LineWriter(0, good, bad, tally, 1, fields_of=cut), _as_it_is
        writer.not_encoded = _NOT_ENCODED[form.encoding]
        return _read_text(plain, file, names, form, writer, incoming)


def _read_text(
    plain: Path,
    file: str,
    names: Sequence[str],
    form: FileFormat,
    writer: RecordWriter,
    incoming: Callable[[bytes], bytes],
) -> Normalised:
    tally, seen, trailer = writer.tally, hashlib.sha256(), _Trailer(file, form.trailer)
    held, source = open_as_utf8(plain, form.encoding)
    with held:
        blocks = read_blocks(source, seen, tally, len(form.delimiter))
        if form.trailer:
            blocks = trailer.without(blocks)
        first = next(blocks, b"")
        if first == UTF8_BOM:
            tally.last_byte = b"\n"  # A mark with nothing behind it is no line.
        first = first.removeprefix(UTF8_BOM)
        if form.has_header:
            header, _, first = first.partition(b"\n")
            _check_header(file, header, names, form)
            writer.line_no = 2
        if first:
            writer.take(incoming(first))
        for block in blocks:
            writer.take(incoming(block))
        writer.finish()
    physical = tally.physical_lines + (tally.last_byte != b"\n")
    settled = tally.blank_lines + tally.record_lines + tally.refused_lines
    if physical != form.has_header + trailer.lines + settled:
        raise DeliveryError(
            f"{told_file(file)}: {physical} lines in the file, {settled} accounted for. Nothing "
            f"was loaded; this is a defect of the reader, report it with the file."
        )
    if form.trailer:
        trailer.check(tally.records + tally.refused)
    return tally.account(physical)
