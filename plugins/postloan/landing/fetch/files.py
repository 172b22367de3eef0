"""Copies a delivery from any path-like: a local folder, SFTP, S3, whatever Airflow reaches."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postloan.contracts import catalogue
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import DeliveryError
from postloan.files.landing_folder import LandingFolder
from postloan.ingestion.reading.manifest import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    DeliveredFile,
    parse_manifest,
)
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.unpack import check_size
from postloan.landing.fetch.result import Endpoint, NotReadyError, Order, SourceUnavailableError

CHUNK_BYTES = 1 << 20


def copy_files(order: Order, endpoint: Endpoint) -> dict[str, int]:
    """Copy what the manifest lists, then the manifest; a file that is here already is kept.

    Returns:
        Rows per feed, as the sender counts them.

    Raises:
        NotReadyError: the manifest, which completes a delivery, or the flag of a file, which
            completes that file, is not there yet.
        SourceUnavailableError: the folder cannot be read.
        DeliveryError: the manifest is no manifest, or a file is not what it says or too large.
        ContractError: the contract of a feed tells a format that makes no sense.
    """
    text = _manifest_text(order, endpoint)
    # Its model lets plain file names through only, so nothing is written elsewhere.
    manifest = parse_manifest(text, order.where)
    known = {f.name: file_format_of(f) for f in catalogue().feeds_of(order.source)}
    # A feed without a contract is refused, with all such, when the delivery is taken in.
    forms = {f.file: known.get(f.feed, FileFormat()) for f in manifest.files}
    flags = [f"{name}{form.flag}" for name, form in forms.items() if form.flag]
    _expect_flags(order, endpoint, flags)
    with LandingFolder(order.landing, order.source, order.business_date) as folder:
        folder.begin()
        missing = [
            f for f in manifest.files if not folder.holds(f.file, f.sha256, forms[f.file].max_bytes)
        ]
        for file in missing:
            _copy(order, endpoint, file, forms[file.file])
        for flag in flags:
            # All that a flag says is that it is there.
            (folder.workshop / flag).touch()
        (folder.workshop / MANIFEST).write_bytes(text)
        folder.complete([*(f.file for f in missing), *flags])
    return {f.feed: f.rows for f in manifest.files}


@contextmanager
def _asking(order: Order, endpoint: Endpoint) -> Iterator[None]:
    """Say in our words what goes wrong elsewhere.

    File systems raise errors of their own, not only `OSError`, and those may quote an address that
    holds a secret.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, PermissionError):
            remedy = "We are refused there: look at user or key, secret and rights."
        elif isinstance(error, FileNotFoundError):
            remedy = f"Look whether all files of {MANIFEST} are there."
        else:
            remedy = "Look at its address and connection, and whether it can be reached from here."
        raise SourceUnavailableError(
            f"{order.where}: {endpoint.place} cannot be read ({type(error).__name__}). {remedy}"
        ) from None


def _is_there(order: Order, endpoint: Endpoint, name: str) -> bool:
    with _asking(order, endpoint):
        found: bool = (endpoint.root / name).exists()
        return found


def _chunks(order: Order, endpoint: Endpoint, name: str) -> Iterator[bytes]:
    """A file elsewhere, piece by piece: it may be larger than the memory of this machine."""
    with _asking(order, endpoint), (endpoint.root / name).open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _manifest_text(order: Order, endpoint: Endpoint) -> bytes:
    if not _is_there(order, endpoint, MANIFEST):
        raise NotReadyError(
            f"{order.where}: the source has not written {MANIFEST} to {endpoint.place} yet."
        )
    text = b""
    for chunk in _chunks(order, endpoint, MANIFEST):
        text += chunk
        if len(text) > MAX_MANIFEST_BYTES:
            raise DeliveryError(
                f"{order.where}: {MANIFEST} is larger than {MAX_MANIFEST_BYTES:,} B."
            )
    return text


def _hash_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _expect_flags(order: Order, endpoint: Endpoint, flags: list[str]) -> None:
    for flag in flags:
        if not _is_there(order, endpoint, flag):
            raise NotReadyError(
                f"{order.where}: the source has not written {flag} yet, so what it completes may "
                f"still be on its way."
            )


def _copy(order: Order, endpoint: Endpoint, file: DeliveredFile, form: FileFormat) -> None:
    ours, digest, size = order.workshop / file.file, hashlib.sha256(), 0
    if _hash_of(ours) == file.sha256:
        # An earlier attempt got so far.
        return
    with ours.open("wb") as copy:
        for chunk in _chunks(order, endpoint, file.file):
            size += len(chunk)
            check_size(f"{order.where}: {told_file(file.file)}", size, size, form)
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise DeliveryError(
            f"{order.where}: {told_file(file.file)} has the SHA-256 {digest.hexdigest()[:12]}…, "
            f"{MANIFEST} says {file.sha256[:12]}…. It is still being written or was changed "
            f"afterwards; have it delivered again, {MANIFEST} last."
        )
