"""The lock files: what is installed, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LOCKS = ("requirements", "requirements-s3", "requirements-spark", "requirements-dev")
"""What `make lock` writes, by name without ending."""

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
_VIA = re.compile(r"^    # (?:via |  )(?P<name>\S.*)$")


@dataclass(frozen=True)
class Pin:
    """One package of a lock.

    Attributes:
        name: as the index writes it.
        version: the only one that is installed.
        hashes: SHA-256 of every file that may be installed for it.
        wanted_by: the packages, or the file with requirements, that ask for it.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]


def read_lock(path: Path) -> tuple[Pin, ...]:
    """All packages of a lock file, in its order."""
    return tuple(map(_pin, _blocks(path.read_text(encoding="utf-8").splitlines())))


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """The lines of one package each."""
    block: list[str] = []
    for line in lines:
        if _PIN.match(line):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
    if block:
        yield block


def _pin(block: list[str]) -> Pin:
    found = _PIN.match(block[0])
    if found is None:
        raise ValueError("A lock file has a line that is no pin.")
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", "\n".join(block))
    wanted = tuple(via["name"] for line in block if (via := _VIA.match(line)))
    return Pin(found["name"], found["version"], tuple(hashes), wanted)
