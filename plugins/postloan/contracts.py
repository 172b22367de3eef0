"""Data contracts: the one place that says what a table or a file is made of.

Contracts follow the Open Data Contract Standard 3.1 and live in `include/contracts`:

* `<source>/<feed>.yaml`: what a source sends. The feed becomes a table of the same name, with
  the columns the contract marks as derived and three technical columns added.
* `task_files/<queue>.yaml`: what a receiver gets.
* `warehouse/<layer>.yaml`: the tables in between, one contract per layer.

Staging, casting, quarantine reasons, DDL, file headers and the table reference come from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import (
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)
from pydantic import ValidationError
from yaml import YAMLError

from postloan.errors import ContractError
from postloan.settings import include_folder

SQL_TYPES = ("varchar", "integer", "bigint", "date", "boolean", "timestamp", "decimal")


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

    def option(self, name: str) -> Any:
        """The value of a `logicalTypeOptions` entry, or None."""
        return dict(self.options).get(name)

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
    layer: str
    columns: tuple[Column, ...]
    checks: tuple[DataQuality, ...] = field(default=(), repr=False, compare=False)

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

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns a sender delivers, in order."""
        return tuple(
            c for c in self.table.columns if not c.is_derived and c not in TECHNICAL_COLUMNS
        )

    @property
    def references(self) -> dict[str, tuple[str, str]]:
        """Column -> (feed, column) it must be found in; self references left out."""
        pairs = {c.name: c.references.split(".") for c in self.file_columns if c.references}
        return {name: (feed, column) for name, (feed, column) in pairs.items() if feed != self.name}


@dataclass(frozen=True)
class TaskFileContract:
    """What one receiver gets in one queue."""

    queue: str
    version: str
    table: Table
    receiver: str
    is_internal: bool
    purpose: str
    path: Path = field(compare=False)


@dataclass(frozen=True)
class Catalogue:
    """All contracts of an installation."""

    feeds: dict[str, FeedContract]
    task_files: dict[str, TaskFileContract]
    tables: dict[str, Table]

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


def _column(prop: SchemaProperty, where: str) -> Column:
    name, sql_type = prop.name or "", (prop.physicalType or "").lower().replace(" ", "")
    if not name or not prop.businessName:
        raise ContractError(f"{where}: every property needs `name` and `businessName`.")
    if sql_type.split("(")[0] not in SQL_TYPES:
        raise ContractError(
            f"{where}: column {name} has physicalType '{prop.physicalType}'; "
            f"use one of {', '.join(SQL_TYPES)}."
        )
    relationships = prop.relationships or []
    return Column(
        name=name,
        title=prop.businessName,
        description=prop.description or "",
        logical_type=prop.logicalType or "",
        sql_type=sql_type,
        required=bool(prop.required or prop.primaryKey),
        key_position=prop.primaryKeyPosition,
        classification=prop.classification or "internal",
        enum=tuple(str(e.value) for e in prop.enum or []),
        options=tuple(sorted((prop.logicalTypeOptions or {}).items())),
        references=str(relationships[0].to) if relationships else None,
        is_derived=bool(prop.transformSourceObjects),
        is_partition=bool(prop.partitioned),
        checks=tuple(prop.quality or ()),
    )


def _table(schema: SchemaObject, layer: str, where: str, extra: tuple[Column, ...] = ()) -> Table:
    columns = (*(_column(p, where) for p in schema.properties or []), *extra)
    names = [c.name for c in columns]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ContractError(
            f"{where}: {schema.name} names these columns twice: {', '.join(twice)}."
        )
    if not schema.name or not schema.description:
        raise ContractError(f"{where}: every schema object needs `name` and `description`.")
    return Table(
        name=schema.name,
        title=schema.businessName or schema.name,
        description=schema.description,
        grain=schema.dataGranularityDescription or "",
        layer=layer,
        columns=columns,
        checks=tuple(schema.quality or ()),
    )


def _read(path: Path) -> OpenDataContractStandard:
    try:
        return OpenDataContractStandard.from_file(str(path))
    except (ValidationError, YAMLError, TypeError) as error:
        raise ContractError(f"{path.name} is not an ODCS contract: {error}") from error


def _custom(contract: OpenDataContractStandard) -> dict[str, Any]:
    return {str(p.property): p.value for p in contract.customProperties or []}


def _feed(path: Path) -> FeedContract:
    contract = _read(path)
    custom, source = _custom(contract), path.parent.name
    missing = [k for k in ("delivery", "absence", "required", "maxAgeDays") if k not in custom]
    if missing:
        raise ContractError(f"{path.name}: customProperties lack {', '.join(missing)}.")
    if custom["delivery"] not in ("snapshot", "delta"):
        raise ContractError(f"{path.name}: delivery is 'snapshot' or 'delta'.")
    if custom.get("allocation") not in (None, "instalment", "waterfall", "where_named"):
        raise ContractError(
            f"{path.name}: allocation is 'instalment', 'waterfall' or 'where_named'."
        )
    cut_off = next(
        (str(s.value) for s in contract.slaProperties or [] if s.property == "timeOfAvailability"),
        "",
    )
    schema = (contract.schema_ or [])[0]
    return FeedContract(
        source=source,
        name=contract.name or "",
        version=contract.version or "",
        table=_table(schema, source, path.name, TECHNICAL_COLUMNS),
        delivery=custom["delivery"],
        absence=custom["absence"],
        is_required=bool(custom["required"]),
        max_age_days=int(custom["maxAgeDays"]),
        cut_off=cut_off,
        allocation=custom.get("allocation"),
        path=path,
    )


def _task_file(path: Path) -> TaskFileContract:
    contract = _read(path)
    custom = _custom(contract)
    missing = [k for k in ("receiver", "receiverKind") if k not in custom]
    if missing:
        raise ContractError(f"{path.name}: customProperties lack {', '.join(missing)}.")
    return TaskFileContract(
        queue=contract.name or "",
        version=contract.version or "",
        table=_table((contract.schema_ or [])[0], "task_files", path.name),
        receiver=str(custom["receiver"]),
        is_internal=custom["receiverKind"] == "internal",
        purpose=(contract.description.purpose if contract.description else None) or "",
        path=path,
    )


def _warehouse_tables(folder: Path) -> Iterator[Table]:
    for path in sorted(folder.glob("*.yaml")):
        for schema in _read(path).schema_ or []:
            yield _table(schema, path.stem, path.name)


@cache
def _load(root: Path) -> Catalogue:
    feeds: dict[str, FeedContract] = {}
    for path in sorted(root.glob("*/*.yaml")):
        if path.parent.name not in ("task_files", "warehouse"):
            contract = _feed(path)
            feeds[contract.name] = contract
    task_files = {t.queue: t for t in map(_task_file, sorted((root / "task_files").glob("*.yaml")))}
    tables = {f.name: f.table for f in feeds.values()}
    for table in _warehouse_tables(root / "warehouse"):
        if table.name in tables:
            raise ContractError(f"Table {table.name} is described by two contracts.")
        tables[table.name] = table
    return Catalogue(feeds, task_files, tables)


def catalogue() -> Catalogue:
    """All contracts of `include/contracts`, read once per process.

    Raises:
        ContractError: a file is no ODCS contract or leaves out what the product needs.
    """
    return _load(include_folder() / "contracts")
