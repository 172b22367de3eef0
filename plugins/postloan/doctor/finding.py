"""One thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing was found."""

    FINE = "fine"
    NOTE = "note"
    """It works, and somebody should know something about it."""
    WAITS = "waits"
    """It works, and somebody has to do something before all is well."""
    MISSING = "missing"
    """The product does not work without it."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: heading it stands under.
        what: the thing.
        words: how it was found; no secrets.
        state: whether it is as it must be.
        remedy: what to do; empty where nothing is.
    """

    topic: str
    what: str
    words: str
    state: State = State.FINE
    remedy: str = ""

    @classmethod
    def missing(cls, topic: str, what: str, words: str, remedy: str = "") -> "Finding":
        """Something the product does not work without."""
        return cls(topic, what, words, State.MISSING, remedy)

    @classmethod
    def note(cls, topic: str, what: str, words: str, remedy: str = "") -> "Finding":
        """Something somebody should know."""
        return cls(topic, what, words, State.NOTE, remedy)

    @classmethod
    def waits(cls, topic: str, what: str, words: str, remedy: str) -> "Finding":
        """Something that waits for a person."""
        return cls(topic, what, words, State.WAITS, remedy)
