"""A copy of `include/` that a test may change, to see policy change the answer."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from postloan.contracts import reading
from postloan.settings import include_folder
from postloan.text.yaml_text import yaml_document


@dataclass
class RuleFiles:
    """Rule packs of a test; changes are seen by everything that reads `include/`."""

    folder: Path

    def change(self, file: str, replacements: dict[str, str]) -> None:
        """Replace texts in a rule file; each must be there."""
        path = self.folder / "rules" / file
        text = path.read_text(encoding="utf-8")
        for old, new in replacements.items():
            if old not in text:
                raise AssertionError(f"{file} does not hold '{old}'")
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        """Write a whole rule file."""
        (self.folder / "rules" / file).write_text(text, encoding="utf-8")

    def declare_format(self, feed: str, form: Mapping[str, Any]) -> None:
        """Put a `fileFormat` into the contract of a feed of core banking."""
        path = self.folder / "contracts" / "core_banking" / f"{feed}.yaml"
        contract = yaml_document(path.read_text(encoding="utf-8"))
        contract["customProperties"].append({"property": "fileFormat", "value": dict(form)})
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        # Contracts are read once per process and folder.
        reading._load.cache_clear()


def copy_include(folder: Path) -> RuleFiles:
    """Copy `include/` below a folder."""
    target = folder / "include"
    shutil.copytree(include_folder(), target)
    return RuleFiles(target)
