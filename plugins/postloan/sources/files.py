"""Copies a delivery from any path-like: a local folder, SFTP, S3, whatever Airflow reaches."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from postloan.errors import DeliveryError
from postloan.ingestion.manifest import MANIFEST, MAX_MANIFEST_BYTES, DeliveredFile, Manifest
from postloan.sources.result import Endpoint, NotReadyError, Order, SourceUnavailableError

CHUNK_BYTES = 1 << 20


def copy_files(order: Order, endpoint: Endpoint) -> dict[str, int]:
    """Copy what the manifest lists, then the manifest; a file that is here already is kept.

    Returns:
        Rows per feed, as the sender counts them.

    Raises:
        NotReadyError: the manifest, which completes a delivery, is not there yet.
        SourceUnavailableError: the folder cannot be read.
        DeliveryError: the manifest is no manifest, or a file is not what it says.
    """
    try:
        text = _manifest_text(order, endpoint.root)
        manifest = _parsed(order, text)
        # A delivery that is being replaced must not look complete meanwhile.
        (order.folder / MANIFEST).unlink(missing_ok=True)
        for file in manifest.files:
            _copy(order, endpoint.root / file.file, file)
    except OSError as error:
        # The error of a remote file system may quote its address, which may hold a secret.
        raise SourceUnavailableError(
            f"{order.where}: the source's folder cannot be read ({type(error).__name__}). Look at "
            f"its connection and whether all files of {MANIFEST} are there."
        ) from None
    unfinished = order.workshop / MANIFEST
    unfinished.write_bytes(text)
    unfinished.replace(order.folder / MANIFEST)
    return {f.feed: f.rows for f in manifest.files}


def _manifest_text(order: Order, root: Any) -> bytes:
    path = root / MANIFEST
    if not path.exists():
        raise NotReadyError(f"{order.where}: the source has not written {MANIFEST} yet.")
    with path.open("rb") as stream:
        text: bytes = stream.read(MAX_MANIFEST_BYTES + 1)
    if len(text) > MAX_MANIFEST_BYTES:
        raise DeliveryError(f"{order.where}: {MANIFEST} is larger than {MAX_MANIFEST_BYTES:,} B.")
    return text


def _parsed(order: Order, text: bytes) -> Manifest:
    try:
        # Its model lets plain file names through only, so nothing is written elsewhere.
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(p) for p in first["loc"]) or "top level"
        raise DeliveryError(
            f"{order.where}: {MANIFEST} of the source cannot be read ({place}: {first['msg']})."
        ) from error


def _hash_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(order: Order, origin: Any, file: DeliveredFile) -> None:
    target = order.folder / file.file
    if _hash_of(target) == file.sha256:
        return
    unfinished, digest = order.workshop / file.file, hashlib.sha256()
    with origin.open("rb") as stream, unfinished.open("wb") as copy:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise DeliveryError(
            f"{order.where}: {file.file} has the SHA-256 {digest.hexdigest()[:12]}…, {MANIFEST} "
            f"says {file.sha256[:12]}…. It is still being written or was changed afterwards; have "
            f"it delivered again, {MANIFEST} last."
        )
    unfinished.replace(target)
