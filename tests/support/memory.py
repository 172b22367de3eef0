"""One DuckDB in memory for the tests of a run; emptying it is faster than making one for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from postloan.contracts import catalogue
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.migration import LEDGER

URL = "duckdb:///:memory:tests"


@dataclass
class TestMemory:
    """The memory, and the connection that keeps it while no test does."""

    keeper: Warehouse

    __test__ = False

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """URL of a warehouse that holds all tables and no rows."""
        yield URL
        used = self.keeper.fetch(
            "select table_name from duckdb_tables() where estimated_size > 0 and not temporary"
        )
        for name in {name for (name,) in used} - {LEDGER}:
            self.keeper.drop_temporary(name)
            self.keeper.create_table(catalogue().tables[name])


@contextmanager
def running_memory() -> Iterator[TestMemory]:
    """A memory that is gone when the block ends."""
    with open_warehouse(URL) as keeper:
        yield TestMemory(keeper)
