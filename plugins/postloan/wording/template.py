"""A sentence with places for values: `stage {stage}[ since {since:date}|, since when is unknown]`.

`{name}` is a value, `{name:date}`, `{name:money}` and `{name:number}` one in the form of the
language, `{name:word}` a code in words, `{name:sentence}` another sentence of the same values. Of
`[one|another]` the first counts that has all its values, and nothing where none has. `[[` and
`]]` are brackets that are shown.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from postloan.errors import WordingError

KINDS = ("text", "date", "money", "number", "word", "sentence")

_PIECE = re.compile(
    r"(\[\[|\]\])"  # a bracket that is shown
    r"|\[([^\[\]]*)\]"  # a choice
    r"|\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}"  # a place
    r"|([^\[\]{}]+)"  # words
    r"|(.)",  # half a bracket
    re.DOTALL,
)


@dataclass(frozen=True)
class Place:
    """Where a value goes.

    Attributes:
        name: of the value, or of the sentence.
        kind: one of KINDS.
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Choice:
    """Ways to say something; the first that has all its values counts."""

    ways: tuple["Template", ...]


Piece = str | Place | Choice
Shown = Callable[[Place], str | None]
"""The text of a place; None where there is no such value."""


@dataclass(frozen=True)
class Template:
    """A sentence, taken apart."""

    pieces: tuple[Piece, ...]

    def filled(self, shown: Shown, unknown: str | None = None) -> str | None:
        """The sentence with its values.

        Args:
            shown: gives the text of a place.
            unknown: stands for a value that is not there; None if there is nothing to say then.
        """
        texts = [_text(piece, shown, unknown) for piece in self.pieces]
        return None if None in texts else "".join(t for t in texts if t)

    def places(self) -> Iterator[Place]:
        """Every place of the sentence, those of its choices too."""
        for piece in self.pieces:
            if isinstance(piece, Place):
                yield piece
            elif isinstance(piece, Choice):
                for way in piece.ways:
                    yield from way.places()


def _text(piece: Piece, shown: Shown, unknown: str | None) -> str | None:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Place):
        text = shown(piece)
        return unknown if text is None else text
    ways = (way.filled(shown) for way in piece.ways)
    return next((text for text in ways if text is not None), "")


def template(text: str) -> Template:
    """A sentence of a wording file, taken apart.

    Raises:
        WordingError: it has a bracket without its other half, or a place of no known kind.
    """
    return Template(tuple(_pieces(text)))


def _pieces(text: str) -> Iterator[Piece]:
    for found in _PIECE.finditer(text):
        bracket, choice, name, kind, plain, stray = found.groups()
        if stray is not None:
            raise WordingError(f"`{stray}` without its other half, or inside another bracket")
        if choice is not None:
            yield Choice(tuple(map(template, choice.split("|"))))
        elif name is not None:
            yield _place(name, kind or "text")
        else:
            yield plain or bracket[0]


def _place(name: str, kind: str) -> Place:
    if kind not in KINDS:
        raise WordingError(f"`{{{name}:{kind}}}`: a value is one of {', '.join(KINDS)}")
    return Place(name, kind)
