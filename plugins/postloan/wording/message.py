"""What SQL says instead of a sentence: a code and named values.

`concat_ws(' ‖ ', 'loan_stage', 'stage=' || stage, 'since=' || cast(since as varchar))` gives
`loan_stage ‖ stage=reminder ‖ since=2026-11-13`; a value that is not known is left out by itself.
Several messages in one cell stand with ` ¶ ` between them. One column carries all of it through
unions and tables, the same on every engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

BETWEEN_PARTS = " ‖ "
BETWEEN_MESSAGES = " ¶ "

SIGNS = (BETWEEN_PARTS.strip(), BETWEEN_MESSAGES.strip())

_NEXT = re.compile(r" ¶ (?=[a-z][a-z0-9_]*(?: ‖ | ¶ |$))")
"""Where another message begins: before a code."""

_NAMED = re.compile(r" ‖ ([a-z][a-z0-9_]*)=")
"""Where a value begins. A person's own words may hold the sign, but not before a name."""


@dataclass(frozen=True)
class Message:
    """What is to be said, in no language.

    Attributes:
        code: which sentence; `include/wording` has it in every language.
        values: by name, as SQL writes them. A value in words of a rule has the language as an
            ending of its name: `reason_zh`, `reason_en`.
    """

    code: str
    values: Mapping[str, str]


def message(code: str, **values: str) -> str:
    """A message as SQL writes it; a value that is empty is left out."""
    return BETWEEN_PARTS.join(
        (code, *(f"{name}={value}" for name, value in values.items() if value))
    )


def messages(text: str) -> tuple[Message, ...]:
    """The messages of one cell."""
    return tuple(map(_message, _NEXT.split(text)))


def _message(text: str) -> Message:
    code, *named = _NAMED.split(text)
    # What a person wrote comes last and cannot take the place of what stands before it.
    values: dict[str, str] = {}
    for name, value in zip(named[::2], named[1::2], strict=True):
        values.setdefault(name, value)
    return Message(code, values)
