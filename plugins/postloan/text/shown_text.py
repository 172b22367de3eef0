"""Text that came from outside, made harmless before a person sees it.

A file name, a key, an address, a name or what an engine says may hold anything: line breaks, escape
codes of terminals, marks that turn the direction of writing, a megabyte, somebody's name. So a
character that does not show as itself is shown by its number, `⟨U+202E⟩`; what is long is cut, and
what is many is counted.
"""

import re
import unicodedata
from collections.abc import Callable, Collection

LONGEST = 64
"""Characters of a foreign text in a message."""
LONGEST_VALUE = 120
"""Characters of a value in a table that a person decides on."""
FEW = 5
"""So many of several are told; of the others, how many there are."""

_WITH_PASSWORD = re.compile(r"(?P<scheme>[a-zA-Z][\w+.-]*://)[^\s/@]*@")
_SECRET = re.compile(
    r"(?P<name>\b\w*(?:pass|secret|token|apikey|api_key)\w*)(?P<sign>\s*[=:]\s*)\S+", re.IGNORECASE
)
_IN_MARKDOWN = frozenset(" -_.,:/()%+")
_BECOMES_A_LINK = re.compile(r"(?<=:/)/|[.](?=[^0-9 ])")
"""What makes an address of a scheme, or a name of a host."""
_PLAIN_DIRECTIONS = ("L", "EN")
"""Letters and digits that are written from left to right, and cannot turn what stands beside."""
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that steer what shows a text, or that nobody sees."""
_ORDINARY = frozenset("\t\n")
_OPENS_A_NUMBER = "⟨"
_NUMBERED = re.compile(r"⟨U\+([0-9A-F]{4,6})⟩")


def code_point(character: str) -> str:
    """A character that is not shown as itself, by its number: `⟨U+202E⟩`."""
    return f"⟨U+{ord(character):04X}⟩"


# In messages ------------------------------------------------------------------------------------


def on_one_line(value: object) -> str:
    """A value for a terminal or a log: control, bidi and invisible characters by their numbers."""
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else code_point(c) for c in text)


def shown(text: object, longest: int = LONGEST) -> str:
    """Foreign text as one short line of harmless characters.

    Args:
        text: whatever it is; its text form is taken.
        longest: characters of the result, but for the note on how long it was.
    """
    whole = str(text)
    safe = on_one_line(whole[: longest + 1])
    if len(whole) <= longest and len(safe) <= longest:
        return safe
    return f"{safe[:longest]}… ({len(whole):,} characters)"


def some(names: Collection[str], tell: Callable[[str], str] = shown) -> str:
    """A few of several names, and how many there are besides.

    Args:
        names: any number of them, in the order in which they are told.
        tell: makes one of them harmless.
    """
    told = [tell(name) for name in list(names)[:FEW]]
    more = len(names) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more else "")


def without_secrets(text: object, longest: int = 300) -> str:
    """What another program says, on one line, without passwords of addresses and settings."""
    line = " ".join(str(text).split())
    line = _WITH_PASSWORD.sub(r"\g<scheme>***@", line)
    return shown(_SECRET.sub(r"\g<name>\g<sign>***", line), longest)


def without_steering(text: str) -> str:
    """Text of several lines, with what steers a terminal or is not seen by its number."""
    return "".join(code_point(c) if _is_unseen(c) else c for c in text)


# In questions -----------------------------------------------------------------------------------


def in_markdown(value: object, longest: int = LONGEST_VALUE) -> str:
    """A value for Markdown, a table of it in particular: only text, whatever it holds.

    Letters, digits and plain punctuation are shown as themselves, everything else by its number, so
    that no pipe, line, link, tag, picture, template or direction of writing can come about.

    Args:
        value: what is to be shown; None shows nothing.
        longest: characters after which the rest is left out.
    """
    text = "" if value is None else str(value)
    told = text if len(text) <= longest else f"{text[: longest - 1]}…"
    marked = {match.start() for match in _BECOMES_A_LINK.finditer(told)}
    return "".join(
        _as_text(character) if place not in marked else code_point(character)
        for place, character in enumerate(told)
    )


def _as_text(character: str) -> str:
    is_plain = (
        character.isalnum() and unicodedata.bidirectional(character) in _PLAIN_DIRECTIONS
    ) or character in _IN_MARKDOWN
    if character == "_":
        return "\\_"
    return character if is_plain or character == "…" else code_point(character)


# In files ---------------------------------------------------------------------------------------


def made_visible(text: str) -> str:
    """Text for a file that people open: what steers a terminal or is not seen, by its number.

    Tabs and line feeds stay. Nothing is lost: see `as_it_was`.
    """
    return "".join(code_point(c) if _is_unseen(c) or c == _OPENS_A_NUMBER else c for c in text)


def as_it_was(text: str) -> str:
    """The text before `made_visible`."""
    return _NUMBERED.sub(_numbered, text)


def _is_unseen(character: str) -> bool:
    return character not in _ORDINARY and unicodedata.category(character) in _UNSEEN


def _numbered(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number < 0x110000 else found[0]
