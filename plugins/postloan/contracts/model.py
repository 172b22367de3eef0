"""What a contract says, as the rest of the product sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import DataQuality

from postloan.errors import ContractError

_SPELT_OUT = {
    "id": "ID",
    "no": "number",
    "dpd": "days past due",
    "zh": "in Chinese",
    "en": "in English",
}


def english_of(name: str) -> str:
    """The English name that a code name stands for, such as `Loan ID` for `loan_id`."""
    first, *others = name.split("_")
    if first == "is" and others:
        return f"{english_of('_'.join(others))}?"
    words = [_SPELT_OUT.get(word, word) for word in (first, *others)]
    return " ".join((words[0][:1].upper() + words[0][1:], *words[1:]))


@dataclass(frozen=True)
class Column:
    """One column: name in both languages, type, checks and personal-data class."""

    name: str
    title: str
    description: str
    logical_type: str
    sql_type: str
    required: bool = False
    key_position: int | None = None
    classification: str = "internal"
    enum: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    references: str | None = None
    is_derived: bool = False
    is_partition: bool = False
    checks: tuple[DataQuality, ...] = field(default=(), repr=False, compare=False)
    english: str = ""
    mask: str = ""
    """How a masked value looks, where the contract says so; see `contracts.masking`."""
    former_names: tuple[str, ...] = ()
    """Names the column had in earlier versions of the contract, newest first."""
    has_several_lines: bool = False
    """Whether it is free text that may hold line feeds and tabs; no other column of a feed may."""
    is_bilingual: bool = False
    """Whether a column of a task file is plain words, which are held in each language."""
    is_unsent: bool = False
    """Whether the contract of a task file has the column for the record alone."""

    @property
    def english_name(self) -> str:
        """The name in English: the contract's, or what the code name says."""
        return self.english or english_of(self.name)

    def option(self, name: str) -> Any:
        """The value of a `logicalTypeOptions` entry, or None."""
        return dict(self.options).get(name)

    @property
    def bounds(self) -> tuple[str, ...]:
        """What a value has to keep between, such as `> 0`."""
        signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
        stated = {name: self.option(name) for name in signs}
        return tuple(f"{signs[n]} {value}" for n, value in stated.items() if value is not None)

    @property
    def is_personal(self) -> bool:
        """Whether the column holds personal or sensitive data and must stay out of logs."""
        return self.classification in ("personal", "sensitive")

    @property
    def scale(self) -> int:
        """Digits after the decimal point of a decimal column; 0 for other types."""
        if not self.sql_type.startswith("decimal("):
            return 0
        return int(self.sql_type.rstrip(")").split(",")[1])


@dataclass(frozen=True)
class Table:
    """A table of the warehouse or the layout of a file."""

    name: str
    title: str
    description: str
    grain: str
    area: str
    columns: tuple[Column, ...]
    checks: tuple[DataQuality, ...] = field(default=(), repr=False, compare=False)
    english: str = ""
    version: str = field(default="", compare=False)
    """Version of the contract that describes it."""

    @property
    def english_name(self) -> str:
        """The name in English: the contract's, or what the code name says."""
        return self.english or english_of(self.name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns in contract order."""
        return tuple(c.name for c in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in key order."""
        keyed = [c for c in self.columns if c.key_position]
        return tuple(c.name for c in sorted(keyed, key=lambda c: c.key_position or 0))

    @property
    def keeps_versions(self) -> bool:
        """Whether what was superseded stays, with the dates between which it was known."""
        return VERSION_NO in self.key

    @property
    def row_key(self) -> tuple[str, ...]:
        """The key of what a row says, whichever version of it."""
        return tuple(k for k in self.key if k != VERSION_NO)

    @property
    def made_columns(self) -> tuple[Column, ...]:
        """The columns that its SQL file makes: all but those of system time."""
        if not self.keeps_versions:
            return self.columns
        added = {c.name for c in VERSION_COLUMNS}
        return tuple(c for c in self.columns if c.name not in added)

    @property
    def partition(self) -> str | None:
        """The column whose values are replaced together, or None."""
        return next((c.name for c in self.columns if c.is_partition), None)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column '{name}'")


RECEIVED_ON = Column(
    "received_on",
    "接收业务日期",
    "Business date of the delivery that brought the row.",
    "date",
    "date",
    required=True,
    is_partition=True,
)
LINE_NO = Column(
    "line_no", "文件行号", "Line of the delivered file.", "integer", "bigint", required=True
)
TECHNICAL_COLUMNS = (RECEIVED_ON, LINE_NO)


VERSION_NO = "version_no"
"""The last column of the key of a restated table: the versions of one row, counted."""

VERSION_COLUMNS = (
    Column(
        "known_from",
        "认知起日",
        "Business date since when the row is known (system time).",
        "date",
        "date",
        required=True,
        former_names=("known_on",),
    ),
    Column(
        "known_before",
        "认知止日",
        "Business date on which it was superseded, the same date if that was within the day; empty "
        "while it holds.",
        "date",
        "date",
    ),
    Column(
        VERSION_NO,
        "版本序号",
        "Counts the versions of this row, from 1.",
        "integer",
        "bigint",
        required=True,
        key_position=99,
    ),
)
"""System time, in every table whose contract says `versions: kept`: SQL files do not make it."""


@dataclass(frozen=True)
class FeedContract:
    """What one source sends under one name, and what the product may expect of it."""

    source: str
    name: str
    version: str
    table: Table
    delivery: str
    absence: str
    is_required: bool
    max_age_days: int
    cut_off: str
    allocation: str | None
    path: Path = field(compare=False)
    terms: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Every custom property of the contract, for the parts of the product that own one."""
    purpose: str = ""
    limitations: str = ""
    cadence: str = ""

    @cached_property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns a sender delivers, in order."""
        return tuple(
            c for c in self.table.columns if not c.is_derived and c not in TECHNICAL_COLUMNS
        )

    @property
    def restricts(self) -> bool:
        """Whether a row may forbid contact or law, so that a refused one holds whom it names."""
        return bool(self.terms.get("restricts", False))

    @property
    def makes_claims(self) -> bool:
        """Whether what is owed rests on a row, so that a refused one holds the loan it names."""
        return bool(self.terms.get("claim", False))

    @property
    def references(self) -> dict[str, tuple[str, str]]:
        """Column -> (feed, column) it must be found in; self references left out."""
        pairs = {c.name: c.references.split(".") for c in self.file_columns if c.references}
        return {name: (feed, column) for name, (feed, column) in pairs.items() if feed != self.name}


@dataclass(frozen=True)
class TaskFileContract:
    """What one receiver gets in one queue, or the layout of the recalls beside it.

    Attributes:
        queue: name of the queue, or of the layout.
        version: version of the contract.
        table: the columns of the file.
        receiver: who gets it.
        is_internal: whether the receiver is part of the lender.
        purpose: what it is for.
        serves: `contact` of debtors, `legal` action, an `alert` of the house, or a `recall`; rules
            name what they protect from by it.
        path: the contract.
        filled_from: the table of the warehouse that says what `task` does not.
        unsent: what is kept on record beside the columns of the file, and not sent.
    """

    queue: str
    version: str
    table: Table
    receiver: str
    is_internal: bool
    purpose: str
    serves: str
    path: Path = field(compare=False)
    filled_from: str
    unsent: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All contracts of an installation."""

    feeds: dict[str, FeedContract]
    task_files: dict[str, TaskFileContract]
    recall_file: TaskFileContract
    tables: dict[str, Table]

    def payloads(self) -> dict[str, Table]:
        """Queue -> the table of what its tasks say."""
        return {file.queue: self.tables[file.filled_from] for file in self.task_files.values()}

    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in order."""
        return tuple(dict.fromkeys(f.source for f in self.feeds.values()))

    def feeds_of(self, source: str) -> tuple[FeedContract, ...]:
        """The feeds of one source, referenced feeds before those that refer to them.

        Raises:
            ContractError: there is no such source, or its feeds refer to each other in a circle.
        """
        waiting = {name: f for name, f in self.feeds.items() if f.source == source}
        if not waiting:
            raise ContractError(
                f"No source '{source}'. Known sources: {', '.join(self.sources())}."
            )
        ordered: list[FeedContract] = []
        while waiting:
            free = [
                f
                for f in waiting.values()
                if not any(target in waiting for target, _ in f.references.values())
            ]
            if not free:
                raise ContractError(f"Feeds refer to each other in a circle: {', '.join(waiting)}.")
            ordered += free
            waiting = {name: f for name, f in waiting.items() if f not in free}
        return tuple(ordered)
