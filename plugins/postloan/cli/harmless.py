"""What commands print, made harmless in one place."""

from typing import Any, TextIO

from postloan.text.shown_text import without_steering


class Harmless:
    """A stream that writes what steers a terminal, or is not seen, by its number.

    Reasons, names, addresses and what engines say come from outside; a command that forgets to
    make one harmless must not hand it to the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; number of its characters."""
        self._stream.write(without_steering(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Everything else is that of the stream."""
        return getattr(self._stream, name)
