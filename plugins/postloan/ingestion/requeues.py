"""What people asked of the quarantine of one delivery, kept beside the delivery itself.

`landing/<source>/<date>/corrections/<feed>-<number>.json` says who asked, and why;
`<feed>-<number>.csv` beside it holds the corrected rows, if there are any. The delivery is never
touched. Whenever it is taken in, what was corrected is applied again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postloan.errors import DeliveryError
from postloan.ingestion.manifest import Manifest
from postloan.warehouse import Warehouse

FOLDER = "corrections"


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
    number: Annotated[int, Field(ge=1)]
    delivered_sha256: str
    released_by: Annotated[str, Field(min_length=1)]
    reason: str
    rows: Annotated[int, Field(ge=0)]
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
        asked: those kept beside the delivery, in order.
        followed: (feed, number, SHA-256 of its rows) of those that are part of what is loaded.
    """

    asked: tuple[Requeue, ...]
    followed: frozenset[tuple[str, int, str]]

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


def requests_for(warehouse: Warehouse, delivery: Path, manifest: Manifest) -> Requests:
    """The requests that belong to a delivery.

    Args:
        warehouse: knows which of them are part of what is loaded.
        delivery: `landing/<source>/<date>`.
        manifest: what the delivery holds.

    Raises:
        DeliveryError: a request cannot be read, or its rows were changed afterwards.
    """
    rows = warehouse.fetch(
        "select feed, requeue_no, file_sha256 from delivery_requeue "
        "where business_date = cast($business_date as date) and source = $source",
        {"business_date": manifest.business_date, "source": manifest.source},
    )
    followed = frozenset((feed, int(number), sha256) for feed, number, sha256 in rows)
    return Requests(_read_requeues(delivery, manifest), followed)


def _read_requeues(delivery: Path, manifest: Manifest) -> tuple[Requeue, ...]:
    """The requests that speak of the very files of a delivery, in order."""
    hashes = {file.feed: file.sha256 for file in manifest.files}
    found = [r for r in _all(delivery) if hashes.get(r.feed) == r.delivered_sha256]
    for requeue in found:
        if requeue.file_sha256:
            _check_rows(delivery / FOLDER / f"{requeue.name}.csv", requeue.file_sha256)
    return tuple(sorted(found, key=lambda r: (r.feed, r.number)))


def next_number(delivery: Path, feed: str) -> int:
    """The number of the next request for a feed."""
    return max((r.number for r in _all(delivery) if r.feed == feed), default=0) + 1


def keep_requeue(delivery: Path, requeue: Requeue, rows: bytes) -> None:
    """Put a request beside its delivery, the corrected rows first."""
    folder = delivery / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    if requeue.file_sha256:
        _put(folder / f"{requeue.name}.csv", rows)
    _put(folder / f"{requeue.name}.json", requeue.model_dump_json(indent=2).encode() + b"\n")


def drop_requeue(delivery: Path, requeue: Requeue) -> None:
    """Take a request back that could not be followed."""
    for ending in ("json", "csv"):
        (delivery / FOLDER / f"{requeue.name}.{ending}").unlink(missing_ok=True)


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


def _all(delivery: Path) -> Iterator[Requeue]:
    for path in sorted((delivery / FOLDER).glob("*.json")):
        try:
            requeue = Requeue.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise DeliveryError(
                f"{FOLDER}/{path.name} cannot be read. It was made by `feed requeue` and must "
                f"stay as it is; restore it, or remove it with its CSV and requeue the rows again."
            ) from error
        if requeue.name == path.stem:
            yield requeue


def _check_rows(path: Path, sha256: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != sha256:
        raise DeliveryError(
            f"{FOLDER}/{path.name} is not what was accepted (SHA-256 {found[:12]}, not "
            f"{sha256[:12]}). Restore it, or remove it with its JSON and requeue the rows again."
        )


def _put(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    unfinished.replace(path)
