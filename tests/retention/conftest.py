"""What the tests of retention share."""

from pathlib import Path

import pytest

from postloan.settings import settings
from postloan.warehouse import Warehouse
from tests.support.archive import Archive


@pytest.fixture
def archive(warehouse: Warehouse, home: Path) -> Archive:
    made = Archive(warehouse, settings())
    made.fill()
    return made
