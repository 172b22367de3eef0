"""The contract of the tables of rules; made from the rows that the kinds lay out."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from importlib import import_module
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import yaml

from postloan.rules import kinds as package
from postloan.rules import parameters, rows
from postloan.rules.kinds import kinds
from postloan.rules.rows import OfRule, RuleRow, column

_HEAD = """\
# Generated from plugins/postloan/rules by `make docs`; edit that. A line is a table;
# docs/tables.md has a line for each column.
apiVersion: v3.1.0
kind: DataContract
id: warehouse.rules
name: rules
version: 1.0.0
status: active
domain: warehouse
description:
  purpose: What the rules in force on a business date say, as rows that SELECTs can join.
schema:
"""
_DATE = "business_date"
_OF_ALL = {_DATE: column("业务日期", "Business date the row belongs to.", key=True)}
"""What every table begins with."""
_TYPES = {
    str: ("string", "varchar"),
    int: ("integer", "integer"),
    bool: ("boolean", "boolean"),
    date: ("date", "date"),
    Decimal: ("number", ""),
}
"""Type -> its name in contracts, and in the warehouse where the field says no other."""


def rules_contract() -> str:
    """The contract as the text of its file."""
    return _HEAD + "".join(f"  - {_one_line(_table(table))}" for table in row_classes())


def _one_line(part: dict[str, Any]) -> str:
    return yaml.safe_dump(
        part, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf")
    )


def row_classes() -> tuple[type[RuleRow], ...]:
    """The tables that packs fill: of all packs first, then by kind, as the modules have them."""
    of_kinds = (import_module(f"{package.__name__}.{kind}") for kind in kinds())
    found = (one for module in (rows, parameters, *of_kinds) for one in vars(module).values())
    tables = (one for one in found if isinstance(one, type) and issubclass(one, RuleRow))
    return tuple(dict.fromkeys(table for table in tables if table.title))


def _table(table: type[RuleRow]) -> dict[str, Any]:
    columns = list(_columns(table))
    return {
        "name": table.table,
        "businessName": table.title,
        "physicalType": "table",
        "description": inspect.getdoc(table),
        "dataGranularityDescription": ", ".join(c["name"] for c in columns if "primaryKey" in c),
        "properties": columns,
    }


def _columns(table: type[RuleRow]) -> Iterator[dict[str, Any]]:
    """The business date, the columns of its own, then those that it shares with others."""
    told = _OF_ALL | {field.name: field for field in fields(table)}  # type: ignore[arg-type]
    hints = {_DATE: date} | get_type_hints(table, include_extras=True)
    own_first = [n for c in table.__mro__ for n in inspect.get_annotations(c) if n in told]
    position = 0
    for name in dict.fromkeys([_DATE, *own_first]):
        said, hint = told[name].metadata, hints[name]
        logical, physical, words = _type(hint)
        is_required = NoneType not in get_args(hint) or (
            table.needs_rule and name in OfRule.__annotations__
        )
        position += said["key"]
        key = {"primaryKey": True, "primaryKeyPosition": position} if said["key"] else {}
        enum = [{"value": word} for word in said["enum"] or words]
        yield {
            "name": name,
            "businessName": said["title"],
            "logicalType": logical,
            "physicalType": physical,
            **({"required": True} if is_required else {}),
            **key,
            **({"partitioned": True, "partitionKeyPosition": 1} if name == _DATE else {}),
            "classification": "internal",
            "description": said["description"],
            **({"enum": enum} if enum else {}),
        }


def _type(hint: Any) -> tuple[str, str, tuple[str, ...]]:
    """Its name in contracts and in the warehouse, and the words that it lists."""
    if NoneType in get_args(hint):
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is Literal:
        return (*_TYPES[str], get_args(hint))
    exact, named = get_args(hint) if get_origin(hint) is Annotated else (hint, "")
    logical, physical = _TYPES[exact]
    return logical, named or physical, ()
