"""How much a Parquet file unpacks to, looked at before any of it is unpacked.

A reader makes all of the footer at once, and of three bytes of it more than a thousand; so the
footer is looked at first. It tells the sizes of pages too, but nothing holds it to them: pages
unpack to what their own headers say (a reader that finds more or less gives up). Footer and headers
are structs of Thrift's compact protocol; of what they tell, a few numbers are wanted, and where
they end.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import pyarrow.parquet as pq

_LONGEST_HEADER = 1 << 24
_FIRST_LOOK = 1 << 12
_DEPTH = 8
_BEYOND = 100
"""Old writers told a column to end earlier than it does; readers look so much further."""

# Types of fields in the compact protocol.
_TRUE, _FALSE, _BYTE, _SHORT, _NUMBER, _LONG, _DOUBLE = 1, 2, 3, 4, 5, 6, 7
_BINARY, _LIST, _SET, _STRUCT = 8, 9, 10, 12

# Fields of a page header.
_TYPE, _UNPACKED, _PACKED = 1, 2, 3
_DATA_PAGES = {0: 5, 3: 8}
"""Type of a page of values: the field that tells of them, the first of which is how many."""
_VALUES = 1

_MAGIC = b"PAR1"
_LONGEST_FOOTER = 64 << 20
_HELD_OF_FOOTER = 512 << 20
"""Some 5,000 row groups of 60 columns."""
_HELD_OF_CHUNK, _HELD_OF_ELEMENT = 1400, 40
"""What a reader holds of an empty column of a row group, and of what is listed within one."""
_DEPTH_OF_CHUNKS = 2
_STRINGS = frozenset({(5, 3)})
_NUMBERS = frozenset({(5, 2), (6, 2), (6, 3)})
"""Depth and field of the lists that hold no structs: paths; encodings and the sizes of levels."""

Struct = dict[int, "int | Struct"]


class BrokenPagesError(Exception):
    """What should be the footer or the header of a page is none."""


class GiantFooterError(Exception):
    """The footer tells of so much that no reader should make it."""


class Page(NamedTuple):
    """One page as its header tells of it."""

    row_group: int
    column: int
    packed: int
    unpacked: int


def check_footer(stream: BinaryIO) -> None:
    """Stop a file whose footer would take too much memory, before a reader makes it.

    Args:
        stream: the file.

    Raises:
        BrokenPagesError: there is no footer, or it is damaged.
        GiantFooterError: it is too long, or has too many row groups and columns.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 8))
    end = stream.read(8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or not 0 < length <= size - 8:
        raise BrokenPagesError
    if length > _LONGEST_FOOTER:
        raise GiantFooterError
    stream.seek(size - 8 - length)
    try:
        _Footer(stream.read(length)).struct()
    except IndexError as error:
        raise BrokenPagesError from error


def pages(stream: BinaryIO, metadata: pq.FileMetaData) -> Iterator[Page]:
    """All pages that a reader of all columns unpacks, in the order of the footer.

    Args:
        stream: the file.
        metadata: its footer, which says where the columns begin.

    Raises:
        BrokenPagesError: they are not where the footer says, or columns share bytes.
    """
    size = stream.seek(0, 2)
    walked = 0
    for group, column, chunk in _chunks(metadata):
        at, values = chunk.data_page_offset, 0
        if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
            at = chunk.dictionary_page_offset
        end = min(at + chunk.total_compressed_size + _BEYOND, size)
        while values < chunk.num_values:
            if not 0 < at < end:
                raise BrokenPagesError
            header, length = _header(stream, at)
            packed, unpacked = _number(header, _PACKED), _number(header, _UNPACKED)
            if told := _DATA_PAGES.get(_number(header, _TYPE)):
                values += _number(header.get(told), _VALUES)
            at, walked = at + length + packed, walked + length + packed
            if walked > size:
                # Columns that share bytes would be read, and unpacked, again and again.
                raise BrokenPagesError
            yield Page(group, column, packed, unpacked)


def _chunks(metadata: pq.FileMetaData) -> Iterator[tuple[int, int, pq.ColumnChunkMetaData]]:
    """The columns of every row group, by its number and theirs."""
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        if row_group.num_columns != metadata.num_columns:
            raise BrokenPagesError
        for column in range(metadata.num_columns):
            yield group, column, row_group.column(column)


def _number(struct: "int | Struct | None", field: int) -> int:
    found = struct.get(field) if isinstance(struct, dict) else None
    if not isinstance(found, int) or found < 0:
        raise BrokenPagesError
    return found


def _header(stream: BinaryIO, at: int) -> tuple[Struct, int]:
    """The header of the page at a place, and its length."""
    look = _FIRST_LOOK
    while look <= _LONGEST_HEADER:
        stream.seek(at)
        reader = _Reader(stream.read(look))
        try:
            return reader.struct(), reader.at
        except IndexError:
            # It goes on beyond what was read: it tells the least and greatest of long values.
            look <<= 4
    raise BrokenPagesError


class _Reader:
    """Reads what the compact protocol has written."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def struct(self, depth: int = 0) -> Struct:
        """The numbers and structs of a struct, by the number of their field."""
        if depth > _DEPTH:
            raise BrokenPagesError
        found: Struct = {}
        field = 0
        while byte := self._byte():
            kind, step = byte & 15, byte >> 4
            # Sixteen bits, as readers have it: no field may be another one to them.
            field = ((field + step if step else self._signed()) + 0x8000 & 0xFFFF) - 0x8000
            value = self._value(kind, depth, field)
            if value is not None:
                found[field] = value
        return found

    def _value(self, kind: int, depth: int, field: int = 0) -> "int | Struct | None":
        if kind == _NUMBER:
            return self._signed()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_TRUE, _FALSE):
            return None
        if kind in (_SHORT, _LONG):
            # What is wanted is never one of these, and a reader passes over them.
            self._varint()
        elif kind in (_BYTE, _DOUBLE):
            self._skip(1 if kind == _BYTE else 8)
        elif kind == _BINARY:
            self._skip(self._varint())
        elif kind in (_LIST, _SET):
            self._list(depth, field)
        else:
            # Nor is there a map in any header.
            raise BrokenPagesError
        return None

    def _list(self, depth: int, field: int) -> None:
        byte = self._byte()
        kind, count = byte & 15, byte >> 4 if byte >> 4 < 15 else self._varint()
        self._begin_list(kind, count, depth, field)
        for _ in range(count):
            if kind in (_TRUE, _FALSE):
                self._skip(1)
            else:
                self._value(kind, depth + 1)

    def _begin_list(self, kind: int, count: int, depth: int, field: int) -> None:
        """What to make of a list before its elements are read."""

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _skip(self, length: int) -> None:
        self.at += length
        if self.at > len(self._data):
            raise IndexError

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise BrokenPagesError

    def _signed(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)


class _Footer(_Reader):
    """Reads a footer, and counts what a reader would hold of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._held = len(data)

    def _begin_list(self, kind: int, count: int, depth: int, field: int) -> None:
        # A reader makes room for as many elements as the list says it has, and reads what it
        # expects, not the kind that the list tells: another kind would hide the rest from us.
        if (depth, field) in _STRINGS:
            is_expected = kind == _BINARY
        elif (depth, field) in _NUMBERS:
            is_expected = kind in (_SHORT, _NUMBER, _LONG)
        else:
            is_expected = kind == _STRUCT
        if count and not is_expected:
            raise BrokenPagesError
        self._held += count * (_HELD_OF_CHUNK if depth <= _DEPTH_OF_CHUNKS else _HELD_OF_ELEMENT)
        if self._held > _HELD_OF_FOOTER:
            raise GiantFooterError
