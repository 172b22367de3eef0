"""Checks the header row of a delivered file: exactly the columns of the contract, in order."""

import csv
from collections.abc import Sequence
from pathlib import Path

from postloan.errors import DeliveryError
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.normalise import UTF8_BOM
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES

MAX_PLACES = 10
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class OtherHeaderError(DeliveryError):
    """The names of the columns are not those of the feed; the file may be of another one."""

    def __init__(self, message: str, found: Sequence[str], expected: Sequence[str]) -> None:
        """Keep the names, of which a message may repeat none.

        Args:
            message: what is wrong, and what the sender should do.
            found: the names in the file.
            expected: those of the contract.
        """
        self.found, self.expected = tuple(found), tuple(expected)
        super().__init__(message)


def read_header(path: Path) -> list[str]:
    """The names in the first row of a file.

    Raises:
        DeliveryError: the file is empty, its lines end with CR alone, or its first row is not CSV
            in UTF-8.
    """
    with path.open("rb") as stream:
        line = stream.readline(MAX_RECORD_BYTES).removeprefix(UTF8_BOM).rstrip(b"\r\n")
    if not line:
        raise DeliveryError(
            f"{told_file(path.name)} is empty: it lacks even the header row. Deliver a file with "
            f"the header row alone if there is nothing to tell."
        )
    if b"\0" in line:
        raise DeliveryError(
            f"{told_file(path.name)}, line 1: binary data in place of the header row (UTF-16, a "
            f"spreadsheet or a compressed file?). Export the feed as CSV in UTF-8."
        )
    check_line_end(path.name, line)
    told = f"{told_file(path.name)}, line 1: the header row"
    try:
        return next(csv.reader([line.decode("utf-8")], strict=True))
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{told} is not UTF-8. Export the feed as UTF-8.") from error
    except csv.Error as error:
        raise DeliveryError(
            f"{told} is not CSV: a quote is missing or out of place. Write the column names as the "
            f"contract has them, separated by commas."
        ) from error


def check_line_end(file: str, line: bytes) -> None:
    """Refuse a file whose lines end with CR alone.

    Args:
        file: its name as delivered.
        line: its first line, without the end.

    Raises:
        DeliveryError: a CR stands inside the line.
    """
    if b"\r" in line:
        raise DeliveryError(
            f"{told_file(file)}, line 1: a carriage return (CR) stands inside the header row, as "
            f"where lines end with CR alone. Export the file with lines that end with LF or CRLF."
        )


def check_header(path: Path, expected: Sequence[str]) -> None:
    """Refuse a file whose header row is not exactly the contract's.

    Names that are not the contract's are told by their place: where the header row is missing or
    has lost its line end, they are what a customer is called.

    Raises:
        DeliveryError: names the columns that are missing, unknown or out of order.
    """
    found = read_header(path)
    if found == list(expected):
        return
    told = f"{told_file(path.name)}, line 1: "
    words = f"{told}{_difference(found, expected)} Expected: {','.join(expected)}"
    raise OtherHeaderError(words, found, expected)


def check_names(file: str, found: Sequence[str], expected: Sequence[str], told: str) -> None:
    """Refuse other columns than the contract's, in a file of any format.

    Args:
        file: name of the file.
        found: the names in it.
        expected: those of the contract.
        told: what the contract says about the format.

    Raises:
        DeliveryError: names the columns that are missing, unknown or out of order.
    """
    if list(found) == list(expected):
        return
    if set(found) & set(expected):
        raise OtherHeaderError(
            f"{told_file(file)}: {_difference(found, expected)} Expected: {', '.join(expected)}",
            found,
            expected,
        )
    raise OtherHeaderError(
        f"{told_file(file)}, line 1: this is not the header row of the feed. The contract says "
        f"{told}; deliver it so, the column names first. Expected: {', '.join(expected)}",
        found,
        expected,
    )


def _difference(found: Sequence[str], expected: Sequence[str]) -> str:
    known = [c for c in found if c in expected]
    if not known:
        for sign, name in OTHER_DELIMITERS.items():
            if len(found) == 1 and set(found[0].split(sign)) & set(expected):
                return f"the columns are separated by {name}. Separate them by commas."
        return "this is not the header row of the feed. Put the column names first."
    missing = [c for c in expected if c not in found]
    unknown = [str(place) for place, c in enumerate(found, start=1) if c not in expected]
    parts = []
    if missing:
        parts.append(f"missing columns: {', '.join(missing)}.")
    if unknown:
        several = "s" if len(unknown) > 1 else ""
        parts.append(f"{len(unknown)} unknown column{several}: number {_some(unknown)}.")
    if len(set(known)) < len(known):
        parts.append(f"named twice: {', '.join(sorted({c for c in known if known.count(c) > 1}))}.")
    if not parts:
        parts.append("the columns are in another order.")
    return " ".join(parts)


def _some(places: Sequence[str]) -> str:
    """So many of them that a person reads them all."""
    more = ["…"] if len(places) > MAX_PLACES else []
    return ", ".join((*places[:MAX_PLACES], *more))
