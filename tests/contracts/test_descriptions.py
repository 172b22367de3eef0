"""What a contract says reaches the reader whole."""

from pathlib import Path
from typing import Any

import pytest

from postloan.settings import include_folder
from postloan.text.yaml_text import yaml_document

CONTRACTS = sorted((include_folder() / "contracts").glob("*/*.yaml"))


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_description_is_cut_off_at_a_comma(path: Path) -> None:
    # In the short form of YAML a comma ends the text, and the rest becomes a key without a value.
    contract: dict[str, Any] = yaml_document(path.read_text(encoding="utf-8"))
    cut = [
        (column["name"], [key for key, value in column.items() if value is None])
        for table in contract["schema"]
        for column in table["properties"]
    ]
    assert [name for name, rest in cut if rest] == [], "put the description in quotes"
