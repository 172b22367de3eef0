"""The book as the peers get it, and the stages they are asked for."""

from pathlib import Path
from typing import Any

STAGES = ((90, "severe"), (30, "escalation"), (15, "early_warning"), (1, "reminder"))
TABLES = ("instalment", "repayment", "loan")

_COLUMNS = {
    "instalment": "loan_id, instalment_no, due_on, cast(amount_due as double) as amount_due",
    "repayment": "loan_id, instalment_no, effective_on, cast(signed_amount as double) as amount",
}
_LOANS = """
    select loan_id, customer_id, product
    from loan
    qualify row_number() over (partition by loan_id order by received_on desc) = 1
    and loan_status = 'active'
"""


def export_book(warehouse: Any, folder: Path) -> None:
    """Write what the peers need as Parquet, so that loading it is not held against them unfairly.

    Args:
        warehouse: an open DuckDB warehouse.
        folder: gets one file per table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    selects = {table: f"select {columns} from {table}" for table, columns in _COLUMNS.items()}  # noqa: S608
    for table, select in {**selects, "loan": _LOANS}.items():
        warehouse.connection.execute(f"copy ({select}) to '{folder}/{table}.parquet'")
