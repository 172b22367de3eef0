"""Personal values that can be found again: planted in deliveries, looked for in every file."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from postloan.contracts import catalogue

WORD = "Yinji"
"""Stands in every name, address, e-mail address and recording; plain letters survive any form."""
MARKED_TEXT = ("customer_name", "contact_name", "address", "email", "recording_uri", "collector_id")
MARKED_NUMBERS = ("phone", "id_number")
SHAPES = (re.compile(rb"(?=(1\d{10}))"), re.compile(rb"(?=(\d{17}[\dX]))"))
"""Telephone and identity numbers, also where other digits stand beside them."""

MAY_HOLD_THEM = ("warehouse.duckdb", "landing/", "quarantine/")
"""Where personal data may lie below a home. Task files hold the columns of their contract."""


def plant(landing: Path) -> set[bytes]:
    """Mark every personal value of all deliveries; the numbers among them.

    Names and addresses get a word at their end; telephone and identity numbers are marks as they
    are.
    """
    numbers: set[bytes] = set()
    for path in sorted(landing.glob("*/*/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        if not rows:
            continue
        for row in rows:
            for column in MARKED_TEXT:
                if row.get(column):
                    before, at, behind = row[column].partition("@")
                    row[column] = f"{before}{WORD}{at}{behind}"
            numbers |= {row[c].encode() for c in MARKED_NUMBERS if row.get(c)}
        _write(path, list(rows[0]), rows)
    return numbers


def append_row(path: Path, **values: str) -> None:
    """One more row, made of the last one, in a delivered file."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    _write(path, list(rows[-1]), [*rows, {**rows[-1], **values}])


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    manifest = path.with_name("manifest.json")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in told["files"]:
        if entry["file"] == path.name:
            entry |= {"rows": len(rows), "sha256": sha256(path.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(told), encoding="utf-8")


def found_in(text: bytes, numbers: set[bytes]) -> set[str]:
    """The marks that a file holds, whatever form its text is in."""
    plain = text.replace(b"\0", b"")
    seen = {match[1] for shape in SHAPES for match in shape.finditer(plain)}
    words = {WORD} if WORD.lower().encode() in plain.lower() else set()
    return words | {digits.decode() for digits in seen & numbers}


def leaks(home: Path, numbers: set[bytes]) -> Iterator[str]:
    """Every file below a home that holds a mark and may not; each with one of them."""
    for path in sorted(p for p in home.rglob("*") if p.is_file() and not p.is_symlink()):
        place = path.relative_to(home).as_posix()
        if WORD.lower() in place.lower() and not place.startswith("landing/"):
            yield f"{place}: its own name"
        if place.startswith(MAY_HOLD_THEM):
            continue
        text = path.read_bytes()
        if place.startswith("outbox/"):
            text = b"\n".join(_beyond_contract(path, text))
        marks = found_in(text, numbers)
        if marks:
            yield f"{place}: {min(marks)}"


def _beyond_contract(path: Path, text: bytes) -> Iterable[bytes]:
    """What a task file holds beside the columns in which its contract allows personal data."""
    contract = catalogue().task_files.get(path.parent.parent.name)
    if path.suffix != ".csv" or contract is None or path.stem.endswith("_recall"):
        return [text]
    allowed = {c.title for c in contract.table.columns if c.is_personal} | {
        c.name for c in contract.table.columns if c.is_personal
    }
    rows = csv.DictReader(text.decode("utf-8-sig").splitlines())
    return [
        str(value).encode() for row in rows for name, value in row.items() if name not in allowed
    ]
