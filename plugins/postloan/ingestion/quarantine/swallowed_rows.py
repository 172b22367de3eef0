"""Rows of other people inside a refused one: what a quote that nobody closed has swallowed.

A value of several lines may hold rows that were meant to stand by themselves. Each line of such a
record is read as a possible row of its own: it may name somebody, and if it names nobody, nobody
knows of whom it is.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postloan.contracts import FeedContract
from postloan.contracts.file_format import file_format_of
from postloan.ingestion.quarantine.unclear_names import named_column, split_record, unescaped

MAX_LINES = 100
"""Lines of one record that are looked at; of a longer one the rest names nobody."""

_CUT_OFF = "…"
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_SURE = ("\n", "\r\n")
"""Ends of lines; other signs end a line only where a row stands behind them."""

_HALF_A_CHARACTER = "\x85"
"""Of the ends of lines the one that may be a byte of something else where a record is no text."""

_DELIMITERS = (",", "\t", ";", "|")
"""What may part the fields of a row that a file in another format has swallowed."""


@dataclass(frozen=True)
class PossibleRow:
    """A line of a record, read as a row.

    Attributes:
        fields: those that are whole.
        named: those that stand where the name stands.
        must_name: whether it may be a row for certain, so that it is a doubt if it names nobody.
    """

    fields: tuple[str, ...]
    named: tuple[str, ...]
    must_name: bool


@dataclass
class _Line:
    """The cells of one line; of the first or last a piece, where a value goes on."""

    cells: list[str]
    begins_inside: bool
    is_sure: bool
    ends_inside: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nobody can have written a row there.

        A line on which a value merely ends has nothing before its closing quote.
        """
        if not self.begins_inside:
            return not any(cell.strip() for cell in self.cells)
        pieces = {self.cells[0], self.cells[-1]} if self.ends_inside else {self.cells[0]}
        return not any(piece.strip() for piece in pieces)


def rows_inside(feed: FeedContract, cells: Sequence[str]) -> tuple[PossibleRow, ...]:
    """The rows that a record may be made of; none where it is of one line only.

    Args:
        feed: the contract.
        cells: the values of the record, in the order of its columns.
    """
    lines = list(_lines(cells))
    if sum(not line.is_blank for line in lines) < 2:
        return ()
    found = [_row(feed, line) for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        found.append(PossibleRow((), (), must_name=True))
    return tuple(found)


def rows_inside_text(
    feed: FeedContract, raw_text: str, *, is_text: bool
) -> tuple[PossibleRow, ...]:
    """The same of a record whose columns cannot be told apart.

    Args:
        feed: the contract.
        raw_text: the record as it is kept in quarantine.
        is_text: whether its bytes are text in the encoding of the feed.
    """
    form = file_format_of(feed)
    if form.kind == "json_lines":
        return rows_inside(feed, _json_values(raw_text))
    if form.kind != "delimited":
        return ()
    text = unescaped(raw_text)
    if not is_text:
        text = text.replace(_HALF_A_CHARACTER, "\ufffd")
    return rows_inside(feed, split_record(text, form.delimiter))


def _json_values(raw_text: str) -> list[str]:
    try:
        found = json.loads(raw_text)
    except (ValueError, RecursionError):
        return []
    values = found.values() if isinstance(found, dict) else ()
    return [value for value in values if isinstance(value, str)]


def _lines(cells: Sequence[str]) -> Iterator[_Line]:
    line = _Line([], begins_inside=False, is_sure=False)
    for cell in cells:
        # What ends with a line end has nothing behind it that could be a row.
        bare = cell.rstrip()
        value = bare if not _LINE_END.search(bare) else cell
        start = 0
        for end in _LINE_END.finditer(value):
            is_sure = end[0] in _SURE
            line.cells.append(value[start : end.start()])
            line.ends_inside, line.is_sure = True, line.is_sure or is_sure
            yield line
            line, start = _Line([], begins_inside=True, is_sure=is_sure), end.end()
        line.cells.append(value[start:])
    yield line


def _row(feed: FeedContract, line: _Line) -> PossibleRow:
    fields = list(line.cells)
    if line.ends_inside:
        fields[-1:] = _pieces(feed, fields[-1])
    if line.begins_inside and (len(line.cells) > 1 or not line.ends_inside):
        fields[:1] = _pieces(feed, fields[0])
    names = [c.name for c in feed.file_columns]
    place = names.index(named_column(feed))
    # The last field of a line that is too short may be cut off.
    is_cut = len(fields) < len(names) or fields[-1].endswith(_CUT_OFF)
    last = len(fields) - is_cut
    places = sorted({place, len(fields) - len(names) + place})
    must_name = not line.is_blank and (line.is_sure or len(fields) > 1)
    named = tuple(fields[n] for n in places if 0 <= n < last)
    return PossibleRow(tuple(fields[:last]), named, must_name)


def _pieces(feed: FeedContract, text: str) -> list[str]:
    """A piece of a value as the fields of a row that stands in it."""
    form = file_format_of(feed)
    if form.kind == "delimited":
        return split_record(text, form.delimiter) or [""]
    return split_record(text, max(_DELIMITERS, key=text.count)) or [""]
