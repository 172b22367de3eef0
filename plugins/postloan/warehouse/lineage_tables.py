"""Which tables a piece of work reads and writes, by the headers of the SQL files it ran."""

from collections.abc import Iterable
from dataclasses import dataclass

from postloan.contracts import catalogue
from postloan.warehouse.models import load_model, model_names

WRITES = ("partition", "versions", "append")
"""What the header of a SQL file says of rows that are kept."""


@dataclass(frozen=True)
class Touched:
    """Tables of the contracts, sorted by name.

    Attributes:
        reads: tables whose rows were read, directly or through views.
        writes: tables whose rows were replaced or added.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]


def tables_touched(models: Iterable[str]) -> Touched:
    """The tables that some SQL files read and write; temporary ones in between do not count.

    Args:
        models: names of the SQL files that ran.

    Raises:
        WarehouseError: there is no such file.
    """
    tables, files = catalogue().tables, set(model_names())
    reads: set[str] = set()
    writes: set[str] = set()
    waiting, seen = list(models), set[str]()
    for name in waiting:
        writes |= {name} if load_model(name).write.split()[0] in WRITES else set()
    while waiting:
        for read in load_model(waiting.pop()).reads:
            if read in tables:
                reads.add(read)
            elif read in files and read not in seen:
                seen.add(read)
                waiting.append(read)
    return Touched(tuple(sorted(reads)), tuple(sorted(writes)))
