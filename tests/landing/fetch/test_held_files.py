"""A file that lies in its place already is not fetched again, and looked at within bounds."""

import hashlib
import os
from pathlib import Path

import pytest

from postloan.files.landing_folder import LandingFolder
from tests.support.deliveries import OPENING_DAY

CONTENT = b"loan_id\n" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the file of a delivery lies."""
    folder = tmp_path / "landing" / "core_banking" / OPENING_DAY.isoformat()
    folder.mkdir(parents=True)
    return folder / "loan.csv"


def holds(place: Path, most_bytes: int, sha256: str = SHA256) -> bool:
    with LandingFolder(place.parents[2], "core_banking", OPENING_DAY) as folder:
        return folder.holds(place.name, sha256, most_bytes)


@pytest.mark.parametrize(("most_bytes", "held"), [(len(CONTENT), True), (len(CONTENT) - 1, False)])
def test_a_file_is_held_up_to_the_size_that_its_contract_allows(
    place: Path, most_bytes: int, held: bool
) -> None:
    place.write_bytes(CONTENT)
    assert holds(place, most_bytes) is held


def test_other_bytes_of_the_same_size_are_not_held(place: Path) -> None:
    place.write_bytes(CONTENT[::-1])
    assert not holds(place, len(CONTENT))


def test_a_sparse_file_of_a_tebibyte_is_not_hashed(place: Path) -> None:
    place.touch()
    os.truncate(place, 1 << 40)
    assert not holds(place, 16 << 30)


def test_a_file_that_grows_while_it_is_read_is_left(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write_bytes(CONTENT)
    told = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        found = told(descriptor)
        if found.st_size == len(CONTENT):
            os.truncate(place, 1 << 40)
        return found

    monkeypatch.setattr(os, "fstat", grown)
    assert not holds(place, 3 << 20)
