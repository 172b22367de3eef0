"""One thing that a check of the SQL files found."""

from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp


@dataclass(frozen=True, order=True)
class Finding:
    """Where a SQL file breaks which rule, and what to write instead."""

    path: Path
    line: int
    rule: str
    message: str

    def relative_to(self, folder: Path) -> str:
        """`file:line: rule: message`, the file as seen from a folder."""
        path = self.path.relative_to(folder) if self.path.is_relative_to(folder) else self.path
        return f"{path}:{self.line}: {self.rule}: {self.message}"


def at(node: exp.Expr) -> int:
    """Line of a node: its own, or that of the nearest node that knows its place."""
    candidates = (node, *node.find_all(exp.Expr))
    lines = [n.meta["line"] for n in candidates if "line" in n.meta]
    if lines:
        return int(lines[0])
    return at(node.parent) if node.parent else 1
