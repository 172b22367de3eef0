"""Who on this machine may read what: the one place that decides modes of files and folders.

All state holds personal data, so all of it is readable by its owner alone (0700 and 0600). Every
process that writes begins with `keep_private`, whatever umask it was started with; `close_doors`
mends what an earlier version, or a hand, has left open.

One thing may be opened: the folder of a queue, to the group of its receiver. The folders above it
are passed through then and cannot be listed (0711); everything else stays closed.
"""

import errno
import grp
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.files.landing_folder import open_below
from postloan.settings import Settings

UMASK = 0o077
"""What is taken from the mode of everything that is made."""
PASSED_THROUGH = 0o011
"""Others may go through a folder to one that is open to them, and see nothing on the way."""
FOLDER_READ, FILE_READ = 0o050, 0o040
"""What the group of a receiver may do in the folder of its queue."""
OF_THE_SYSTEM = frozenset(
    f"/{name}" for name in ("", "etc", "home", "media", "mnt", "opt", "run", "srv", "usr", "var")
)
"""Folders that others need: closed, they would take more with them than our state."""


def keep_private() -> None:
    """Make whatever this process, or one that it starts, creates readable by its owner alone."""
    os.umask(UMASK)


@dataclass(frozen=True)
class Door:
    """A file or folder whose mode is not what it must be.

    Attributes:
        path: where it is.
        mode: what others may do there now, as `chmod` writes it.
        wanted: the mode it must have.
        group: number of the group it must have; None where any will do.
        is_ours: whether this user may change it, and nobody else has a name for it.
    """

    path: Path
    mode: int
    wanted: int
    group: int | None
    is_ours: bool


# Receivers --------------------------------------------------------------------------------------


def receivers(home: Settings) -> dict[str, int]:
    """Queue -> number of the group that may read its task files (`POSTLOAN_RECEIVER_GROUPS`).

    Raises:
        PostloanError: there is no such queue or group.
    """
    queues = catalogue().task_files
    for queue in home.receiver_groups:
        if queue not in queues:
            raise PostloanError(
                f"POSTLOAN_RECEIVER_GROUPS names the queue '{queue}', which there is not. "
                f"There are {', '.join(sorted(queues))}."
            )
    return {queue: _number_of(group, queue) for queue, group in home.receiver_groups.items()}


def _number_of(group: str, queue: str) -> int:
    try:
        return int(group) if group.isdecimal() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise PostloanError(
            f"POSTLOAN_RECEIVER_GROUPS gives the queue '{queue}' to the group '{group}', which "
            f"this machine does not know. Make it (groupadd {group}), or name another."
        ) from None


def admit_receiver(home: Settings, queue: str, folder: Path) -> None:
    """Open the folder of one revision to the receiver of its queue, where one is configured.

    Args:
        home: the installation.
        queue: the queue.
        folder: what is about to be published; its parent is the folder of the queue.

    Raises:
        PostloanError: there is no such group, or this user may not give files to it.
    """
    if queue not in home.receiver_groups:
        return
    group = receivers(home)[queue]
    for path in (folder.parent, folder, *sorted(folder.iterdir())):
        _set(path, 0o750 if path.is_dir() else 0o640, group)
    if folder.is_relative_to(home.outbox):
        for above in (folder.parent.parent, home.outbox, home.home):
            _set(above, 0o711, None)


# The doors of an installation -------------------------------------------------------------------


def open_doors(home: Settings) -> Iterator[Door]:
    """Whatever is open to others than it should be, or closed to a receiver; changes nothing.

    Raises:
        PostloanError: a receiver is configured that there is not.
    """
    groups = receivers(home)
    way = PASSED_THROUGH if groups else 0
    if home.home.is_dir():
        yield from _look(home.home, way)
    for top in places(home):
        if top == home.outbox:
            yield from _outbox(top, groups, way)
        else:
            yield from _tree(top)


def places(home: Settings) -> tuple[Path, ...]:
    """Everything that Postloan makes for an installation and that is there."""
    found = [
        *(home.landing, home.outbox, home.quarantine, home.data_docs, home.reports, home.scratch),
        *(home.corrections, home.airflow_home, *_warehouse(home.warehouse_url)),
    ]
    named = os.environ.get("AIRFLOW_HOME")
    if named and Path(named).is_relative_to(home.home):
        found.append(Path(named))
    return tuple(path for path in dict.fromkeys(found) if path.exists())


def close_doors(home: Settings) -> int:
    """Give everything of ours the mode it must have; how much was open.

    A warehouse must not be open in this process: DuckDB would lose its lock.

    Raises:
        PostloanError: the home cannot be used, is not a folder of its own, or a receiver is
            configured that there is not.
    """
    check_home(home)
    closed = 0
    for door in open_doors(home):
        if door.is_ours:
            # The folders below may be a sender's, who can put a link in their place meanwhile.
            top = home.landing if home.landing in door.path.parents else door.path.parent
            _set(door.path, door.wanted, door.group, top)
            closed += 1
    return closed


def check_home(home: Settings) -> None:
    """Refuse a home that cannot hold the state of an installation; make one that is not there.

    Raises:
        PostloanError: says why, and what to do.
    """
    folder = home.home
    advice = "Let this user write there, or set POSTLOAN_HOME to another folder."
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        entries = {path.name for path in folder.iterdir()}
    except FileExistsError:
        raise PostloanError(
            f"POSTLOAN_HOME is {folder}, which is a file. Set it to a folder."
        ) from None
    except OSError as error:
        raise PostloanError(
            f"POSTLOAN_HOME {folder} cannot be used: {error.strerror}. {advice}"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PostloanError(f"POSTLOAN_HOME {folder} cannot be written. {advice}")
    is_shared = bool(folder.stat().st_mode & stat.S_IWOTH) or str(folder) in OF_THE_SYSTEM
    strangers = sorted(entries - {path.name for path in places(home)})
    if is_shared and strangers:
        raise PostloanError(
            f"POSTLOAN_HOME is {folder}, which others use too: it holds {_few(strangers)}. State "
            f"must be readable by its owner alone; set POSTLOAN_HOME to a folder of its own."
        )


def _few(names: list[str]) -> str:
    shown = ", ".join(ascii(name)[:40] for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _warehouse(url: str) -> Iterator[Path]:
    """The files of a warehouse that lies on this machine."""
    engine, slashes, rest = url.partition(":///")
    place = rest.partition("?")[0]
    if not slashes or not place or "://" in place or place.startswith(":memory:"):
        return
    path = Path(place).resolve()
    if engine.startswith("duckdb"):
        yield from (path, path.with_name(f"{path.name}.wal"), path.with_name(f"{path.name}.tmp"))
    elif engine.startswith("spark"):
        yield path


def _outbox(top: Path, groups: Mapping[str, int], way: int) -> Iterator[Door]:
    """`outbox/<date>/<queue>/r<revision>/`; what is not finished yet is nobody's."""
    yield from _look(top, way)
    for day in _inside(top):
        yield from _look(day, way if day.is_dir() else 0)
        for folder in _inside(day):
            group = groups.get(folder.name)
            yield from _tree(folder) if group is None else _tree_of_receiver(folder, group)


def _tree_of_receiver(folder: Path, group: int) -> Iterator[Door]:
    yield from _look(folder, FOLDER_READ, group)
    for path in _inside(folder):
        if path.name.startswith("."):
            yield from _tree(path)
        elif path.is_dir():
            yield from _tree_of_receiver(path, group)
        else:
            yield from _look(path, FILE_READ, group)


def _tree(top: Path) -> Iterator[Door]:
    """A file or folder that is its owner's alone, and all in it."""
    yield from _look(top, 0)
    if top.is_dir():
        for folder, folders, files in os.walk(top):
            for name in (*folders, *files):
                yield from _look(Path(folder, name), 0)


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder; no links, which lead elsewhere."""
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.is_symlink())
    return []


def _look(path: Path, shared: int, group: int | None = None) -> Iterator[Door]:
    """The path where its mode is not that of its owner and `shared`; links have no mode."""
    try:
        found = path.lstat()
    except OSError:
        # Gone in the meantime: others are at work.
        return
    if stat.S_ISLNK(found.st_mode):
        return
    mode = stat.S_IMODE(found.st_mode)
    wanted = (mode & stat.S_IRWXU) | shared
    if mode == wanted and group in (None, found.st_gid):
        return
    is_ours = found.st_uid == os.geteuid()
    has_one_name = stat.S_ISDIR(found.st_mode) or found.st_nlink == 1
    yield Door(path, mode, wanted, group, is_ours and has_one_name)


def _set(path: Path, mode: int, group: int | None, top: Path | None = None) -> None:
    """Change group and mode of what the path names itself, and not of what a link leads to.

    Args:
        path: what is changed.
        mode: its mode.
        group: number of its group; None leaves it.
        top: below it no link is followed on the way either.
    """
    top = top or path.parent
    with suppress(FileNotFoundError, NotADirectoryError):
        folder = open_below(top, path.parent.relative_to(top).parts)
        try:
            _set_in(folder, path, mode, group)
        finally:
            os.close(folder)


def _set_in(folder: int, path: Path, mode: int, group: int | None) -> None:
    try:
        descriptor = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ELOOP:
            # Its owner may not read it.
            with suppress(FileNotFoundError):
                os.chmod(path.name, mode, dir_fd=folder)
        return
    try:
        if group is not None:
            _give(descriptor, path, group)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _give(descriptor: int, path: Path, group: int) -> None:
    try:
        os.fchown(descriptor, -1, group)
    except PermissionError:
        raise PostloanError(
            f"{path.name} cannot be given to group {group}: the user that runs Postloan (number "
            f"{os.geteuid()}) must be a member of it (usermod --append --groups), and be logged in "
            f"anew."
        ) from None
