"""JSON from outside, with bounds: no endless nesting, no key twice, no number that nobody means."""

import json
import re
from typing import Any

DEEPEST = 32
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")


class JsonError(ValueError):
    """A text that is no JSON, or more of it than anybody means. Repeats nothing of the text."""


def json_document(text: bytes | str) -> Any:
    """The one value of a text; numbers are `int`, or `str` with the digits as they were written.

    Raises:
        JsonError: says what about it cannot be read.
    """
    if _depth(text) > DEEPEST:
        raise JsonError(f"nested deeper than {DEEPEST} levels")
    try:
        return json.loads(
            text,
            parse_int=_whole,
            parse_float=_plain,
            parse_constant=_no_number,
            object_pairs_hook=_each_once,
        )
    except JsonError:
        raise
    except json.JSONDecodeError as error:
        raise JsonError(f"no JSON from line {error.lineno}, column {error.colno} on") from None
    except UnicodeDecodeError:
        raise JsonError("no text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise JsonError(f"no JSON ({type(error).__name__})") from None


def _depth(text: bytes | str) -> int:
    """Levels of brackets outside strings; JSON that is none may give any number."""
    data = text.encode() if isinstance(text, str) else text
    brackets = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", data, flags=re.DOTALL)
    deepest = level = 0
    for byte in re.findall(rb"[\[\]{}]", brackets):
        level += 1 if byte in b"[{" else -1
        deepest = max(deepest, level)
        if deepest > DEEPEST:
            break
    return deepest


def _plain(number: str) -> str:
    if not _PLAIN_NUMBER.fullmatch(number):
        raise JsonError("a number of more digits, or a larger one, than anything has")
    return number


def _whole(number: str) -> int:
    return int(_plain(number))


def _no_number(_name: str) -> str:
    raise JsonError("NaN or Infinity in place of a number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("a key stands twice in one object")
    return found
