"""Reads small files that want to be large, one after another, in a process of its own.

`python -m tests.support.fuzzing.bombs FOLDER` writes one JSON line per file: what became of it, how
long it took, and the most memory that the process has had so far.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading.formats import read_file
from postloan.ingestion.reading.unpack import unpack
from tests.support.fuzzing.layouts import gzipped, parquet_of, zipped

NAMES = ("a", "b")
MEGABYTE = 1 << 20


def _parquet(length: int, rows: int) -> bytes:
    """A value that is written once and stands in every row."""
    places = pa.array([0] * rows, pa.int32())
    column = pa.DictionaryArray.from_arrays(places, pa.array(["x" * length]))
    return parquet_of(pa.table([column] * len(NAMES), list(NAMES)), store_schema=False)


BOMBS: dict[str, tuple[FileFormat, Callable[[], bytes]]] = {
    "gzip": (FileFormat(compression="gzip"), lambda: gzipped(bytes(128 * MEGABYTE))),
    "zip": (FileFormat(compression="zip"), lambda: zipped(bytes(128 * MEGABYTE))),
    "Parquet": (FileFormat(kind="parquet"), lambda: _parquet(900_000, 200_000)),
    "Parquet, no record": (FileFormat(kind="parquet"), lambda: _parquet(9_000_000, 200_000)),
    "a line without end": (FileFormat(quoted=False), lambda: b"a,b\n" + b"x" * (64 * MEGABYTE)),
    "quotes": (FileFormat(header=False), lambda: b'"' * (16 * MEGABYTE) + b"\n"),
    "open quotes": (FileFormat(header=False), lambda: b'x,"\n' * (MEGABYTE // 4)),
    "brackets": (FileFormat(kind="json_lines"), lambda: (b"[" * MEGABYTE + b"\n") * 16),
}


def peak_megabytes() -> int:
    """The most memory that this process has had.

    From the kernel's own account: what `getrusage` tells begins with the peak of the parent.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def outcomes(folder: Path) -> Iterator[dict[str, object]]:
    """What becomes of every bomb."""
    for name, (form, content) in BOMBS.items():
        path = folder / "bomb"
        path.write_bytes(content())
        places = folder / "clean", folder / "refused"
        started, told = time.monotonic(), ""
        try:
            plain = unpack(path, form, folder / "unpacked")
            account = read_file(plain, "bomb", NAMES, form, *places)
            told = f"{account.records} good and {account.refused} refused records"
        except DeliveryError as error:
            told = str(error)
        yield {
            "name": name,
            "told": told,
            "seconds": time.monotonic() - started,
            "megabytes": peak_megabytes(),
        }


if __name__ == "__main__":
    for outcome in outcomes(Path(sys.argv[1])):
        sys.stdout.write(json.dumps(outcome) + "\n")
