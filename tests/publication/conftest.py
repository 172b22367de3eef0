"""A hand-made book per test."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.support.decision_book import Book


@pytest.fixture
def book(warehouse: Warehouse, tmp_path: Path) -> Book:
    """An empty book with an outbox of its own."""
    return Book(warehouse, tmp_path / "outbox")
