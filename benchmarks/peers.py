"""The same question, days past due and stage, asked of pandas; and the floor under any answer."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

STAGES = ((90, "severe"), (30, "escalation"), (15, "early_warning"), (1, "reminder"))
COLUMNS = {
    "instalment": "loan_id, instalment_no, due_on, cast(amount_due as double) as amount_due",
    "repayment": "loan_id, instalment_no, effective_on, cast(signed_amount as double) as amount",
}
RESULTS = ("loan_delinquency", "loan_stage", "stage_event", "customer_delinquency")
LOANS = """
    select loan_id, customer_id, product
    from loan
    qualify row_number() over (partition by loan_id order by received_on desc) = 1
    and loan_status = 'active'
"""


def export_for_pandas(warehouse: Any, folder: Path) -> None:
    """Write what pandas needs as Parquet, so that loading it is not held against it unfairly."""
    folder.mkdir(parents=True, exist_ok=True)
    selects = {table: f"select {columns} from {table}" for table, columns in COLUMNS.items()}  # noqa: S608
    for table, select in {**selects, "loan": LOANS}.items():
        warehouse.connection.execute(f"copy ({select}) to '{folder}/{table}.parquet'")


def load(folder: Path) -> dict[str, pd.DataFrame]:
    """Load the Parquet files."""
    return {table: pd.read_parquet(folder / f"{table}.parquet") for table in (*COLUMNS, "loan")}


def days_past_due(frames: dict[str, pd.DataFrame], day: date) -> pd.DataFrame:
    """Days past due and stage by loan, vectorised, oldest instalment first for unnamed money."""
    on = pd.Timestamp(day)
    paid = frames["repayment"]
    paid = paid[pd.to_datetime(paid["effective_on"]) <= on]
    due = frames["instalment"]
    named = (
        paid.dropna(subset=["instalment_no"]).groupby(["loan_id", "instalment_no"])["amount"].sum()
    )
    due = due.join(named.rename("paid"), on=["loan_id", "instalment_no"])
    due["paid"] = due["paid"].fillna(0.0).clip(upper=due["amount_due"])
    due["rest"] = due["amount_due"] - due["paid"]
    pool = paid.groupby("loan_id")["amount"].sum() - due.groupby("loan_id")["paid"].sum()
    due = due.sort_values(["loan_id", "due_on"])
    reach = due.groupby("loan_id")["rest"].cumsum() - due["loan_id"].map(pool).fillna(0.0)
    due["unpaid"] = due["rest"].clip(upper=reach).clip(lower=0.0)
    due_on = pd.to_datetime(due["due_on"])
    late = due[(due_on < on) & (due["unpaid"] > 1.005)]
    oldest = pd.to_datetime(late.groupby("loan_id")["due_on"].min())
    answer = (
        frames["loan"].set_index("loan_id").join((on - oldest).dt.days.rename("days"), how="inner")
    )
    answer["stage"] = "current"
    for bound, stage in reversed(STAGES):
        answer.loc[answer["days"] >= bound, "stage"] = stage
    return answer


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
