"""A hand-made book per test."""

from pathlib import Path

import pytest

from postloan.warehouse import Warehouse
from tests.support.decision_book import Book
from tests.support.one_debtor import DAY


@pytest.fixture
def book(warehouse: Warehouse, tmp_path: Path) -> Book:
    """An empty book with an outbox of its own."""
    return Book(warehouse, tmp_path / "outbox")


@pytest.fixture
def debtor(book: Book) -> Book:
    """C1, one day past due with L1, and as far as anybody knows free to be contacted."""
    book.customer("C1")
    book.loan("L1", "C1")
    book.past_due(DAY, "L1", "C1", 1)
    return book
