"""What lies in the landing zone where nobody takes it in, whatever it says.

Folders are told that are named like no date or source, closed or linked, and what lies elsewhere
than in the folder of a date: a delivery one folder too high or too deep, one whose manifest is
spelt otherwise, files of rows beside the folders. A folder without a manifest is on its way.
"""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from postloan.contracts import catalogue
from postloan.files.landing_folder import UNFINISHED
from postloan.ingestion.arrivals.lies_there import MAX_ENTRIES
from postloan.ingestion.reading.manifest import MANIFEST, NO_DATA
from postloan.text.shown_text import some

_LIKE_A_DATE = re.compile(r"\s{0,2}(?:19|20)[0-9]{2}[-._]?[0-9]{2}[-._]?[0-9]{2}\s{0,2}")

_SPELT_OTHERWISE = re.compile(
    r"manifest[ _.()-]{0,2}[0-9]{0,2}[ ()]{0,2}(?:\.json)?(?:\.txt|\.json)?", re.IGNORECASE
)
_OF_ROWS = re.compile(
    r".*\.(?:csv|tsv|dat|parquet|jsonl|xlsx?|gz|tgz|tar|zip|7z|rar|bz2|xz)",
    re.IGNORECASE | re.DOTALL,
)
"""Files that hold rows, or folders that somebody has packed."""
_DEEPEST = 3


class NeverTakenIn(NamedTuple):
    """What nobody will ever take in, for the name of a folder or for want of a right to look.

    Attributes:
        source: the source; empty where the folder is that of no source.
        words: what is there.
        remedy: what a person does about it.
    """

    source: str
    words: str
    remedy: str


def never_taken_in(landing: Path) -> tuple[NeverTakenIn, ...]:
    """Folders that cannot be looked into, links, and complete folders named otherwise."""
    return (
        *_closed(landing),
        *_linked(landing),
        *_misnamed(landing),
        *_misplaced(landing),
        *_loose(landing),
    )


def _linked(landing: Path) -> Iterator[NeverTakenIn]:
    for source in catalogue().sources():
        linked = linked_folders(landing, source)
        if linked:
            yield NeverTakenIn(
                source,
                f"{source}: {_some_folders(linked)} linked from elsewhere, never looked into",
                "Remove the link, and have the folder itself delivered.",
            )


def closed_folders(landing: Path, source: str) -> list[str]:
    """Names of the folders of a source that this user may not look into."""
    folder = landing / source
    return [p.name for p in (folder, *_folders(folder)) if p.is_dir() and not _is_open(p)]


def linked_folders(landing: Path, source: str) -> list[str]:
    """Names of what is a link in the folder of a source, and is not told as a delivery."""
    links = [p for p in _entries(landing / source) if os.path.islink(p)]  # noqa: PTH114
    return [p.name for p in links if not os.access(p / MANIFEST, os.F_OK)]


def misnamed_folders(landing: Path, source: str) -> list[str]:
    """Names of the complete folders of a source that are no dates."""
    return [n for n in _complete_folders(landing / source) if not date_named(n)]


def folders_of_no_source(landing: Path) -> list[str]:
    """Names of the folders beside those of the sources in which complete deliveries lie."""
    return [
        path.name
        for path in _folders(landing)
        if path.name not in (*catalogue().sources(), UNFINISHED)
        and not os.path.islink(path)  # noqa: PTH114
        and (_has_manifest(path) or _is_deeper(path))
    ]


def misplaced_folders(landing: Path, source: str) -> list[str]:
    """Names of the folders of a source with a delivery that is deeper, or with another manifest."""
    return [
        path.name
        for path in _folders(landing / source)
        if not _has_manifest(path) and not os.path.islink(path)  # noqa: PTH114
        if _is_deeper(path) or any(_is_other_manifest(p) for p in _entries(path))
    ]


def loose_files(folder: Path) -> list[str]:
    """Names of manifests and files of rows that lie beside the folders of sources or of dates."""
    return [
        path.name
        for path in _entries(folder)
        if path.name == MANIFEST or _is_other_manifest(path) or _is_of_rows(path)
    ]


def _is_of_rows(path: Path) -> bool:
    is_data = _OF_ROWS.fullmatch(path.name) and not NO_DATA.fullmatch(path.name)
    return bool(is_data) and os.path.isfile(path)  # noqa: PTH113


def _is_other_manifest(path: Path) -> bool:
    """Whether it is a manifest by another spelling, or a link by its name that leads nowhere."""
    if path.name == MANIFEST:
        return not os.access(path, os.F_OK)
    return bool(_SPELT_OTHERWISE.fullmatch(path.name)) and not os.path.isdir(path)  # noqa: PTH112


def _has_manifest(folder: Path) -> bool:
    return os.access(folder / MANIFEST, os.F_OK)


def _is_deeper(folder: Path) -> bool:
    """Whether a complete delivery lies below a folder, as deep as one may be told by its date."""
    seen, level = 0, [folder]
    for _ in range(_DEEPEST):
        level = [
            path
            for above in level
            for path in _folders(above)
            if not os.path.islink(path)  # noqa: PTH114
        ]
        seen += len(level)
        if any(map(_has_manifest, level)):
            return True
        if seen > MAX_ENTRIES:
            # Nobody delivers so many: what is in them is not known.
            return True
    return False


def _closed(landing: Path) -> Iterator[NeverTakenIn]:
    for source in catalogue().sources():
        closed = closed_folders(landing, source)
        if closed:
            yield NeverTakenIn(
                source,
                f"{source}: {_some_folders(closed)} that this user may not look into",
                "Nobody knows what lies there. Let this user read and enter them (chmod, or the "
                "umask and group of whoever delivers).",
            )


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK, effective_ids=True)


def _misnamed(landing: Path) -> tuple[NeverTakenIn, ...]:
    """Folders with a manifest whose name is no date, or that lie below no source, by source."""
    sources = catalogue().sources()
    found = [
        NeverTakenIn(
            source,
            f"{source}: {_some_folders(names)} named otherwise than YYYY-MM-DD, and never taken in",
            "Have it renamed, or delivered again under its date as YYYY-MM-DD.",
        )
        for source in sources
        if (names := misnamed_folders(landing, source))
    ]
    strange = folders_of_no_source(landing)
    if strange:
        known = ", ".join(sources)
        words = f"the landing zone has {_some_folders(strange)} named like no source"
        found.append(
            NeverTakenIn("", words, f"What lies there is never taken in. Sources: {known}.")
        )
    return tuple(found)


def _misplaced(landing: Path) -> Iterator[NeverTakenIn]:
    for source in catalogue().sources():
        names = misplaced_folders(landing, source)
        if names:
            yield NeverTakenIn(
                source,
                f"{source}: {_some_folders(names)} with a delivery in a folder too deep or with "
                f"a manifest spelt otherwise than {MANIFEST}, never taken in",
                f"Have it delivered in {source}/YYYY-MM-DD/, {MANIFEST} last.",
            )


def _loose(landing: Path) -> Iterator[NeverTakenIn]:
    for source in ("", *catalogue().sources()):
        number = len(loose_files(landing / source))
        if number:
            where = source or "the landing zone"
            files = "1 file lies" if number == 1 else f"{number:,} files lie"
            yield NeverTakenIn(
                source,
                f"{where}: {files} in no folder of a date, and nothing there is taken in",
                f"Have it delivered in {source or 'SOURCE'}/YYYY-MM-DD/, {MANIFEST} last.",
            )


def _folders(folder: Path) -> list[Path]:
    # What may be listed and not entered is told as closed, by its own name.
    return [p for p in _entries(folder) if os.path.isdir(p)]  # noqa: PTH112


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        # Nothing there yet, or nothing that this user may see: whoever takes it in is told.
        return []


def _complete_folders(folder: Path) -> list[str]:
    return [p.name for p in _folders(folder) if os.access(p / MANIFEST, os.F_OK)]


def _some_folders(names: list[str]) -> str:
    """Names that look like a date are told; what others say is nobody's business."""
    told = some([f"'{name}'" for name in names if _LIKE_A_DATE.fullmatch(name)])
    number = f"{len(names):,} {'folder' if len(names) == 1 else 'folders'}"
    return f"{number} ({told})" if told else number


def date_named(folder: str) -> date | None:
    """The date of a delivery by the name of its folder; None where it is that of no date."""
    try:
        day = date.fromisoformat(folder)
    except ValueError:
        return None
    return day if day.isoformat() == folder else None
