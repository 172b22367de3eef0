"""A lender with many debtors who are all owed a message on the day after the opening."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import Lender


@pytest.fixture
def debtors(home: Path, warehouse: Warehouse) -> Debtors:
    """Nothing is delivered yet."""
    return Debtors(Lender(home, warehouse))
