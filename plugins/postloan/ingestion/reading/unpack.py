"""Takes the wrapping off a delivered file without trusting it.

Bytes are counted while they are unpacked, so that a bomb is stopped long before it fills the disk.
"""

import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading.names import told_file
from postloan.text.advice import is_of_the_machine

_CHUNK = 1 << 20
_RATIO_FROM = 16 << 20
"""So little is no bomb, however well it was packed."""

_LARGEST_DIRECTORY = 46 + 3 * 0xFFFF
"""What a zip archive may tell of one file, with the longest name, extra field and comment."""

_BROKEN = (
    *(EOFError, OSError, ValueError, NotImplementedError, RuntimeError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)
"""All that the readers of archives raise for damaged bytes."""


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def unpack(delivered: Path, form: FileFormat, target: Path) -> Path:
    """The plain file: the delivered one, or `target` unpacked from it.

    Raises:
        DeliveryError: the file is too large, is not packed as the contract says, is damaged, or
            is an archive that holds anything but one ordinary file.
    """
    size = delivered.stat().st_size
    check_size(told_file(delivered.name), size, size, form)
    if form.compression == "none":
        return delivered
    try:
        if form.compression == "gzip":
            with gzip.open(delivered, "rb") as packed:
                _copy(packed, target, delivered, form)
        else:
            with (
                _Unopened(io.FileIO(delivered)) as source,
                zipfile.ZipFile(source) as archive,
                archive.open(_only_member(archive, told_file(delivered.name))) as packed,
            ):
                source.is_opened = True
                _copy(packed, target, delivered, form)
    except _GiantDirectoryError as error:
        raise DeliveryError(
            f"{told_file(delivered.name)}: the archive holds many entries. Pack exactly one file."
        ) from error
    except _BROKEN as error:
        if is_of_the_machine(error):
            raise
        raise DeliveryError(
            f"{told_file(delivered.name)}: not a whole {form.compression} file, which the contract "
            f"says it is. It is truncated, damaged or packed otherwise. Deliver it again."
        ) from error
    return target


class _GiantDirectoryError(Exception):
    """The directory of an archive tells of more than one file."""


class _Unopened(io.BufferedReader):
    """An archive whose directory, which is read at once, is not read where it is too large."""

    is_opened = False

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_opened and (size or 0) > _LARGEST_DIRECTORY:
            raise _GiantDirectoryError
        return super().read(size)


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) != 1:
        raise DeliveryError(
            f"{name}: the archive holds {len(members)} entries. Pack exactly one file."
        )
    member = members[0]
    mode = member.external_attr >> 16
    if mode and (mode & 0o170000) not in (0, 0o100000):
        raise DeliveryError(f"{name}: the archive holds a link or a device. Pack the file itself.")
    if member.is_dir() or Path(member.filename).name != member.filename or "\\" in member.filename:
        raise DeliveryError(f"{name}: the file in the archive has a path. Pack it without folders.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Others unpack as much as they like before anybody can count it.
        raise DeliveryError(f"{name}: packed in a way other than deflate. Pack it with deflate.")
    if member.flag_bits & 1:
        raise DeliveryError(f"{name}: the archive is encrypted. Pack it without a password.")
    return member


def _copy(packed: _Readable, target: Path, delivered: Path, form: FileFormat) -> None:
    size, written = delivered.stat().st_size, 0
    with target.open("wb") as plain:
        while data := packed.read(_CHUNK):
            written += len(data)
            check_size(told_file(delivered.name), size, written, form)
            plain.write(data)


def check_size(name: str, packed: int, unpacked: int, form: FileFormat) -> None:
    """Stop a file that holds more than its contract allows.

    Args:
        name: the file, as the message tells it.
        packed: bytes of the file as delivered.
        unpacked: bytes found in it so far.
        form: its format.

    Raises:
        DeliveryError: it is too large, or was packed as only a bomb is.
    """
    if unpacked > form.max_bytes:
        raise DeliveryError(
            f"{name}: larger than the {form.max_bytes:,} bytes that its contract allows "
            f"(maxBytes). Deliver less, or raise the limit in the contract."
        )
    if unpacked > max(packed * form.max_ratio, _RATIO_FROM):
        raise DeliveryError(
            f"{name}: unpacks to more than {form.max_ratio} times its size, which no feed does. "
            f"Nothing was loaded. Have the sender look at the file, or raise maxRatio in the "
            f"contract."
        )
