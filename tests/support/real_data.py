"""Real data sets that lie beside the repository, where they are present."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MAPPINGS = REPOSITORY / "tests" / "data" / "mappings"


def real_data(name: str) -> Path:
    """The folder of a real data set; the test is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not beside this repository")
    return folder
