"""The pages of one resource on disk: each whole or absent, and a note of how to go on.

A page is a file of JSON lines, `{"of": …, "item": …}`; `of` is the value the document was asked
for. A killed fetch goes on after the last page that its note knows.
"""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

STATE = "state.json"


class State(BaseModel):
    """How far a resource has been read.

    Attributes:
        asked: what was asked for; other questions start anew.
        pages: pages kept.
        of: the value that the last page was asked for, where a resource is asked for each value.
        place: where the next page begins: a number, a cursor or an address; of the list of `of`,
            which is read to its end where there is none.
        complete: whether there is no next page.
    """

    model_config = ConfigDict(extra="forbid")

    asked: str
    pages: int = 0
    of: str | None = None
    place: str | None = None
    complete: bool = False


class Pages:
    """The kept pages of one resource."""

    def __init__(self, folder: Path, asked: str) -> None:
        self.folder = folder
        self.state = self._kept_state(asked) or self._fresh(asked)

    def _kept_state(self, asked: str) -> State | None:
        try:
            state = State.model_validate_json((self.folder / STATE).read_bytes())
        except (OSError, ValidationError):
            return None
        return state if state.asked == asked else None

    def _fresh(self, asked: str) -> State:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return State(asked=asked)

    def start_anew(self) -> None:
        """Forget all pages."""
        self.state = self._fresh(self.state.asked)

    def keep(
        self, items: Iterable[tuple[str | None, Any]], place: str | None, of: str | None = None
    ) -> None:
        """Keep one page, then note where the next begins.

        Args:
            items: the items, each with the value that it was asked for.
            place: where the next page begins; None after the last.
            of: the value whose pages these are; after its last one those of others may follow.
        """
        lines = (
            json.dumps({"of": of, "item": item}, ensure_ascii=False, sort_keys=True)
            for of, item in items
        )
        number = self.state.pages + 1
        _write(self.folder / f"page-{number:06d}.jsonl", "".join(f"{line}\n" for line in lines))
        is_last = place is None and of is None
        self._note(self.state.model_copy(
            update={"pages": number, "of": of, "place": place, "complete": is_last}
        ))  # fmt: skip

    def finish(self) -> None:
        """Note that every value has been asked for."""
        self._note(self.state.model_copy(update={"complete": True}))

    def _note(self, state: State) -> None:
        self.state = state
        _write(self.folder / STATE, state.model_dump_json() + "\n")


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
