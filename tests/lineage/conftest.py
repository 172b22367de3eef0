"""A small lender on the morning after: a message, a call, two alerts and a case, all from files."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.lineage.morning import Morning, live_through_a_day
from tests.support.deliveries import Lender


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender that has not delivered anything yet."""
    return Lender(home, warehouse)


@pytest.fixture
def morning(lender: Lender) -> Morning:
    """The lender after the opening and one business date."""
    return live_through_a_day(lender)
