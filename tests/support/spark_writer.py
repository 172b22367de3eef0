"""A process that replaces the same rows again and again, until it is killed.

Every round replaces one partition of two tables in one transaction; all rows of a round say its
number. `python -m tests.support.spark_writer URL ROUNDS` prints a line when it is ready and one
after every round.
"""

import os
import subprocess
import sys
from datetime import date
from typing import IO

from postloan.contracts import catalogue
from postloan.settings import REPOSITORY
from postloan.warehouse import Warehouse, open_warehouse

DAY = date(2026, 11, 20)
ROWS = 8**5

_EIGHTS = " cross join ".join(
    f"(values (0), (1), (2), (3), (4), (5), (6), (7)) as t{n}(d{n})" for n in range(5)
)
_NUMBER = " + ".join(f"d{n} * {8**n}" for n in range(5))
_PARAMETERS = f"""
    select
        cast($business_date as date) as business_date,
        cast({_NUMBER} as varchar) as pack,
        'x' as parameter,
        cast(null as decimal(18, 6)) as value_number,
        cast($round as varchar) as value_text,
        cast(null as varchar) as rule_id,
        'v' as rule_version
    from {_EIGHTS}
"""
_VERSIONS = """
    select
        business_date, pack, value_text as rule_version, business_date as effective_from,
        cast(null as varchar) as approved_by
    from rule_parameter
    where business_date = cast($business_date as date)
"""


def replace_both(warehouse: Warehouse, number: int) -> None:
    """One round: both tables, in one transaction."""
    given = {"business_date": DAY, "round": str(number)}
    tables = catalogue().tables
    with warehouse.transaction():
        warehouse.replace_partition(tables["rule_parameter"], DAY, _PARAMETERS, given)
        warehouse.replace_partition(tables["rule_version"], DAY, _VERSIONS, given)


def round_seen(warehouse: Warehouse) -> str:
    """The number that all rows of both tables say.

    Raises:
        ValueError: rows are missing, or of several rounds.
    """
    said = warehouse.fetch(
        """
        select value_text as said, count(*) as n from rule_parameter group by value_text
        union all
        select rule_version as said, count(*) as n from rule_version group by rule_version
        """
    )
    rounds = {number for number, _ in said}
    if len(rounds) != 1 or [n for _, n in said] != [ROWS, ROWS]:
        raise ValueError(f"half a transaction: {said}")
    return str(rounds.pop())


def start_writer(url: str, rounds: int) -> subprocess.Popen[str]:
    """Start this module as a process of its own."""
    path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.spark_writer", url, str(rounds)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": path, "SPARK_LOCAL_IP": "127.0.0.1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def lines_of(writer: subprocess.Popen[str]) -> IO[str]:
    """What the process says, line by line."""
    assert writer.stdout
    return writer.stdout


def main() -> int:
    """Write rounds until killed, or so many."""
    url, rounds = sys.argv[1], int(sys.argv[2])
    with open_warehouse(url) as warehouse:
        print("ready", flush=True)  # noqa: T201 (what it is for)
        for number in range(1, rounds + 1):
            replace_both(warehouse, number)
            print(round_seen(warehouse), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
