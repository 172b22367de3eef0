"""The floor under any answer: the same columns read and the same rows written, with no logic."""

from datetime import date
from typing import Any

RESULTS = ("loan_delinquency", "loan_stage", "stage_event", "customer_delinquency")


def read_floor(warehouse: Any) -> None:
    """Read the columns that the answer depends on, with no logic at all."""
    warehouse.connection.execute(
        "select max(loan_id), max(instalment_no), max(due_on), sum(amount_due), max(received_on), "
        "sum(principal_due), sum(interest_due), sum(fee_due) from instalment"
    ).fetchall()
    warehouse.connection.execute(
        "select max(loan_id), max(instalment_no), max(effective_on), sum(signed_amount), "
        "max(received_on), max(instalment_due_on) from repayment"
    ).fetchall()


def write_floor(warehouse: Any, day: date) -> None:
    """Write the same rows once more and commit them, with no logic at all."""
    with warehouse.transaction():
        for table in RESULTS:
            warehouse.connection.execute(
                f"create table floor_{table} as select * from {table} where business_date = $day",  # noqa: S608
                {"day": day},
            )


def drop_floor(warehouse: Any) -> None:
    """Remove what `write_floor` wrote."""
    for table in RESULTS:
        warehouse.connection.execute(f"drop table floor_{table}")
