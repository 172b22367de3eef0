"""The manifest of a delivery: what the sender says is in the folder."""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from postloan.contracts import FeedContract
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.reading.names import told_file, told_name, told_unlisted
from postloan.ingestion.reading.opened import open_delivered
from postloan.ingestion.reading.unpack import check_size
from postloan.text.json_text import JsonError, json_document
from postloan.text.shown_text import shown, some

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1 << 20
_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,25})(?:\.[0-9]{1,2})?", re.ASCII)
_NEGATIVE_ZERO = re.compile(r"-0(?:\.0+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"


def _amount(value: object) -> Decimal:
    """An amount as it must be written, whatever else Decimal could read."""
    if (
        not isinstance(value, str)
        or not _AMOUNT.fullmatch(value)
        or _NEGATIVE_ZERO.fullmatch(value)
    ):
        raise ValueError(
            'a control total is an amount in quotes, such as "1234.50", of 26 digits and two '
            "decimals at most"
        )
    return Decimal(value)


def _day(value: object) -> date:
    """A date as it must be written: no number of seconds, no time of day."""
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError('a business date is written "YYYY-MM-DD", without a time')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("the calendar has no such day") from None


ControlTotal = Annotated[Decimal, BeforeValidator(_amount)]
"""An amount such as "1234.50", written as text so that no digit is lost on the way."""
BusinessDate = Annotated[date, BeforeValidator(_day)]


class AbsentError(DeliveryError):
    """Nothing was delivered for the date, or it is still on its way: there is no manifest yet."""


class DeliveredFile(BaseModel):
    """One file of a delivery, as the sender describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: str
    file: Annotated[str, Field(pattern=_PLAIN_NAME)]
    rows: Annotated[int, Field(ge=0, strict=True)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    control_totals: dict[str, ControlTotal] = Field(default_factory=dict)
    """Column -> sum over all rows of the file, for senders that count."""


class Manifest(BaseModel):
    """What one delivery is said to hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    business_date: BusinessDate
    opening: Annotated[bool, Field(strict=True)]
    files: tuple[DeliveredFile, ...]
    cursors: dict[str, str] = {}
    """Where the next delivery of changes goes on, by feed; for sources that are fetched."""

    def file_of(self, feed: str) -> DeliveredFile | None:
        """The file of a feed, or None where the delivery leaves it out."""
        return next((f for f in self.files if f.feed == feed), None)


def read_manifest(
    folder: Path, source: str, business_date: date, feeds: Iterable[FeedContract]
) -> Manifest:
    """Read the manifest of a delivery and hold it against the folder and the contracts.

    Args:
        folder: `landing/<source>/<date>`.
        source: the source that the folder is of.
        business_date: the date that the folder is for.
        feeds: the contracts of that source.

    Raises:
        DeliveryError: says what is missing or contradictory and what the sender should do.
    """
    where = f"{source} {business_date}"
    _check_folder(folder, where)
    manifest = _parse(folder / MANIFEST, where)
    if manifest.source != source or manifest.business_date != business_date:
        raise DeliveryError(
            f"{where}: {MANIFEST} is for {told_name(manifest.source)} {manifest.business_date}. "
            f"It lies in the wrong folder, or was copied from another delivery. Put it where it "
            f"belongs, or write the source and the date of this folder into it."
        )
    feeds = tuple(feeds)
    _check_feeds(manifest, where, feeds)
    _check_files(manifest, where, folder)
    forms = {f.name: file_format_of(f) for f in feeds}
    _check_formats(manifest, where, folder, forms)
    _check_unlisted(manifest, where, folder, forms)
    return manifest


def check_content(manifest: Manifest, folder: Path, forms: Mapping[str, FileFormat]) -> None:
    """Hold the bytes of every file against the manifest.

    Args:
        manifest: of the delivery.
        folder: where it lies.
        forms: formats by feed, which say how large a file may be.

    Raises:
        DeliveryError: names the file and both hashes, or it is larger than its contract allows.
    """
    for file in manifest.files:
        path = folder / file.file
        with open_delivered(path) as stream:
            # A sparse file is of any size for nothing, and would be hashed for hours.
            size = os.fstat(stream.fileno()).st_size
            check_size(told_file(file.file), size, size, forms[file.feed])
            check_file(file, path, hashlib.file_digest(stream, "sha256").hexdigest())


def check_file(file: DeliveredFile, path: Path, found: str = "") -> None:
    """Hold the bytes of one file against the manifest.

    Args:
        file: what the manifest says of it.
        path: where it lies, in the folder of its delivery.
        found: SHA-256 of its bytes, where they have just been read; else they are read here.

    Raises:
        DeliveryError: names the file and both hashes.
    """
    if not found:
        with open_delivered(path) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        where = f"{path.parent.parent.name} {path.parent.name}"
        raise DeliveryError(
            f"{where}: {told_file(file.file)} ({path.stat().st_size:,} bytes) has the SHA-256 "
            f"{found[:12]}…, {MANIFEST} says {file.sha256[:12]}…. The file is truncated, was "
            f"changed afterwards or is still being written. Deliver it again, {MANIFEST} last."
        )


def is_delivered(folder: Path) -> bool:
    """Whether the manifest of a delivery lies in a folder; one that nobody may read counts."""
    try:
        return (folder / MANIFEST).exists()
    except OSError:
        # It is told by whoever takes the delivery in.
        return True


def _check_folder(folder: Path, where: str) -> None:
    _check_links(folder, where)
    if folder.is_dir():
        manifest = folder / MANIFEST
        if manifest.is_symlink() or (manifest.exists() and not manifest.is_file()):
            raise DeliveryError(
                f"{where}: {MANIFEST} is a link or no ordinary file. Deliver the file itself."
            )
        if not manifest.is_file():
            raise AbsentError(
                f"{where}: {folder.name}/ holds no {MANIFEST}, so the delivery is not complete "
                f"yet. Write {MANIFEST} after all other files."
            )
        return
    if folder.exists():
        raise DeliveryError(
            f"{where}: {folder.name} is a file, not a folder. Remove it and deliver a folder of "
            f"that name with {MANIFEST} and one CSV file per feed."
        )
    raise AbsentError(
        f"{where}: nothing was delivered; the landing zone has no folder {source_path(folder)}. "
        f"Ask the sender, or look for the delivery under another date."
    )


def _check_links(folder: Path, where: str) -> None:
    """The landing zone itself may be a link or a mount; below it nothing leads elsewhere.

    Whoever may write there must not choose what else of this machine is read.
    """
    for part in (folder.parent, folder):
        if part.is_symlink():
            place = "/".join(part.parts[len(folder.parts) - 2 :])
            raise DeliveryError(
                f"{where}: {place} in the landing zone is a link. Remove it, and deliver the "
                f"folder itself; what lies on another disk is mounted, not linked."
            )


def source_path(folder: Path) -> str:
    """A delivery's folder as people name it: `<source>/<date>`."""
    return f"{folder.parent.name}/{folder.name}"


def _parse(path: Path, where: str) -> Manifest:
    # Read once: what is judged is what is used, whatever becomes of the file meanwhile.
    with open_delivered(path) as stream:
        content = stream.read(MAX_MANIFEST_BYTES + 1)
    if len(content) > MAX_MANIFEST_BYTES:
        raise DeliveryError(
            f"{where}: {MANIFEST} is larger than {MAX_MANIFEST_BYTES:,} bytes. It tells of each "
            f"file in a line; deliver the rows in the files."
        )
    return parse_manifest(content, where)


def parse_manifest(text: bytes, where: str) -> Manifest:
    """A manifest as it was written, whatever else it should be.

    Args:
        text: the bytes of the file, of which the caller has looked that they are not too many.
        where: source and date, for messages.

    Raises:
        DeliveryError: names the place in it and what is wrong there; repeats no value.
    """
    needs = "It needs source, business_date, opening and files with feed, file, rows and sha256"
    try:
        json_document(text)
        return Manifest.model_validate_json(text)
    except JsonError as error:
        raise DeliveryError(
            f"{where}: {MANIFEST} cannot be read ({error}). {needs}, and nothing else."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(told_name(p) if isinstance(p, str) else str(p) for p in first["loc"])
        place = shown(place) or "top level"
        fault = shown(first["msg"].removeprefix("Value error, "), 200)
        raise DeliveryError(
            f"{where}: {MANIFEST} cannot be read ({place}: {fault}). {needs}, and nothing else."
        ) from error


def _twice(values: Iterable[str]) -> list[str]:
    names = list(values)
    return sorted({n for n in names if names.count(n) > 1})


def _check_feeds(manifest: Manifest, where: str, feeds: tuple[FeedContract, ...]) -> None:
    names = [f.feed for f in manifest.files]
    known = {f.name for f in feeds}
    if not names:
        raise DeliveryError(
            f"{where}: {MANIFEST} lists no file. Where nothing changed, deliver files with the "
            f"header row alone."
        )
    unknown = sorted(set(names) - known)
    if unknown:
        raise DeliveryError(
            f"{where}: {MANIFEST} lists feeds without a contract: {some(unknown, told_name)}. "
            f"Contracts exist for {', '.join(sorted(known))}."
        )
    # Where upper and lower case are one, two such names are one file.
    files = _twice(f.file.casefold() for f in manifest.files)
    if repeated := some(_twice(names), told_name) or some(files, told_file):
        raise DeliveryError(
            f"{where}: {MANIFEST} lists {repeated} twice. List each feed and file once."
        )
    _check_totals(manifest, where, feeds)
    missing = [f.name for f in feeds if f.is_required and f.name not in names]
    if missing:
        raise DeliveryError(
            f"{where}: required feeds are left out: {', '.join(missing)}. Where nothing changed, "
            f"deliver a file with the header row alone."
        )


def _check_totals(manifest: Manifest, where: str, feeds: tuple[FeedContract, ...]) -> None:
    contracts = {f.name: f for f in feeds}
    for file in manifest.files:
        amounts = [c.name for c in contracts[file.feed].file_columns if c.scale]
        unknown = sorted(set(file.control_totals) - set(amounts))
        if unknown:
            raise DeliveryError(
                f"{where}: {MANIFEST} gives control totals of {file.feed} for "
                f"{some(unknown, told_name)}. "
                f"Amounts of that feed are: {', '.join(amounts) or 'none'}."
            )


def _check_files(manifest: Manifest, where: str, folder: Path) -> None:
    for file in manifest.files:
        path = folder / file.file
        if path.is_symlink():
            raise DeliveryError(
                f"{where}: {told_file(file.file)} is a link out of the folder or within it. "
                f"Deliver the file itself."
            )
        if not path.is_file():
            kind = "is not a file" if path.exists() else "is missing"
            raise DeliveryError(
                f"{where}: {MANIFEST} lists {told_file(file.file)} for {file.feed}, but it {kind}. "
                f"Deliver it, then {MANIFEST} again."
            )


NO_DATA = re.compile(
    r"\..*|_success|corrections"
    r"|.*\.(?:ok|done|ready|fin|flag|trg|ctl|md5|sha1|sha256|sha512|crc|sfv|sig|asc|md|note|log)",
    re.IGNORECASE | re.DOTALL,
)
"""Flags, checksums, notes and hidden files may lie beside the data; anything else may be data.
Of a folder `corrections` it is told elsewhere that it is not followed."""


def _check_unlisted(
    manifest: Manifest, where: str, folder: Path, forms: Mapping[str, FileFormat]
) -> None:
    expected = {MANIFEST, *(f.file for f in manifest.files)}
    # A flag may end in anything, even in what looks like data.
    expected |= {f"{f.file}{forms[f.feed].flag}" for f in manifest.files}
    extra = sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in expected and not NO_DATA.fullmatch(path.name)
    )
    if extra:
        raise DeliveryError(
            f"{where}: {MANIFEST} does not list {some(extra, told_unlisted)}. List every file, or "
            f"remove it: nothing that was delivered is passed over in silence."
        )


_PACKED = {".gz": "gzip", ".zip": "zip"}


def _check_formats(
    manifest: Manifest, where: str, folder: Path, forms: Mapping[str, FileFormat]
) -> None:
    for file in manifest.files:
        form = forms[file.feed]
        packing = _PACKED.get(Path(file.file).suffix.lower(), form.compression)
        if packing != form.compression:
            raise DeliveryError(
                f"{where}: {told_file(file.file)} is packed with {packing} by its name, but the "
                f"contract of {file.feed} says compression: {form.compression}. Deliver it so, or "
                f"change the contract."
            )
        flag = folder / f"{file.file}{form.flag}"
        if form.flag and (flag.is_symlink() or not flag.is_file()):
            raise DeliveryError(
                f"{where}: the flag {told_file(file.file)}{form.flag} is missing, so the file may "
                f"still be on its way. Write the flag once the file is complete."
            )
