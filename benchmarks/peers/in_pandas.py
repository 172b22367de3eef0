"""The same question, days past due and stage, asked of pandas."""

from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks.peers.book import STAGES, TABLES

Frames = dict[str, pd.DataFrame]


def load(folder: Path) -> Frames:
    """Load the Parquet files."""
    return {table: pd.read_parquet(folder / f"{table}.parquet") for table in TABLES}


def days_past_due(frames: Frames, day: date) -> dict[str, tuple[int, str]]:
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
    return {
        loan: (int(days), stage)
        for loan, days, stage in zip(answer.index, answer["days"], answer["stage"], strict=True)
    }
