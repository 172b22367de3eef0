"""Which files have expired, beside the rows that have.

Task files and quarantine files follow their tables: they are made from rows, and stay as long as
one of these rows does. Delivered files and manifests go by their date, unless a hold keeps the
date or a row of the delivery. In folders of their own lie what was fetched (`landing/.writing/`)
and what was corrected (`corrections/`); both go with them.

The folders of deliveries may belong to their senders, so no link in the place of one is followed,
even if it was put there after the files were found.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.files.landing_folder import MANIFEST, UNFINISHED, open_below
from postloan.retention.conditions import KEEPS_FROM, held_rows
from postloan.rules.retention import Retention, retained_files
from postloan.settings import Settings
from postloan.warehouse import Warehouse

_HELD_RANGES = """
    select first_date, last_date
    from legal_hold
    where starts_on <= cast($as_of as date)
        and (ends_on is null or ends_on > cast($as_of as date))
        and first_date is not null
"""

_REFUSED = """
    select distinct source, business_date, feed
    from quarantine
    where business_date < cast($keeps_from as date)
"""

_TASK_DATES = """
    select distinct business_date from task where business_date < cast($keeps_from as date)
"""


@dataclass(frozen=True)
class ExpiredFile:
    """One file that has expired.

    Attributes:
        what: kind of files and, where there is one, the source.
        day: the business date it belongs to.
        top: the folder of ours in which it lies, with folders between them.
        path: where it lies.
        rule: the rule that lets it go.
    """

    what: str
    day: date
    top: Path
    path: Path
    rule: Retention


def expired_files(warehouse: Warehouse, home: Settings, as_of: date) -> tuple[ExpiredFile, ...]:
    """Files that have expired as of a business date; asked once the expired rows are deleted.

    Args:
        warehouse: an open warehouse.
        home: where landing zone, quarantine and outbox are.
        as_of: the business date.
    """
    finders: dict[str, Callable[[Warehouse, Settings, date, Retention], Iterator[ExpiredFile]]] = {
        "data_docs": _data_docs,
        "deliveries": _deliveries,
        "manifests": _deliveries,
        "quarantine": _quarantine,
        "task_files": _task_files,
    }
    return tuple(
        file
        for kind, rule in retained_files(as_of).items()
        for file in finders[kind](warehouse, home, as_of, rule)
    )


def delete_files(files: tuple[ExpiredFile, ...]) -> None:
    """Delete the files, and the folders that hold nothing more; those gone already are no error.

    Raises:
        OSError: one cannot be deleted, or a link stands in the place of its folder by now.
    """
    for file in files:
        _delete(file.top, file.path, os.unlink)
    folders = {(f.top, f.path.parent) for f in files}
    for top, folder in sorted(folders, key=lambda found: len(found[1].parts), reverse=True):
        # Those that hold something still stay.
        with suppress(OSError):
            _remove_empty(top, folder)


def _delete(top: Path, path: Path, how: Callable[..., None]) -> None:
    parts = path.relative_to(top).parts
    with suppress(FileNotFoundError):
        folder = open_below(top, parts[:-1])
        try:
            how(parts[-1], dir_fd=folder)
        finally:
            os.close(folder)


def _remove_empty(top: Path, folder: Path) -> None:
    """Remove a folder and those around it up to that of the date, as far as they are empty."""
    for place in (folder, *folder.parents):
        _delete(top, place, os.rmdir)
        if _date_of(place) or place.parent == top:
            return


def _deliveries(
    warehouse: Warehouse, home: Settings, as_of: date, rule: Retention
) -> Iterator[ExpiredFile]:
    wants_manifest = rule.target == "manifests"
    held = _held_deliveries(warehouse, as_of, rule.keeps_from)
    ranges = warehouse.fetch(_HELD_RANGES, {"as_of": as_of})
    places = [home.landing]
    if not wants_manifest:
        places += [home.landing / UNFINISHED, home.corrections]
    for source in chain.from_iterable(map(_folders, places)):
        for day, folder in _dated(source, rule.keeps_from):
            if (source.name, day) in held or any(a <= day <= b for a, b in ranges):
                continue
            for path in _files(folder):
                if (path == folder / MANIFEST) == wants_manifest:
                    what = f"{rule.target} of {source.name}"
                    yield ExpiredFile(what, day, source.parent, path, rule)


def _held_deliveries(warehouse: Warehouse, as_of: date, keeps_from: date) -> set[tuple[str, date]]:
    """(source, date) of the deliveries of which a hold keeps a row."""
    held: set[tuple[str, date]] = set()
    given = {"as_of": as_of, "keeps_from": keeps_from}
    if not warehouse.count("legal_hold"):
        return held
    for feed in catalogue().feeds.values():
        select = _held(feed.table, "received_on")
        held |= {(feed.source, day) for (day,) in warehouse.fetch(select, given)}
    refused = _held(catalogue().tables["quarantine"], "business_date", "source")
    return held | {(source, day) for day, source in warehouse.fetch(refused, given)}


def _held(table: Table, day: str, *names: str) -> exp.Select:
    """The dates, and what stands beside them, of the rows that would be gone but for a hold."""
    return (
        exp.select(day, *names)
        .distinct()
        .from_(table.name)
        .where(exp.column(day) < KEEPS_FROM, exp.or_(*held_rows(table)))
    )


def _quarantine(
    warehouse: Warehouse, home: Settings, _as_of: date, rule: Retention
) -> Iterator[ExpiredFile]:
    kept = set(warehouse.fetch(_REFUSED, {"keeps_from": rule.keeps_from}))
    for source in _folders(home.quarantine):
        for day, folder in _dated(source, rule.keeps_from):
            for path in _files(folder):
                if (source.name, day, path.stem) not in kept:
                    yield ExpiredFile(
                        f"quarantine of {source.name}", day, home.quarantine, path, rule
                    )


def _data_docs(
    _warehouse: Warehouse, home: Settings, _as_of: date, rule: Retention
) -> Iterator[ExpiredFile]:
    """Pages on checks; they tell counts and no one's data, so no hold keeps them."""
    for source in _folders(home.data_docs):
        for day, folder in _dated(source, rule.keeps_from):
            for path in _files(folder):
                yield ExpiredFile(f"data docs of {source.name}", day, home.data_docs, path, rule)


def _task_files(
    warehouse: Warehouse, home: Settings, _as_of: date, rule: Retention
) -> Iterator[ExpiredFile]:
    kept = {day for (day,) in warehouse.fetch(_TASK_DATES, {"keeps_from": rule.keeps_from})}
    for day, folder in _dated(home.outbox, rule.keeps_from):
        if day not in kept:
            for path in _files(folder):
                yield ExpiredFile("task files", day, home.outbox, path, rule)


def _folders(place: Path) -> list[Path]:
    """Folders in a folder; a link may lead out of the installation and is none."""
    if not place.is_dir():
        return []
    return sorted(p for p in place.iterdir() if p.is_dir() and not p.is_symlink())


def _dated(place: Path, before: date) -> Iterator[tuple[date, Path]]:
    for folder in _folders(place):
        day = _date_of(folder)
        if day and day < before:
            yield day, folder


def _date_of(folder: Path) -> date | None:
    try:
        return date.fromisoformat(folder.name)
    except ValueError:
        return None


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
