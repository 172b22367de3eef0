"""Reads text of any encoding as UTF-8, block by block.

What is no text in its encoding becomes bytes that are no UTF-8 either, so that the very record is
refused and the others go on.
"""

import codecs
from pathlib import Path
from typing import IO

_BROKEN_HALF = "\ud800"


class Transcoded:
    """A file in another encoding, to be read as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        """Read `stream`, which is in `encoding` (`gb18030` or `utf-16`)."""
        self._stream = stream
        self._is_utf16 = encoding == "utf-16"
        self._decoder = self._decoder_for(encoding)

    def _decoder_for(self, encoding: str) -> codecs.IncrementalDecoder:
        if not self._is_utf16:
            return codecs.getincrementaldecoder(encoding)("surrogateescape")
        mark = self._stream.read(2)
        if mark not in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE):
            self._stream.seek(0)
        order = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
        return codecs.getincrementaldecoder(order)("surrogatepass")

    def read(self, size: int = -1) -> bytes:
        """The next bytes in UTF-8; none at the end of the file."""
        while data := self._stream.read(size):
            if text := self._decoder.decode(data):
                return text.encode("utf-8", "surrogatepass")
        return self._rest()

    def _rest(self) -> bytes:
        try:
            text = self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            text = _BROKEN_HALF
            self._decoder.reset()
        return text.encode("utf-8", "surrogatepass")


def open_as_utf8(path: Path, encoding: str) -> tuple[IO[bytes], "IO[bytes] | Transcoded"]:
    """Open a text file: the file to close, and what to read UTF-8 from."""
    stream = path.open("rb")
    return stream, stream if encoding == "utf-8" else Transcoded(stream, encoding)
