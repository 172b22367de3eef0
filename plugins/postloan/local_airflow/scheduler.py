"""Airflow's scheduler with the libraries of our tasks already imported.

Tasks run in processes that are forked from it, so that none of them has to import the libraries
again: seconds per task on a small machine. Our own modules are left out: a change to them counts
from the next task on, without a restart.
"""

import sys
from importlib import import_module

LIBRARIES = (
    "duckdb",
    "great_expectations",
    "open_data_contract_standard.model",
    "pyarrow",
    "pydantic",
    "sqlglot",
    "yaml",
)


def main() -> None:
    """Run `airflow scheduler` with the options of this process."""
    for name in LIBRARIES:
        import_module(name)
    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
    airflow()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
