"""A whole business date without Airflow: deliveries in, gate, every step, files out.

Runs in this process, or as `python -m tests.support.whole_day DATE` in one that can be killed.
"""

import hashlib
import sys
from datetime import date
from pathlib import Path

from postloan.business_day.close_business_day import close_business_day
from postloan.business_day.ledger import open_day
from postloan.contracts import catalogue
from postloan.files.modes import keep_private
from postloan.ingestion.deliver import ingest
from postloan.settings import settings
from postloan.steps import run_steps
from postloan.warehouse import Warehouse, open_warehouse


def run_whole_day(warehouse: Warehouse, day: date) -> None:
    """Take in what was delivered for a date and run it to its close."""
    home = settings()
    for source in catalogue().sources():
        if (home.landing / source / day.isoformat()).is_dir():
            ingest(warehouse, source, day, home.landing, home.scratch, home.quarantine)
    gate = open_day(warehouse, day, after_cut_off=True)
    if gate.day is not None:
        for _ in run_steps(warehouse, gate.day):
            pass
        close_business_day(warehouse, gate.day)


def files(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tables(warehouse: Warehouse) -> dict[str, str]:
    """Hash of every table, whatever the order of its rows."""
    hashes = {}
    for name, table in catalogue().tables.items():
        columns = ", ".join(table.column_names)
        rows = sorted(repr(row) for row in warehouse.stream(f"select {columns} from {name}"))
        hashes[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes


def main() -> int:
    """Run one date of the installation in the environment, as a task of Airflow would."""
    keep_private()
    with open_warehouse() as warehouse:
        run_whole_day(warehouse, date.fromisoformat(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
