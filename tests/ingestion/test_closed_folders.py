"""What this user may not look into is told, and not passed over as if nothing were there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from postloan.errors import DeliveryError
from postloan.ingestion.arrivals.out_of_place import never_taken_in
from postloan.ingestion.reading.opened import open_delivered

STRANGER = 65_534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@contextmanager
def stranger() -> Iterator[None]:
    """The rights of a user who owns nothing."""
    os.seteuid(STRANGER)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def landing() -> Iterator[Path]:
    """A landing zone that everybody may look into, and one delivery of the teams."""
    with TemporaryDirectory() as made:
        folder = Path(made, "landing", "feedback", "2026-11-21")
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        for place in (folder, *list(folder.parents)[:3]):
            place.chmod(0o755)
        with stranger():
            is_open = os.access(folder, os.R_OK | os.X_OK, effective_ids=True)
        if not is_open:
            pytest.skip("others may not enter the folder of temporary files here")
        yield Path(made, "landing")


@needs_root
@pytest.mark.parametrize("place", ["feedback/2026-11-21", "feedback"])
@pytest.mark.parametrize("mode", [0o700, 0o711, 0o744])
def test_a_folder_that_is_closed_to_us_is_told(landing: Path, place: str, mode: int) -> None:
    with stranger():
        assert never_taken_in(landing) == ()
    (landing / place).chmod(mode)
    with stranger():
        (told,) = never_taken_in(landing)
    assert told.source == "feedback"
    assert "1 folder" in told.words
    assert "may not look into" in told.words
    assert "chmod" in told.remedy


@needs_root
def test_a_file_that_is_closed_to_us_is_told_as_that(landing: Path) -> None:
    path = landing / "feedback" / "2026-11-21" / "manifest.json"
    path.chmod(0o600)
    with stranger(), pytest.raises(DeliveryError, match=r"no right to.*chmod"):
        open_delivered(path)
