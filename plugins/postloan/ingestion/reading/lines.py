"""Formats in which a record is one line: fixed width and JSON lines."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from postloan.ingestion.reading.normalise import RecordWriter, fault_of, lines_of
from postloan.ingestion.reading.refusals import (
    CARRIAGE_RETURN,
    MAX_RECORD_BYTES,
    NESTED_VALUE,
    NOT_JSON,
    NOT_UTF8,
    NUL_BYTE,
    RECORD_TOO_LONG,
    UNKNOWN_KEY,
    WRONG_COLUMN_COUNT,
    WRONG_WIDTH,
)

FieldsOf = Callable[[str], Sequence[str] | str]
"""From a line to its fields, or to the reason why it has none."""


@dataclass
class FieldsWriter(RecordWriter):
    """Sorts records that come as fields into good and refused ones."""

    def settle_fields(self, record: bytes, fields: Iterable[str]) -> None:
        """Write the fields of a record, unless no text may hold what they hold.

        Bytes that are no UTF-8 stand in a field as `surrogateescape` has them.
        """
        line = ",".join(map(_quoted, fields))
        if len(line) > MAX_RECORD_BYTES:
            self._settle(record, 1, RECORD_TOO_LONG)
            return
        if "\0" in line or "\r" in line:
            self._settle(record, 1, NUL_BYTE if "\0" in line else CARRIAGE_RETURN)
            return
        try:
            text = line.encode("utf-8")
        except UnicodeEncodeError:
            self._settle(record, 1, NOT_UTF8)
        else:
            self._settle(text, 1, None)


@dataclass(kw_only=True)
class LineWriter(FieldsWriter):
    """Sorts lines, each a record of its own, into good and refused ones."""

    fields_of: FieldsOf

    def take(self, block: bytes) -> None:
        """Sort the lines of one block."""
        for line in lines_of(block):
            record = line.removesuffix(b"\r")
            if record:
                self._judge(record)
            else:
                self.tally.blank_lines += 1
                self.line_no += 1

    def _judge(self, record: bytes) -> None:
        fault = fault_of(record, 0)
        if fault not in (None, WRONG_COLUMN_COUNT):
            self._settle(record, 1, fault)
            return
        fields = self.fields_of(record.decode("utf-8"))
        if isinstance(fields, str):
            self._settle(record, 1, fields)
        else:
            self.settle_fields(record, fields)


def _quoted(value: str) -> str:
    if '"' in value or "," in value or "\n" in value:
        return '"' + value.replace('"', '""') + '"'
    return value


def fixed_width_fields(widths: Sequence[int], encoding: str, unit: str) -> FieldsOf:
    """Cuts a line at fixed places; spaces around a value are filling."""
    total = sum(widths)
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    places = list(zip([0, *ends], ends, strict=False))
    codec = "utf-16-le" if encoding == "utf-16" else encoding

    def by_characters(line: str) -> Sequence[str] | str:
        if len(line) != total:
            return WRONG_WIDTH
        return [line[start:end].strip(" ") for start, end in places]

    def by_bytes(line: str) -> Sequence[str] | str:
        data = line.encode(codec)
        if len(data) != total:
            return WRONG_WIDTH
        try:
            return [data[start:end].decode(codec).strip(" ") for start, end in places]
        except UnicodeDecodeError:
            return WRONG_WIDTH

    return by_bytes if unit == "bytes" else by_characters


def json_fields(names: Sequence[str]) -> FieldsOf:
    """Reads one JSON object per line; numbers keep the very digits they were written with."""

    def fields(line: str) -> Sequence[str] | str:
        try:
            found = json.loads(
                line,
                parse_float=str,
                parse_int=str,
                parse_constant=_refuse,
                object_pairs_hook=_each_once,
            )
        except (ValueError, RecursionError):
            return NOT_JSON
        if not isinstance(found, dict):
            return NOT_JSON
        if found.keys() - set(names):
            return UNKNOWN_KEY
        if any(isinstance(value, dict | list) for value in found.values()):
            return NESTED_VALUE
        values = [_text(found.get(name)) for name in names]
        return NOT_JSON if any(_holds_half_a_character(v) for v in values) else values

    return fields


def _refuse(constant: str) -> str:
    raise ValueError(constant)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holds_half_a_character(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)
