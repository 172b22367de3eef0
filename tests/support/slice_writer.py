"""A process that replaces a slice whenever it is told to, and can be killed while it does.

The slice is one date of two tables, replaced in one transaction by one of two contents, which
differ in every row and in their number. The day before lies beside it and is never written again.

`python -m tests.support.slice_writer URL EIGHTS` reads the name of a content from each line of its
input, writes it, and tells what it has done and when, by the clock that all processes of a machine
share. Asked for `held`, it tells what both tables hold.
"""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.checksum import Checksum, checksum

DAY = date(2026, 11, 20)
CONTENTS = ("red", "blue")
TABLES = ("rule_parameter", "rule_version")
READY, BEGUN, COMMITTED, REFUSED = "ready", "begun", "committed", "refused"
HELD = "held"

Held = tuple[tuple[Checksum, int], ...]
"""What both tables hold, and how many rows the warehouse counts: Spark does so without a look."""


def replace_slice(
    warehouse: Warehouse,
    content: str,
    eights: int,
    day: date = DAY,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Replace one date of both tables, in one transaction.

    Args:
        warehouse: an open warehouse.
        content: one of `CONTENTS`; the second has an eighth fewer rows.
        eights: the first has 8 to the power of so many rows in each table.
        day: the date.
        tell: told the name of a table once its rows are there, before the commit.
    """
    given = {"business_date": day, "content": content}
    tables = catalogue().tables
    with warehouse.transaction():
        for name, select in zip(TABLES, (_parameters(eights), _VERSIONS), strict=True):
            warehouse.replace_partition(tables[name], day, select, given)
            tell(name)


def prepare(warehouse: Warehouse, eights: int) -> None:
    """Write the day beside the slice."""
    replace_slice(warehouse, CONTENTS[0], eights, DAY - timedelta(days=1))


def held(warehouse: Warehouse) -> Held:
    """What both tables hold, at one moment."""
    with warehouse.snapshot():
        return tuple(
            (checksum(warehouse, catalogue().tables[name]), warehouse.count(name))
            for name in TABLES
        )


@cache
def undisturbed(content: str, eights: int) -> Held:
    """What both tables hold where nothing was ever killed; the same on every engine."""
    with open_warehouse("duckdb:///:memory:") as warehouse:
        prepare(warehouse, eights)
        replace_slice(warehouse, content, eights)
        return held(warehouse)


def _parameters(eights: int) -> str:
    digits = " cross join ".join(
        f"(values (0), (1), (2), (3), (4), (5), (6), (7)) as t{n}(d{n})" for n in range(eights)
    )
    number = " + ".join(f"d{n} * {8**n}" for n in range(eights))
    return f"""
        select
            cast($business_date as date) as business_date,
            cast({number} as varchar) as pack,
            'x' as parameter,
            cast(null as decimal(18, 6)) as value_number,
            cast($content as varchar) as value_text,
            cast(null as varchar) as rule_id,
            'v' as rule_version
        from {digits}
        where d0 < 7 or $content = '{CONTENTS[0]}'
    """


_VERSIONS = """
    select
        business_date, pack, value_text as rule_version, business_date as effective_from,
        cast(null as varchar) as approved_by
    from rule_parameter
    where business_date = cast($business_date as date)
"""


def _tell(word: str) -> None:
    sys.stdout.write(f"{time.monotonic()} {word}\n")
    sys.stdout.flush()


def main() -> int:
    """Write what is asked for until nothing more is, or the warehouse is lost."""
    url, eights = sys.argv[1], int(sys.argv[2])
    with open_warehouse(url) as warehouse:
        _tell(READY)
        for line in sys.stdin:
            if line.strip() == HELD:
                _tell(str(held(warehouse)))
                continue
            _tell(BEGUN)
            try:
                replace_slice(warehouse, line.strip(), eights, tell=_tell)
            except WarehouseError as error:
                _tell(f"{REFUSED} {type(error).__name__}")
                raise
            _tell(COMMITTED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
