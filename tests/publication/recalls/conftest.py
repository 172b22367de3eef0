import pytest

from postloan.warehouse import Warehouse
from tests.delinquency.book import Book


@pytest.fixture
def book(warehouse: Warehouse) -> Book:
    return Book(warehouse)
