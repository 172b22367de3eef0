"""The machine and the files of the product: Python, packages, disk, contracts, rules, SQL."""

import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from postloan.contracts import catalogue
from postloan.doctor.finding import Finding
from postloan.errors import PostloanError
from postloan.files.modes import Door, open_doors
from postloan.landing.fetch.config import Rest, read_connector, read_source
from postloan.rules.packs import rule_book
from postloan.settings import REPOSITORY, Settings, include_folder, languages
from postloan.warehouse.models import load_model, model_names
from postloan.wording import wording

MACHINE, INCLUDE = "Machine", "What the lender decides (include/)"
PYTHONS = ((3, 11), (3, 13))
MODES, SHOWN_DOORS = "who may read it", 5
LITTLE_SPACE_GIB, TOO_LITTLE_SPACE_GIB = 10, 1
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^\s;\\]+)", re.MULTILINE)


def machine(home: Settings) -> Iterator[Finding]:
    """Python, packages and the disk that all state lives on."""
    yield _python()
    yield _packages(REPOSITORY / "requirements.in")
    yield from _disk(home.home)
    yield from _doors(home)


def _python() -> Finding:
    version, (oldest, newest) = platform.python_version(), PYTHONS
    if oldest <= sys.version_info[:2] <= newest:
        return Finding(MACHINE, "Python", version)
    need = "3.11, 3.12 or 3.13 is needed"
    return Finding.missing(MACHINE, "Python", f"{version}; {need}", "make PYTHON_FOR_VENV=… setup")


def _packages(pins: Path) -> Finding:
    """What the product was tested with, beside what is installed."""
    wrong: list[str] = []
    right: list[str] = []
    for name, pinned in _PINNED.findall(pins.read_text(encoding="utf-8")):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "none"
        (right if found == pinned else wrong).append(f"{name} {found} instead of {pinned}")
    if wrong:
        return Finding.missing(MACHINE, "packages", "; ".join(wrong), "make setup")
    shown = ", ".join(f"{n} {metadata.version(n)}" for n in ("apache-airflow", "duckdb", "sqlglot"))
    return Finding(MACHINE, "packages", f"{len(right)} as pinned, among them {shown}")


def _disk(home: Path) -> Iterator[Finding]:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = "Let this user write there, or set POSTLOAN_HOME to another folder."
        yield Finding.missing(MACHINE, "POSTLOAN_HOME", f"{there} cannot be written", remedy)
        return
    words = str(home) if home.exists() else f"{home}, made on first use"
    yield Finding(MACHINE, "POSTLOAN_HOME", words)
    free = shutil.disk_usage(there).free / 2**30
    words = f"{free:,.1f} GiB free"
    remedy = "python -m postloan data expire lets go what the retention rules no longer keep."
    if free < TOO_LITTLE_SPACE_GIB:
        yield Finding.missing(MACHINE, "disk", words, remedy)
    elif free < LITTLE_SPACE_GIB:
        yield Finding.note(MACHINE, "disk", words, remedy)
    else:
        yield Finding(MACHINE, "disk", words)


def _doors(home: Settings) -> Iterator[Finding]:
    """Modes of all that is kept, and what would put each of them right."""
    try:
        found = list(open_doors(home))
    except PostloanError as error:
        yield Finding.missing(MACHINE, MODES, str(error))
        return
    if not found:
        opened = ", ".join(sorted(home.receiver_groups))
        words = f"open to its owner alone, but for the receivers of {opened}" if opened else ""
        yield Finding(MACHINE, MODES, words or "open to its owner alone")
        return
    shown = found[:SHOWN_DOORS]
    remedy = "\n".join(map(_remedy, shown))
    if any(door.is_ours for door in found):
        remedy += f"\nor, all {len(found)} at once: python -m postloan up"
    paths = ", ".join(f"{door.path} ({door.mode:04o})" for door in shown)
    more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    words = f"not as they must be, which is for their owner alone: {paths}{more}"
    yield Finding.missing(MACHINE, MODES, words, remedy)


def _remedy(door: Door) -> str:
    path = shlex.quote(str(door.path))
    group = f"chgrp {door.group} {path} && " if door.group is not None else ""
    words = f"{group}chmod {door.wanted:04o} {path}"
    return words if door.is_ours else f"{words}   (as its owner)"


# What the lender decides ----------------------------------------------------------------------


def include(home: Settings) -> Iterator[Finding]:
    """Contracts, rules, SQL and sources, read as the product reads them."""
    yield Finding(INCLUDE, "folder", str(include_folder()))
    yield _read("contracts", _contracts)
    yield _read(f"rules, profile {home.profile}", _rules)
    yield _read("wording", _wording)
    yield _read("SQL", _sql)
    yield _read("sources", _sources)


def _read(what: str, words: Callable[[], str]) -> Finding:
    """What a part says of itself, or what it complains of."""
    try:
        return Finding(INCLUDE, what, words())
    except PostloanError as error:
        return Finding.missing(INCLUDE, what, str(error))
    except OSError as error:
        named = Path(error.filename).name if error.filename else type(error).__name__
        return Finding.missing(INCLUDE, what, f"cannot be read: {named}")


def _contracts() -> str:
    known = catalogue()
    return (
        f"{len(known.feeds)} feeds of {len(known.sources())} sources, {len(known.tables)} tables, "
        f"{len(known.task_files)} task files"
    )


def _rules() -> str:
    book = rule_book()
    return f"{len(book.packs)} versions of {len(book.names())} packs"


def _wording() -> str:
    told = {language: len(wording(language).sentences) for language in languages()}
    return f"{', '.join(told)}, {min(told.values())} sentences each"


def _sql() -> str:
    return f"{len([load_model(name) for name in model_names()])} files"


def _sources() -> str:
    kinds = []
    for source in catalogue().sources():
        config = read_source(source)
        if isinstance(config, Rest):
            read_connector(config.connector)
        kinds.append(f"{source} ({config.kind})")
    return ", ".join(kinds)
