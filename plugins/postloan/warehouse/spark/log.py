"""Which files of the lake count: a log of commits, each a small file.

A commit says which parts of which tables came and which went, for all tables of a transaction
together. It becomes visible by one act, the creation of the next numbered file, which of several
writers only one can do. So a reader sees a transaction whole or not at all, a killed writer leaves
the lake as it was, and files that no commit names are nobody's.

Every `CHECKPOINT_EVERY` commits the state is written down as a whole, so that opening a lake reads
a few files only. Commits are kept all the same: whoever has slept for long must find the next one
and not take its number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from postloan.errors import RunAgainError, WarehouseError
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form

FOLDER = "_commits"
CHECKPOINT = ".checkpoint.json"
CHECKPOINT_EVERY = 50
WHOLE = ""


class Part(NamedTuple):
    """Rows that were written together into one partition of a table; never changed.

    Attributes:
        version: name of the write.
        partition: value of the partition column as text; None where the table has none.
        rows: how many.
    """

    version: str
    partition: str | None
    rows: int


class Claim(NamedTuple):
    """Something that a transaction has replaced, even where nothing was there.

    Attributes:
        table: name of the table.
        partition: the partition; None for all of them.
        slice: the values by which rows were replaced; `WHOLE` for all rows.
    """

    table: str
    partition: str | None
    slice: str


Parts = tuple[Part, ...]


@dataclass
class Change:
    """What a transaction has done so far."""

    added: dict[str, list[Part]] = field(default_factory=dict)
    removed: dict[str, set[Part]] = field(default_factory=dict)
    claims: set[Claim] = field(default_factory=set)
    forms: dict[str, Form] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing came and nothing went."""
        return not (any(self.added.values()) or any(self.removed.values()) or self.forms)

    @property
    def tables(self) -> set[str]:
        """The tables that were changed."""
        return {*self.added, *self.removed, *self.forms}

    def add(self, table: str, parts: Iterable[Part]) -> None:
        """Remember parts that came."""
        self.added.setdefault(table, []).extend(parts)

    def remove(self, table: str, parts: Iterable[Part]) -> None:
        """Remember parts that went; those of this very transaction never were."""
        own = self.added.get(table, [])
        for part in parts:
            if part in own:
                own.remove(part)
            else:
                self.removed.setdefault(table, set()).add(part)

    def as_json(self) -> dict[str, Any]:
        """The content of a commit file."""
        return {
            "added": {t: [list(p) for p in parts] for t, parts in self.added.items() if parts},
            "removed": {t: sorted(map(list, p)) for t, p in self.removed.items() if p},
            "claims": sorted(map(list, self.claims), key=str),
            "forms": {t: form.as_json() for t, form in self.forms.items()},
        }

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> "Change":
        """The change that a commit file tells of."""
        return cls(
            {t: [Part(*p) for p in parts] for t, parts in content["added"].items()},
            {t: {Part(*p) for p in parts} for t, parts in content["removed"].items()},
            {Claim(*c) for c in content["claims"]},
            _forms(content["forms"]),
        )

    def clash(self, earlier: "Change") -> str | None:
        """What both have changed, so that they cannot both be kept; None where nothing is.

        Rows that are only added never clash, unless the other replaced all that was there, or
        changed the columns.
        """
        for table in {*self.forms, *earlier.forms}:
            if self._touches(table) and earlier._touches(table):
                return table
        for table, parts in self.removed.items():
            if parts & earlier.removed.get(table, set()):
                return table
        return self._claimed_of(earlier) or earlier._claimed_of(self)

    def _touches(self, table: str) -> bool:
        return any(table in touched for touched in (self.forms, self.added, self.removed))

    def _claimed_of(self, other: "Change") -> str | None:
        for claim in self.claims:
            for theirs in other.claims:
                if (
                    claim.table == theirs.table
                    and _meet(claim.partition, theirs.partition)
                    and (WHOLE in (claim.slice, theirs.slice) or claim.slice == theirs.slice)
                ):
                    return claim.table
            touched = {
                *other.added.get(claim.table, ()),
                *other.removed.get(claim.table, ()),
            }
            if claim.slice == WHOLE and any(_meet(claim.partition, p.partition) for p in touched):
                return claim.table
        return None


def _meet(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


@dataclass(frozen=True)
class Snapshot:
    """Columns and parts of every table after one commit."""

    number: int
    tables: Mapping[str, Parts]
    forms: Mapping[str, Form]

    def after(self, change: Change) -> "Snapshot":
        """The state after one more commit."""
        tables = dict(self.tables)
        for table in {*change.added, *change.removed}:
            gone = change.removed.get(table, set())
            kept = tuple(p for p in tables.get(table, ()) if p not in gone)
            tables[table] = (*kept, *change.added.get(table, ()))
        return Snapshot(self.number + 1, tables, {**self.forms, **change.forms})


class CommitLog:
    """The log of one lake."""

    def __init__(self, files: LakeFiles) -> None:
        """Find the newest commit of a lake, or begin a new one."""
        self._files = files
        files.make_folder(FOLDER)
        self._newest = self._read()

    def newest(self) -> Snapshot:
        """The state as it is now."""
        while (change := self._commit(self._newest.number + 1)) is not None:
            self._newest = self._newest.after(change)
        return self._newest

    def commit(self, base: Snapshot, change: Change) -> Snapshot:
        """Make a change visible.

        Args:
            base: the state that the change was made on.
            change: what came and what went.

        Raises:
            RunAgainError: somebody else has changed the same since; nothing was written.
        """
        number = base.number
        while True:
            number += 1
            if self._files.put_json_if_absent(commit_path(number), change.as_json()):
                break
            earlier = self._commit(number)
            clash = change.clash(earlier) if earlier else None
            if clash:
                raise RunAgainError(
                    f"Another process has changed the same part of {clash} since this work began. "
                    f"Nothing was written; run it again."
                )
        newest = self.newest()
        if number % CHECKPOINT_EVERY == 0 and newest.number == number:
            self._files.write_json(_checkpoint_path(number), _as_json(newest))
        return newest

    def change(self, number: int) -> Change:
        """What a commit of the past has done.

        Raises:
            WarehouseError: it is missing; nobody but this log may remove files there.
        """
        change = self._commit(number)
        if change is None:
            raise WarehouseError(f"The lake has lost {commit_path(number)}. Bring it back.")
        return change

    def _commit(self, number: int) -> Change | None:
        try:
            return Change.of_json(self._files.read_json(commit_path(number)))
        except FileNotFoundError:
            return None

    def _read(self) -> Snapshot:
        checkpoints = [n for n in self._files.names(FOLDER) if n.endswith(CHECKPOINT)]
        if not checkpoints:
            return Snapshot(0, {}, {})
        number = int(checkpoints[-1].partition(".")[0])
        content = self._files.read_json(f"{FOLDER}/{checkpoints[-1]}")
        tables = {t: tuple(Part(*p) for p in parts) for t, parts in content["tables"].items()}
        return Snapshot(number, tables, _forms(content["forms"]))

    def named_within(self, hours: float) -> set[Part]:
        """Parts that count now, or counted within so many hours."""
        newest = self.newest()
        named = {p for parts in newest.tables.values() for p in parts}
        for number in range(newest.number, 0, -1):
            change = self._commit(number)
            if change is None or self._files.age_hours(commit_path(number)) >= hours:
                break
            for parts in (*change.removed.values(), *change.added.values()):
                named.update(parts)
        return named


def commit_path(number: int) -> str:
    """Where a commit stands."""
    return f"{FOLDER}/{number:012}.commit.json"


def place_within(form: Form, part: Part) -> str:
    """The folder of a part below that of its table."""
    folder = f"version={part.version}"
    return f"{folder}/{form.partition}={part.partition}" if form.partition else folder


def _checkpoint_path(number: int) -> str:
    return f"{FOLDER}/{number:012}{CHECKPOINT}"


def _forms(content: Mapping[str, Any]) -> dict[str, Form]:
    return {table: Form.of_json(table, form) for table, form in content.items()}


def _as_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "tables": {t: [list(p) for p in parts] for t, parts in snapshot.tables.items() if parts},
        "forms": {t: form.as_json() for t, form in snapshot.forms.items()},
    }
