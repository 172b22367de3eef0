"""Pieces of Markdown that the generated pages share."""

from collections.abc import Iterable
from pathlib import Path

from postloan.settings import REPOSITORY


def facts(*pairs: tuple[str, str]) -> str:
    """A table without a header: a name and what is said of it; empty ones are left out."""
    rows = (f"| {name} | {cell(value)} |" for name, value in pairs if value)
    return "\n".join(("| | |", "|---|---|", *rows))


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a header."""
    names = list(header)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(cell(c) for c in row)} |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text that fits into a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def joined(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{n}`" for n in names)


def in_repository(path: Path) -> str:
    """A path as it is written in the repository."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else path.name
