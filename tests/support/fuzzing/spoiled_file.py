"""A file that was spoiled, and what became of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postloan.contracts import FeedContract
from postloan.ingestion.loading.ledger import FeedCount
from tests.support.deliveries import NEXT_DAY
from tests.support.fuzzing.layouts import Layout


@dataclass(frozen=True)
class SpoiledFile:
    """One file as it is delivered.

    Attributes:
        feed: the feed, its contract saying the format.
        layout: the format.
        number: tells it from other files of the feed in that format.
        content: its bytes.
        rows: data rows by the manifest.
        rows_are_wrong: whether the manifest is to say what nobody has counted.
        manifest: what the manifest says, unless it follows from all this.
    """

    feed: FeedContract
    layout: Layout
    number: int
    content: bytes
    rows: int
    rows_are_wrong: bool = False
    manifest: bytes | None = None

    @property
    def file_name(self) -> str:
        return f"{self.feed.name}.csv"

    @property
    def name(self) -> str:
        """How a person finds the same file again."""
        return f"{self.feed.name} as {self.layout.name}, number {self.number}"

    @property
    def is_lines(self) -> bool:
        """Whether every line that is not blank is a row, so that a child can count them."""
        term = self.layout.term
        is_bare = term.get("kind") in ("fixed_width", "json_lines") or term.get("quoted") is False
        return is_bare and term.get("encoding", "utf-8") == "utf-8"

    @property
    def lines(self) -> int:
        lines = self.content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        is_headed = self.layout.term.get("kind") is None
        return sum(bool(line.removesuffix(b"\r")) for line in lines[is_headed:])

    def as_sent(self) -> dict[str, Any]:
        """The manifest as a careful sender would write it."""
        return {
            "source": self.feed.source,
            "business_date": NEXT_DAY.isoformat(),
            "opening": False,
            "files": [
                {
                    "feed": self.feed.name,
                    "file": self.file_name,
                    "rows": self.rows,
                    "sha256": hashlib.sha256(self.content).hexdigest(),
                }
            ],
        }


@dataclass(frozen=True)
class Outcome:
    """What became of one file: the counts, or the words of the refusal."""

    count: FeedCount | None = None
    refusal: str = ""
    staged: Sequence[Any] = ()
    refused: Sequence[Any] = ()

    @property
    def kind(self) -> str:
        """A word for statistics."""
        if self.count is None:
            return "refused as a whole"
        return "quarantined in part" if self.count.rows_quarantined else "loaded"
