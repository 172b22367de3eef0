"""The files of a lake, on whatever storage fsspec knows."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import fsspec

from postloan.errors import WarehouseError


class DataFile(NamedTuple):
    """One file of rows: name, bytes, and when it was written in milliseconds since 1970."""

    name: str
    size: int
    written_at: int


class LakeFiles:
    """Files below the root of one lake; every path given here is relative to it."""

    def __init__(self, root: str) -> None:
        """Name the root.

        Args:
            root: an absolute folder or a URL that fsspec knows.
        """
        self.root = root
        self._system: Any
        self._system, self._base = fsspec.core.url_to_fs(root)
        self._is_local = "file" in _protocols(self._system)

    def uri(self, path: str) -> str:
        """The name under which Spark finds a file."""
        return f"file://{self.root}/{path}" if "://" not in self.root else f"{self.root}/{path}"

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}"

    def make_folder(self, path: str) -> None:
        """Make a folder; on object stores there are none."""
        self._system.makedirs(self._at(path), exist_ok=True)

    def open(self, path: str, mode: str = "rb") -> Any:
        """Open a file; for writing, its folder is made first."""
        if "w" in mode:
            self._system.makedirs(self._at(path).rpartition("/")[0], exist_ok=True)
        return self._system.open(self._at(path), mode)

    def exists(self, path: str) -> bool:
        """Whether a file is there."""
        return bool(self._system.exists(self._at(path)))

    def read(self, path: str) -> bytes:
        """What a small file holds."""
        return bytes(self._system.cat_file(self._at(path)))

    def read_json(self, path: str) -> Any:
        """What a JSON file says."""
        return json.loads(self._system.cat_file(self._at(path)))

    def write_json(self, path: str, content: Any) -> None:
        """Write a JSON file in one piece, in place of one that may be there."""
        self.write(path, json.dumps(content).encode())

    def write(self, path: str, data: bytes) -> None:
        """Write a small file in one piece, in place of one that may be there."""
        if not self._is_local:
            self._system.pipe_file(self._at(path), data)
            return
        written = self._aside(path, data)
        written.replace(self._at(path))

    def put_json_if_absent(self, path: str, content: Any) -> bool:
        """Write a JSON file unless there is one, as `put_if_absent` does."""
        return self.put_if_absent(path, json.dumps(content).encode())

    def put_if_absent(self, path: str, data: bytes) -> bool:
        """Write a file unless there is one; whether it was written.

        Of several writers exactly one succeeds, and nobody ever sees half of a file.

        Raises:
            WarehouseError: the storage cannot do that; several writers would lose commits.
        """
        if not self._is_local:
            return self._put_on_store(path, data)
        written = self._aside(path, data)
        try:
            os.link(written, self._at(path))
        except FileExistsError:
            return False
        finally:
            written.unlink()
        return True

    def _put_on_store(self, path: str, data: bytes) -> bool:
        """Object stores create a file in one piece, and only if it is absent where asked to."""
        try:
            self._system.pipe_file(self._at(path), data, mode="create")
        except FileExistsError:
            return False
        except (NotImplementedError, ValueError):
            kind = "/".join(_protocols(self._system))
            raise WarehouseError(
                f"{kind} storage cannot create a file only if it is absent, so a lake cannot lie "
                f"there. Use a shared file system or an object store that can (S3, GCS, Azure)."
            ) from None
        return True

    def _aside(self, path: str, data: bytes) -> Path:
        target = Path(self._at(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        written = target.with_name(f".{target.name}.{uuid4().hex}")
        written.write_bytes(data)
        return written

    def names(self, path: str) -> list[str]:
        """Names of what lies directly in a folder, sorted; none where the folder is not there."""
        with suppress(FileNotFoundError):
            found = self._system.ls(self._at(path), detail=False)
            return sorted(str(name).rstrip("/").rpartition("/")[2] for name in found)
        return []

    def age_hours(self, path: str) -> float:
        """Hours since a file or folder was last written, by the clock of this machine.

        Zero for one that another process has just removed.
        """
        try:
            written = self._system.modified(self._at(path)).timestamp()
        except FileNotFoundError:
            return 0.0
        return (time.time() - float(written)) / 3600

    def written_at(self, path: str) -> int:
        """When a file was last written, in milliseconds since 1970."""
        return int(self._system.modified(self._at(path)).timestamp() * 1000)

    def data_files(self, path: str) -> Iterator[DataFile]:
        """The Parquet files of a folder, sorted by name."""
        for name in self.names(path):
            if name.endswith(".parquet") and not name.startswith("."):
                at = f"{path}/{name}"
                yield DataFile(name, int(self._system.size(self._at(at))), self.written_at(at))

    def files_below(self, path: str) -> Iterator[str]:
        """Paths of all files below a folder."""
        for found in sorted(self._system.find(self._at(path))):
            yield str(found)[len(self._base) + 1 :]

    def remove(self, path: str) -> None:
        """Remove a folder or a file that may be gone already."""
        with suppress(FileNotFoundError):
            self._system.rm(self._at(path), recursive=True)


def _protocols(system: Any) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)
