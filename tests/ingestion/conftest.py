"""What the tests of ingestion share."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.support.deliveries import Lender


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender that has not delivered anything yet."""
    return Lender(home, warehouse)
