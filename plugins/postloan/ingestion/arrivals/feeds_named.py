"""Which feeds a delivery may tell of that nobody could read, or that lists a file as another feed.

A refused delivery is mended only by one that tells of the same feeds again. So where its list is
no use, its words and the names of what lies beside it are looked at.
"""

import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from postloan.contracts import FeedContract
from postloan.errors import DeliveryError
from postloan.ingestion.arrivals.lies_there import MAX_ENTRIES
from postloan.ingestion.reading.header import OtherHeaderError
from postloan.ingestion.reading.manifest import MANIFEST, MAX_MANIFEST_BYTES, NO_DATA, Manifest
from postloan.ingestion.reading.opened import open_delivered

_SIGNS = re.compile(r"[;\t|,]")


class Named(NamedTuple):
    """What can be made out of a delivery whose list is no use.

    Attributes:
        feeds: feeds that the list or the name of a file speaks of.
        is_all: whether the list and all names could be looked at, and each name speaks of a feed.
    """

    feeds: frozenset[str]
    is_all: bool


def named_in(folder: Path, feeds: Iterable[FeedContract]) -> Named:
    """Feeds that the manifest of a folder or the names of its files speak of."""
    feeds = tuple(feeds)
    if any(os.path.islink(part) for part in (folder, folder.parent)):  # noqa: PTH114
        # Whoever may write there must not choose what else of this machine is looked at.
        return Named(frozenset(), is_all=False)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MAX_ENTRIES + 1)]
        with open_delivered(folder / MANIFEST) as stream:
            listed = stream.read(MAX_MANIFEST_BYTES + 1)
    except (DeliveryError, OSError):
        return Named(frozenset(), is_all=False)
    # Of a text in two bytes a character every other one is no sign.
    words = listed.replace(b"\0", b"").decode("latin-1")
    files = (name for name in names if name != MANIFEST and not NO_DATA.fullmatch(name))
    is_all = (
        len(names) <= MAX_ENTRIES
        and len(listed) <= MAX_MANIFEST_BYTES
        and all(_spoken_of(name, feeds) for name in files)
    )
    return Named(_spoken_of("\n".join((words, *names)), feeds), is_all)


def listed_as_another(manifest: Manifest, feeds: Iterable[FeedContract]) -> frozenset[str]:
    """Feeds that the name of a file speaks of, which is listed as another feed."""
    feeds = tuple(feeds)
    named = ((file.feed, _spoken_of(file.file, feeds)) for file in manifest.files)
    return frozenset(feed for listed, told in named if listed not in told for feed in told)


def is_of_another_feed(error: BaseException | None, feeds: Iterable[FeedContract]) -> bool:
    """Whether a delivery failed as a file may be of another feed that restricts than its own.

    A file whose columns are more like its own feed than like any of those is just not well made.
    """
    feeds = tuple(feeds)
    while error is not None:
        if isinstance(error, OtherHeaderError):
            found = {part.strip(' "') for name in error.found for part in _SIGNS.split(name)}
            own = len(found & set(error.expected))
            others = (
                len(found & {c.name for c in feed.file_columns})
                for feed in feeds
                if feed.restricts and [c.name for c in feed.file_columns] != list(error.expected)
            )
            return own <= max(others, default=-1)
        error = error.__context__
    return False


def _spoken_of(text: str, feeds: Iterable[FeedContract]) -> frozenset[str]:
    # Of two names that begin alike the longer one is meant.
    names = sorted((feed.name for feed in feeds), key=len, reverse=True)
    pattern = rf"(?<![a-z])(?:{'|'.join(map(re.escape, names))})"
    return frozenset(re.findall(pattern, text.lower()))
