"""Names of delivered files and of what manifests speak of, as messages tell them.

A sender may name a file after a person. What the manifest lists is part of a delivery and is told,
but for numbers as long as telephone and identity numbers, however their digits are set apart. What
lies there unasked may be anything: its name is repeated only where it is that of a feed with what
senders put behind it, a date or a counter. Of any other it is told how long it is and what kind of
file it says it is.
"""

import re
from functools import cache
from pathlib import Path

from postloan.contracts import catalogue
from postloan.text.shown_text import shown

_ENDINGS = ("csv", "dat", "txt", "gz", "zip", "parquet", "jsonl", "json", "ok", "flag")
_PART = r"[-_.](?:[0-9]{1,3}|[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}|part[0-9]{0,3}|[vr][0-9]{1,3})"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
_LONG_NUMBER = re.compile(
    r"(?P<date>(?<!\d)(?:(?!010|02\d|1[3-9]\d)\d{1,3}[-_.])?"
    r"(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])(?!\d))"
    r"|\d(?:[\W_]*\d){6,}"
)
"""A date, with a counter before it that begins no telephone number, or digits as many as in one."""


def told_file(name: str) -> str:
    """The name of a file that the manifest lists, or that a person has named."""
    return shown(_without_numbers(name))


def told_name(name: str) -> str:
    """A name that a manifest gives to a source, a feed, a column or a key of its own.

    It is repeated where it looks like one; of any other it is told how long it is.
    """
    if _NAME.fullmatch(name) and _without_numbers(name) == name:
        return name
    return f"a name of {len(name):,} characters"


def told_unlisted(name: str) -> str:
    """The name of any other file, where it tells nothing but a feed, a date and a number."""
    if _plain_names().fullmatch(name) and _without_numbers(name) == name:
        return name
    ending = Path(name).suffix.lower().removeprefix(".")
    kind = f" ending in .{ending}" if ending in _ENDINGS else ""
    return f"a file with a name of {len(name):,} characters{kind}"


def _without_numbers(name: str) -> str:
    return _LONG_NUMBER.sub(lambda found: found[0] if found["date"] else "…", name)


@cache
def _plain_names() -> re.Pattern[str]:
    feeds = "|".join(sorted(map(re.escape, catalogue().feeds), key=len, reverse=True))
    endings = "|".join(_ENDINGS)
    return re.compile(
        rf"(?:{feeds}|[a-z]{{1,2}})(?:{_PART}){{0,3}}(?:\.(?:{endings})){{1,3}}",
        re.ASCII | re.IGNORECASE,
    )
