"""From YAML to contracts, with what the product needs of them checked."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)
from pydantic import ValidationError
from yaml import YAMLError

from postloan.contracts.model import (
    TECHNICAL_COLUMNS,
    VERSION_COLUMNS,
    Catalogue,
    Column,
    FeedContract,
    Table,
    TaskFileContract,
)
from postloan.contracts.payloads import TASK, payload_of, payload_table
from postloan.errors import ContractError
from postloan.settings import include_folder
from postloan.text.shown_text import without_secrets
from postloan.text.yaml_text import text_of, yaml_document

SEVERAL_LINES = "severalLines"
"""What a column of a feed says of itself that is free text of several lines."""

SQL_TYPES = ("varchar", "integer", "bigint", "date", "boolean", "timestamp", "decimal")


def _column(prop: SchemaProperty, where: str) -> Column:
    name, sql_type = prop.name or "", (prop.physicalType or "").lower().replace(" ", "")
    if not name or not prop.businessName:
        raise ContractError(f"{where}: every property needs `name` and `businessName`.")
    if sql_type.split("(")[0] not in SQL_TYPES:
        raise ContractError(
            f"{where}: column {name} has physicalType '{prop.physicalType}'; "
            f"use one of {', '.join(SQL_TYPES)}."
        )
    relationships, custom = prop.relationships or [], _custom(prop)
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
        english=str(custom.get("englishName", "")),
        mask=str(custom.get("mask", "")),
        former_names=_texts(custom.get("formerName")),
        has_several_lines=_has_several_lines(prop, sql_type, where),
        is_bilingual=bool(custom.get("bilingual", False)),
        is_unsent=bool(custom.get("unsent", False)),
    )


def _has_several_lines(prop: SchemaProperty, sql_type: str, where: str) -> bool:
    told = _custom(prop).get(SEVERAL_LINES, False)
    if not isinstance(told, bool):
        raise ContractError(f"{where}: {SEVERAL_LINES} of column {prop.name} is true or false.")
    is_free_text = sql_type == "varchar" and not (
        prop.enum or prop.primaryKey or prop.relationships
    )
    if told and not is_free_text:
        raise ContractError(
            f"{where}: column {prop.name} cannot have {SEVERAL_LINES}: only free text may, no key, "
            "no list and nothing that names another row."
        )
    return told


def _texts(value: Any) -> tuple[str, ...]:
    """A property that holds one text or several."""
    values = value if isinstance(value, list) else [value]
    return tuple(str(v) for v in values if v is not None)


def _table(
    schema: SchemaObject,
    area: str,
    path: Path,
    version: str | None,
    extra: tuple[Column, ...] = (),
) -> Table:
    where = path.name
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
        area=area,
        columns=columns,
        checks=tuple(schema.quality or ()),
        english=str(_custom(schema).get("englishName", "")),
        version=version or "",
    )


def _read(path: Path) -> OpenDataContractStandard:
    try:
        return OpenDataContractStandard(**yaml_document(text_of(path)))
    except (ValidationError, YAMLError, TypeError) as error:
        told = without_secrets(error)
        raise ContractError(f"{path.name} is not an ODCS contract: {told}") from error


def _custom(described: OpenDataContractStandard | SchemaObject | SchemaProperty) -> dict[str, Any]:
    return {str(p.property): p.value for p in described.customProperties or []}


def _cadence(contract: OpenDataContractStandard) -> str:
    units = {"d": "day", "w": "week", "m": "month"}
    for sla in contract.slaProperties or []:
        if sla.property == "frequency":
            unit = units.get(str(sla.unit), str(sla.unit))
            return f"every {unit}" if sla.value == 1 else f"every {sla.value} {unit}s"
    return ""


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
        table=_table(schema, source, path, contract.version, TECHNICAL_COLUMNS),
        delivery=custom["delivery"],
        absence=custom["absence"],
        is_required=bool(custom["required"]),
        max_age_days=int(custom["maxAgeDays"]),
        cut_off=cut_off,
        allocation=custom.get("allocation"),
        path=path,
        terms=custom,
        purpose=(contract.description.purpose if contract.description else None) or "",
        limitations=(contract.description.limitations if contract.description else None) or "",
        cadence=_cadence(contract),
    )


def _task_file(path: Path, filled_from: str = "") -> TaskFileContract:
    contract = _read(path)
    custom = _custom(contract)
    missing = [k for k in ("receiver", "receiverKind", "serves") if k not in custom]
    if missing:
        raise ContractError(f"{path.name}: customProperties lack {', '.join(missing)}.")
    queue = contract.name or ""
    table = _table((contract.schema_ or [])[0], "task_files", path, contract.version)
    return TaskFileContract(
        queue=queue,
        version=contract.version or "",
        table=replace(table, columns=tuple(c for c in table.columns if not c.is_unsent)),
        receiver=str(custom["receiver"]),
        is_internal=custom["receiverKind"] == "internal",
        purpose=(contract.description.purpose if contract.description else None) or "",
        serves=str(custom["serves"]),
        path=path,
        filled_from=filled_from or payload_of(queue),
        unsent=tuple(c for c in table.columns if c.is_unsent),
    )


def _warehouse_tables(folder: Path) -> Iterator[Table]:
    for path in sorted(folder.glob("*.yaml")):
        contract = _read(path)
        for schema in contract.schema_ or []:
            added = VERSION_COLUMNS if _custom(schema).get("versions") == "kept" else ()
            yield _table(schema, path.stem, path, contract.version, added)


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
    payloads = [payload_table(file, tables[TASK]) for file in task_files.values()]
    tables |= {table.name: table for table in payloads}
    recall_file = _task_file(root / "recall_file.yaml", "task_recall")
    return Catalogue(feeds, task_files, recall_file, tables)


def catalogue() -> Catalogue:
    """All contracts of `include/contracts`, read once per process.

    Raises:
        ContractError: a file is no ODCS contract or leaves out what the product needs.
    """
    return _load(include_folder() / "contracts")
