"""What is generated: where it stands, and whether it still says what its sources say."""

import difflib
from collections.abc import Callable
from pathlib import Path

from postloan.reference.dags import dags_page
from postloan.reference.dictionary import dictionary_page
from postloan.reference.portable_sql import portable_sql_page
from postloan.reference.steps import steps_page
from postloan.reference.tables import tables_page
from postloan.rules.contract import rules_contract
from postloan.rules.schema import pack_schema
from postloan.settings import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES: dict[str, Callable[[], str]] = {
    # First: the pages are made of the contracts.
    "../include/contracts/warehouse/rules.yaml": rules_contract,
    "data_dictionary.md": dictionary_page,
    "tables.md": tables_page,
    "dags.md": dags_page,
    "steps.md": steps_page,
    "portable_sql.md": portable_sql_page,
    "../include/rules/_schema/rule_pack.schema.json": pack_schema,
}
"""Path, from the folder of the pages, and what makes its text."""
SHOWN_LINES = 12


def write_pages(folder: Path = DOCS) -> list[Path]:
    """Write all pages; returns those whose text has changed."""
    changed = []
    for name, page in PAGES.items():
        path, text = (folder / name).resolve(), page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale_pages(folder: Path = DOCS) -> dict[Path, list[str]]:
    """Pages that no longer say what their sources say, each with the first lines that differ."""
    stale = {}
    for name, page in PAGES.items():
        path = (folder / name).resolve()
        old = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        new = page().split("\n")
        if old != new:
            lines = difflib.unified_diff(
                old, new, "in the repository", "as generated", n=0, lineterm=""
            )
            stale[path] = list(lines)[:SHOWN_LINES]
    return stale
