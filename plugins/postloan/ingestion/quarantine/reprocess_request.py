"""What people asked of the quarantine of one delivery, kept where no sender can write.

`corrections/<source>/<date>/<feed>-<number>.json` in the home says who asked, and why;
`<feed>-<number>.csv` beside it holds the corrected rows, if there are any. The delivery is never
touched. Whenever it is taken in, what was corrected is applied again.

A request loads other rows than a sender delivered, under a person's name. So only the command makes
one, and what lies in a folder `corrections` of the landing zone is none, whoever put it there.
Earlier versions kept the rows there: those of a request that the warehouse has on record are
taken over, if their bytes are still those on record.
"""

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postloan.contracts import catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.reading.manifest import MAX_MANIFEST_BYTES, Manifest
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.opened import open_delivered
from postloan.warehouse import Warehouse

FOLDER = "corrections"
MOST_REQUESTS = 1_000_000
LONGEST_NAME, LONGEST_REASON = 400, 2_000
"""Characters of who asked, with the proof behind the name, and of why."""
LINE = re.compile(r"[1-9][0-9]{0,17}")
_MOST_BYTES = 1 << 28


class Requeue(BaseModel):
    """One request to judge quarantined rows of a feed again.

    Attributes:
        feed: the feed.
        number: counts the requests for this feed and date, from 1.
        delivered_sha256: the file it speaks of; with another one its lines mean nothing.
        released_by: who asked.
        reason: why, in the words of that person.
        rows: how many corrected rows it brings.
        file_sha256: of the corrected rows; empty where the rows are judged as they are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    number: Annotated[int, Field(ge=1, le=MOST_REQUESTS)]
    delivered_sha256: str
    released_by: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    reason: Annotated[str, Field(max_length=LONGEST_REASON)]
    rows: Annotated[int, Field(ge=0, le=MOST_REQUESTS)]
    file_sha256: str

    @property
    def name(self) -> str:
        """Its name as a file, without the ending."""
        return f"{self.feed}-{self.number}"

    @property
    def identity(self) -> tuple[str, int, str]:
        """Feed, number and content."""
        return self.feed, self.number, self.file_sha256


@dataclass(frozen=True)
class Requests:
    """The requests that belong to a delivery, and those that are part of what is loaded.

    Attributes:
        asked: those that are kept, in order.
        followed: (feed, number, SHA-256 of its rows) of those that are part of what is loaded.
        folder: where the corrected rows lie.
        warnings: requests that cannot be followed, and what lies where none can.
    """

    asked: tuple[Requeue, ...]
    followed: frozenset[tuple[str, int, str]]
    folder: Path
    warnings: tuple[str, ...] = ()

    @property
    def are_followed(self) -> bool:
        """Whether nothing is left to do."""
        return {r.identity for r in self.asked} == self.followed

    @property
    def corrections(self) -> frozenset[tuple[str, str, str, str]]:
        """What the corrections add to the content of the delivery."""
        return frozenset(
            (r.feed, f"{FOLDER}/{r.name}.csv", r.file_sha256, str(r.number))
            for r in self.asked
            if r.file_sha256
        )

    @property
    def are_content_of_before(self) -> bool:
        """Whether the corrections are those that are part of what is loaded."""
        return {r.identity for r in self.asked if r.file_sha256} == {
            identity for identity in self.followed if identity[-1]
        }

    def of(self, feed: str) -> tuple[Requeue, ...]:
        """The requests for one feed."""
        return tuple(r for r in self.asked if r.feed == feed)

    def new_number(self, feed: str) -> int:
        """The newest request for a feed that is not followed yet; 0 where there is none."""
        return max((r.number for r in self.of(feed) if r.identity not in self.followed), default=0)


def requests_for(
    warehouse: Warehouse, corrections: Path, delivery: Path, manifest: Manifest
) -> Requests:
    """The requests that belong to a delivery.

    One that cannot be read, or whose rows were changed afterwards, is not followed, and told: its
    rows wait in quarantine again, and what they may have forbidden is forbidden.

    Args:
        warehouse: knows which of them are part of what is loaded.
        corrections: where requests are kept, `<home>/corrections`.
        delivery: `landing/<source>/<date>`, where earlier versions kept the corrected rows.
        manifest: what the delivery holds.
    """
    folder = folder_of(corrections, manifest)
    on_record = _on_record(warehouse, manifest)
    warnings = [*_take_over(on_record, delivery / FOLDER, folder)]
    hashes = {file.feed: file.sha256 for file in manifest.files}
    asked: list[Requeue] = []
    for path in sorted(folder.glob("*.json")):
        try:
            requeue = _read(path)
            if hashes.get(requeue.feed) == requeue.delivered_sha256:
                _check_rows(requeue, folder)
                asked.append(requeue)
        except DeliveryError as error:
            warnings.append(f"{manifest.source} {manifest.business_date}: {error}")
    if _is_there(delivery / FOLDER):
        warnings.append(
            f"{manifest.source} {manifest.business_date}: {FOLDER}/ in the landing zone is not "
            f"followed. Only `feed requeue` corrects rows, and keeps what it is asked elsewhere. "
            f"Ask who put it there, and remove it."
        )
    return Requests(
        tuple(sorted(asked, key=lambda r: (r.feed, r.number))),
        frozenset(r.identity for r in on_record),
        folder,
        tuple(warnings),
    )


def folder_of(corrections: Path, manifest: Manifest) -> Path:
    """Where the requests for one delivery are kept."""
    return corrections / manifest.source / manifest.business_date.isoformat()


def next_number(folder: Path, feed: str) -> int:
    """The number of the next request for a feed; one that cannot be read keeps its own."""
    names = (path.stem.rpartition("-") for path in folder.glob(f"{feed}-*.*"))
    numbers = (n for name, _, n in names if name == feed and n.isascii() and n.isdecimal())
    return max((int(n) for n in numbers if len(n) <= len(str(MOST_REQUESTS))), default=0) + 1


def keep_requeue(folder: Path, requeue: Requeue, rows: bytes) -> None:
    """Keep a request, the corrected rows first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if requeue.file_sha256:
        _put(folder / f"{requeue.name}.csv", rows)
    _put(folder / f"{requeue.name}.json", requeue.model_dump_json(indent=2).encode() + b"\n")


def drop_requeue(folder: Path, requeue: Requeue) -> None:
    """Take a request back that could not be followed."""
    for ending in ("json", "csv"):
        (folder / f"{requeue.name}.{ending}").unlink(missing_ok=True)


def write_followed(warehouse: Warehouse, manifest: Manifest, requeues: Iterable[Requeue]) -> None:
    """Write down which requests are part of what is loaded."""
    place = {"business_date": manifest.business_date, "source": manifest.source}
    told = [
        {
            **place,
            "feed": r.feed,
            "requeue_no": r.number,
            "delivered_sha256": r.delivered_sha256,
            "released_by": r.released_by,
            "reason": r.reason,
            "file_sha256": r.file_sha256,
            "rows_corrected": r.rows,
        }
        for r in requeues
    ]
    warehouse.replace_slice("delivery_requeue", place, told)


def _on_record(warehouse: Warehouse, manifest: Manifest) -> tuple[Requeue, ...]:
    """The requests that are part of what is loaded."""
    rows = warehouse.fetch(
        "select feed, requeue_no, delivered_sha256, released_by, reason, rows_corrected, "
        "file_sha256 from delivery_requeue "
        "where business_date = cast($business_date as date) and source = $source",
        {"business_date": manifest.business_date, "source": manifest.source},
    )
    names = Requeue.model_fields
    # What is on record is taken as it is, however long an earlier version let it be.
    return tuple(Requeue.model_construct(**dict(zip(names, row, strict=True))) for row in rows)


def _take_over(on_record: Iterable[Requeue], earlier: Path, folder: Path) -> Iterator[str]:
    """Keep requests of an earlier version where they are kept now; why one could not be."""
    for requeue in on_record:
        if (folder / f"{requeue.name}.json").exists():
            continue
        rows = b""
        if requeue.file_sha256:
            name = f"{requeue.name}.csv"
            try:
                rows = _bytes_of(earlier, name)
            except DeliveryError:
                rows = b""
            if hashlib.sha256(rows).hexdigest() != requeue.file_sha256:
                yield (
                    f"The corrected rows {name} are gone, or are not those that were followed "
                    f"before. Their lines wait in quarantine again; requeue them anew."
                )
                continue
        keep_requeue(folder, _shortened(requeue), rows)


def _bytes_of(folder: Path, name: str) -> bytes:
    """The bytes of a file that may be anybody's; no link is followed on the way to it."""
    if folder.is_symlink():
        raise DeliveryError(f"{FOLDER}/ is a link.")
    with open_delivered(folder / name) as stream:
        return stream.read(_MOST_BYTES)


def _shortened(requeue: Requeue) -> Requeue:
    """A request on record within today's limits."""
    told = {"released_by": requeue.released_by[:LONGEST_NAME] or "?"}
    return requeue.model_copy(update=told | {"reason": (requeue.reason or "")[:LONGEST_REASON]})


def _is_there(path: Path) -> bool:
    """Whether there is anything of that name, be it a link to nowhere."""
    return path.is_symlink() or path.exists()


def _read(path: Path) -> Requeue:
    name = told_file(path.name)
    advice = (
        "It is not followed, and its rows wait in quarantine. It was made by `feed requeue` and "
        "must stay as it is: restore it, or remove it with its CSV and requeue the rows again."
    )
    try:
        with open_delivered(path) as stream:
            requeue = Requeue.model_validate_json(stream.read(MAX_MANIFEST_BYTES))
    except (ValidationError, DeliveryError) as error:
        raise DeliveryError(f"{FOLDER}/…/{name} cannot be read. {advice}") from error
    if requeue.name != path.stem:
        raise DeliveryError(f"{FOLDER}/…/{name} is another request by its content. {advice}")
    return requeue


def _check_rows(requeue: Requeue, folder: Path) -> None:
    if not requeue.file_sha256:
        return
    path, rows = folder / f"{requeue.name}.csv", b""
    if path.exists():
        with open_delivered(path) as stream:
            rows = stream.read(_MOST_BYTES)
    if hashlib.sha256(rows).hexdigest() != requeue.file_sha256:
        fault = "is not what was accepted"
    elif not _is_in_our_form(rows, requeue):
        fault = "is not in the form that the command writes"
    else:
        return
    raise DeliveryError(
        f"{FOLDER}/…/{path.name} {fault}. It is not followed, and its rows wait in quarantine. "
        f"Restore it, or remove it with its JSON and requeue the rows again."
    )


def _is_in_our_form(rows: bytes, requeue: Requeue) -> bool:
    """Whether an engine can read the corrected rows: a line of the file and a value per column."""
    names = ["line_no", *(c.name for c in catalogue().feeds[requeue.feed].file_columns)]
    try:
        header, *records = csv.reader(io.StringIO(rows.decode(), newline=""), strict=True)
    except (ValueError, csv.Error):
        return False
    lines = [record[0] for record in records if len(record) == len(names)]
    are_lines = all(LINE.fullmatch(line) for line in lines) and b"\0" not in rows
    return header == names and are_lines and len(set(lines)) == len(records) == requeue.rows


def _put(path: Path, content: bytes) -> None:
    """Write a file as a whole; what lies under its unfinished name is not written through."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
    unfinished.replace(path)
