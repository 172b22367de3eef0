"""The manifest of a delivery: what the sender says is in the folder."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postloan.contracts import FeedContract
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import DeliveryError

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1 << 20
MAX_NAMED = 10
_PLAIN_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"


ControlTotal = Annotated[Decimal, Field(max_digits=28, decimal_places=2)]
"""An amount such as "1234.50", written as text so that no digit is lost on the way."""


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
    business_date: date
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
            f"{where}: {MANIFEST} is for {_shown(manifest.source)} {manifest.business_date}. "
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


def check_content(manifest: Manifest, folder: Path) -> None:
    """Hold the bytes of every file against the manifest.

    Raises:
        DeliveryError: names the file and both hashes.
    """
    for file in manifest.files:
        check_file(file, folder / file.file)


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
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        where = f"{path.parent.parent.name} {path.parent.name}"
        raise DeliveryError(
            f"{where}: {file.file} ({path.stat().st_size:,} bytes) has the SHA-256 {found[:12]}…, "
            f"{MANIFEST} says {file.sha256[:12]}…. The file is truncated, was changed afterwards "
            f"or is still being written. Deliver it again, {MANIFEST} last."
        )


def _check_folder(folder: Path, where: str) -> None:
    if folder.is_dir():
        if not (folder / MANIFEST).is_file():
            raise DeliveryError(
                f"{where}: {folder.name}/ holds no {MANIFEST}, so the delivery is not complete "
                f"yet. Write {MANIFEST} after all other files."
            )
        return
    if folder.exists():
        raise DeliveryError(
            f"{where}: {folder.name} is a file, not a folder. Remove it and deliver a folder of "
            f"that name with {MANIFEST} and one CSV file per feed."
        )
    raise DeliveryError(
        f"{where}: nothing was delivered; the landing zone has no folder {source_path(folder)}. "
        f"Ask the sender, or look for the delivery under another date."
    )


def source_path(folder: Path) -> str:
    """A delivery's folder as people name it: `<source>/<date>`."""
    return f"{folder.parent.name}/{folder.name}"


def _parse(path: Path, where: str) -> Manifest:
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise DeliveryError(
            f"{where}: {MANIFEST} is larger than {MAX_MANIFEST_BYTES:,} bytes. It tells of each "
            f"file in a line; deliver the rows in the files."
        )
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(_shown(str(p)) for p in first["loc"]) or "top level"
        raise DeliveryError(
            f"{where}: {MANIFEST} cannot be read ({place}: {first['msg']}). It needs source, "
            f"business_date, opening and files with feed, file, rows and sha256, and nothing else."
        ) from error


def _shown(name: str) -> str:
    """A name of the sender's as harmless text."""
    return re.sub(r"[^\w.-]", "?", name)[:64]


def _twice(values: Iterable[str]) -> list[str]:
    names = list(values)
    return sorted({n for n in names if names.count(n) > 1})


def _some(names: list[str]) -> str:
    more = [f"and {len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    return ", ".join((*map(_shown, names[:MAX_NAMED]), *more))


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
            f"{where}: {MANIFEST} lists feeds without a contract: {_some(unknown)}. "
            f"Contracts exist for {', '.join(sorted(known))}."
        )
    if repeated := _twice(names) or _twice(f.file for f in manifest.files):
        raise DeliveryError(
            f"{where}: {MANIFEST} lists {_some(repeated)} twice. List each feed and file once."
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
                f"{where}: {MANIFEST} gives control totals of {file.feed} for {_some(unknown)}. "
                f"Amounts of that feed are: {', '.join(amounts) or 'none'}."
            )


def _check_files(manifest: Manifest, where: str, folder: Path) -> None:
    for file in manifest.files:
        path = folder / file.file
        if not path.is_file():
            kind = "is not a file" if path.exists() else "is missing"
            raise DeliveryError(
                f"{where}: {MANIFEST} lists {file.file} for {file.feed}, but it {kind}. "
                f"Deliver it, then {MANIFEST} again."
            )
        if path.resolve().parent != folder.resolve():
            raise DeliveryError(
                f"{where}: {file.file} is a link out of the folder. Deliver the file itself."
            )


_DATA_SUFFIXES = frozenset({".csv", ".dat", ".txt", ".gz", ".zip", ".parquet", ".jsonl"})
"""Endings of files that hold rows. Others (flags, checksums, notes) may lie beside them."""


def _check_unlisted(
    manifest: Manifest, where: str, folder: Path, forms: Mapping[str, FileFormat]
) -> None:
    expected = {f.file for f in manifest.files}
    # A flag may end in anything, even in what looks like data.
    expected |= {f"{f.file}{forms[f.feed].flag}" for f in manifest.files}
    extra = sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in _DATA_SUFFIXES and path.name not in expected
    )
    if extra:
        raise DeliveryError(
            f"{where}: {MANIFEST} does not list {', '.join(extra)}. List every file, or remove it: "
            f"nothing that was delivered is passed over in silence."
        )


_PACKED = {".gz": "gzip", ".zip": "zip"}


def _check_formats(
    manifest: Manifest, where: str, folder: Path, forms: Mapping[str, FileFormat]
) -> None:
    for file in manifest.files:
        form = forms[file.feed]
        packing = _PACKED.get(Path(file.file).suffix, form.compression)
        if packing != form.compression:
            raise DeliveryError(
                f"{where}: {file.file} is packed with {packing} by its name, but the contract of "
                f"{file.feed} says compression: {form.compression}. Deliver it so, or change the "
                f"contract."
            )
        if form.flag and not (folder / f"{file.file}{form.flag}").is_file():
            raise DeliveryError(
                f"{where}: the flag {file.file}{form.flag} is missing, so {file.file} may still be "
                f"on its way. Write the flag once the file is complete."
            )
