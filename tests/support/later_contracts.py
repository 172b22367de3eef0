"""Contracts as a later version of an installation has them: copies with changes.

Each version lives in a folder of its own, because contracts are read once per process.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from postloan.settings import include_folder
from postloan.text.yaml_text import yaml_document

Property = dict[str, Any]


class Contracts:
    """The contracts below a folder, one table at a time."""

    def __init__(self, folder: Path) -> None:
        """Copy `include/` to a folder that is not there yet."""
        self.include = folder
        shutil.copytree(include_folder(), folder)

    def change(self, table: str, edit: Callable[[dict[str, Property]], None]) -> None:
        """Edit the properties of a table, by name; what is added is at the end."""
        for path in sorted((self.include / "contracts").glob("*/*.yaml")):
            contract = yaml_document(path.read_text(encoding="utf-8"))
            found = [s for s in contract["schema"] if s["name"] == table]
            if not found or path.parent.name == "task_files":
                continue
            properties = {p["name"]: p for p in found[0]["properties"]}
            edit(properties)
            found[0]["properties"] = list(properties.values())
            path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
            return
        raise AssertionError(f"no contract describes {table}")

    def set(self, table: str, column: str, **values: Any) -> None:
        """Set attributes of a column; one that is not there is added."""
        new = {"name": column, "businessName": column, "description": "Made by a test."}

        def edit(properties: dict[str, Property]) -> None:
            properties[column] = {**properties.get(column, new), **values}

        self.change(table, edit)

    def rename(self, table: str, old: str, new: str) -> None:
        """Rename a column, and say so."""

        def edit(properties: dict[str, Property]) -> None:
            former = [{"property": "formerName", "value": old}]
            column = properties.pop(old)
            custom = [*column.get("customProperties", []), *former]
            properties[new] = {**column, "name": new, "customProperties": custom}

        self.change(table, edit)

    def drop(self, table: str, column: str) -> None:
        """Leave a column out."""

        def edit(properties: dict[str, Property]) -> None:
            del properties[column]

        self.change(table, edit)
