"""Task files: a projection of the ledger, published folder by folder.

A revision is made in a folder beside its place and put there by one rename, so that a receiver
sees all of it or nothing. What is published is never written again: a later run makes what a
crash kept from being made, and compares the rest byte by byte.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from postloan.contracts import TaskFileContract, catalogue
from postloan.contracts.payloads import TASK, file_source
from postloan.errors import PublicationError
from postloan.files.modes import admit_receiver
from postloan.publication.allow_list import checked_contract, checked_recall_file
from postloan.publication.writer import write_csv
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.wording import Wording, in_rules, said, wording

MANIFEST = "manifest.json"

OF_REVISION = (
    "task.business_date = cast($business_date as date)",
    "task.queue = $queue",
    "task.revision = cast($revision as integer)",
    "task.task_action = $action",
)


@dataclass(frozen=True)
class Revision:
    """One revision of one queue, as the ledger has it."""

    business_date: date
    queue: str
    number: int
    rows_added: int
    rows_recalled: int
    header_language: str
    rule_versions: tuple[str, ...]

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"{self.queue}_{self.business_date.isoformat()}_r{self.number}"

    def folder(self, outbox: Path) -> Path:
        """Its place in the outbox."""
        return outbox / self.business_date.isoformat() / self.queue / f"r{self.number}"


def revisions(warehouse: Warehouse, business_date: date) -> Iterator[Revision]:
    """All revisions of a business date."""
    for queue, number, added, recalled, language, rules in warehouse.read_model(
        "publication_on", {"business_date": business_date}
    ):
        yield Revision(
            business_date, queue, number, added, recalled, language, tuple(rules.split("; "))
        )


def publish_files(
    warehouse: Warehouse,
    business_date: date,
    queues: Sequence[str],
    outbox: Path,
    *,
    held: Sequence[str] = (),
) -> list[Path]:
    """Make every task file of some queues that the ledger knows and the outbox lacks.

    Args:
        warehouse: an open warehouse whose ledger is committed.
        business_date: the date whose revisions are published.
        queues: the queues that are published.
        outbox: root of `<date>/<queue>/r<revision>/`.
        held: queues that a gate holds: their recalls are published, and what adds tasks is not.

    Returns:
        The folders of all revisions, whether made now or found.

    Raises:
        PublicationError: the outbox cannot be written, or holds something else than was published.
    """
    folders: list[Path] = []
    for revision in list(revisions(warehouse, business_date)):
        folder = revision.folder(outbox)
        is_held = revision.queue in held and revision.rows_added > 0 and not folder.exists()
        if is_held or revision.queue not in (*queues, *held):
            continue
        try:
            _publish(warehouse, revision, folder)
        except OSError as error:
            raise PublicationError(
                f"Cannot write the task file {revision.stem}: {error.strerror}. Nothing is lost: "
                f"make room or give access to the outbox, and run the step again."
            ) from error
        folders.append(folder)
    return folders


def _publish(warehouse: Warehouse, revision: Revision, folder: Path) -> None:
    contract = checked_contract(revision.queue, revision.business_date)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    # What a crash left half-written.
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    manifest = _render(warehouse, revision, contract, unfinished)
    home = settings()
    if folder.exists():
        _verify(folder, manifest)
        shutil.rmtree(unfinished)
        admit_receiver(home, revision.queue, folder)
    else:
        admit_receiver(home, revision.queue, unfinished)
        unfinished.rename(folder)


def _render(
    warehouse: Warehouse, revision: Revision, contract: TaskFileContract, folder: Path
) -> dict[str, Any]:
    """Write the files of a revision and their manifest; the manifest."""
    files = [_file(warehouse, revision, contract, "added", folder / f"{revision.stem}.csv")]
    if revision.number > 1 or revision.rows_recalled:
        layout, path = checked_recall_file(revision.business_date), f"{revision.stem}_recall.csv"
        recalled = _file(warehouse, revision, layout, "recalled", folder / path)
        files.append({**recalled, "contract_version": layout.version})
    rows = [entry["rows"] for entry in files]
    if rows != [revision.rows_added, revision.rows_recalled][: len(rows)]:
        raise PublicationError(
            f"{revision.stem}: the ledger of publications and the tasks differ in number. The "
            f"warehouse was changed by hand; restore it before anything is published."
        )
    manifest = {
        "queue": revision.queue,
        "business_date": revision.business_date.isoformat(),
        "revision": revision.number,
        "receiver": contract.receiver,
        "contract_version": contract.version,
        "header_language": revision.header_language,
        "rule_versions": list(revision.rule_versions),
        "files": files,
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return manifest


def _file(
    warehouse: Warehouse,
    revision: Revision,
    contract: TaskFileContract,
    action: str,
    path: Path,
) -> dict[str, Any]:
    language, columns = revision.header_language, contract.table.columns
    tables = catalogue().tables
    sources = [file_source(contract, column, in_rules(language), tables) for column in columns]
    cells = [exp.column(name, table) for table, held in sources for name in held]
    filled = contract.filled_from
    key = [name for name in tables[filled].key if name in tables[TASK].column_names]
    select = (
        exp.select(*cells)
        .from_(TASK)
        .join(filled, on=exp.and_(*(exp.column(n, TASK).eq(exp.column(n, filled)) for n in key)))
        .where(*OF_REVISION, dialect="duckdb")
        .order_by(cells[0])
    )
    rows = warehouse.stream(
        select,
        {
            "business_date": revision.business_date,
            "queue": revision.queue,
            "revision": revision.number,
            "action": action,
        },
    )
    words = wording(language)
    header = [words.title(c.name, c.title) for c in columns]
    held = [names for _, names in sources]
    written = write_csv(path, header, (list(_cells(row, held, words)) for row in rows))
    return {"file": path.name, "kind": action, "rows": written.rows, "sha256": written.sha256}


def _cells(row: Sequence[Any], sources: Sequence[tuple[str, ...]], words: Wording) -> Iterator[Any]:
    """The cells of a line of a file, messages in words."""
    values, of_rule = iter(row), f"_{in_rules(words.language)}"
    for source in sources:
        cell = next(values)
        if len(source) > 1:
            before = next(values)
            cell = words.of_rule(before) if cell is None else said(cell, words.language)
        elif source[0].endswith(of_rule):
            cell = words.of_rule(cell)
        yield cell


def _contracts(manifest: Mapping[str, Any]) -> list[str | None]:
    """Versions of the contracts that the files of a revision were made by."""
    files = (entry.get("contract_version") for entry in manifest["files"])
    return [manifest["contract_version"], *files]


def _verify(folder: Path, expected: dict[str, Any]) -> None:
    """Refuse a published folder that is not what the ledger says.

    Under a newer contract the same rows make other bytes; then the files must only be what their
    own manifest says.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        is_same_contract = _contracts(found) == _contracts(expected)
        intact = all(
            hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
            for entry in found["files"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        intact = is_same_contract = False
    if not intact or (is_same_contract and found != expected):
        raise PublicationError(
            f"The folder {folder.parent.name}/{folder.name} of {expected['business_date']} is not "
            f"what was published: a file in it was changed or removed. Move the folder away and "
            f"run the step again; it is made anew from the warehouse."
        )
