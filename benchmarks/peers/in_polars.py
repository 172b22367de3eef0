"""The same question, days past due and stage, asked of Polars, lazily and on all cores."""

from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.peers.book import STAGES, TABLES

Frames = dict[str, pl.DataFrame]


def load(folder: Path) -> Frames:
    """Load the Parquet files."""
    return {table: pl.read_parquet(folder / f"{table}.parquet") for table in TABLES}


def days_past_due(frames: Frames, day: date) -> dict[str, tuple[int, str]]:
    """Days past due and stage by loan, oldest instalment first for unnamed money."""
    paid = frames["repayment"].lazy().filter(pl.col("effective_on") <= day)
    named = (
        paid.drop_nulls("instalment_no")
        .group_by("loan_id", "instalment_no")
        .agg(pl.col("amount").sum().alias("named"))
    )
    due = (
        frames["instalment"]
        .lazy()
        .join(named, on=["loan_id", "instalment_no"], how="left")
        .with_columns(paid=pl.min_horizontal(pl.col("named").fill_null(0.0), "amount_due"))
        .with_columns(rest=pl.col("amount_due") - pl.col("paid"))
    )
    pool = (
        paid.group_by("loan_id")
        .agg(pl.col("amount").sum())
        .join(due.group_by("loan_id").agg(pl.col("paid").sum()), on="loan_id")
        .select("loan_id", pool=pl.col("amount") - pl.col("paid"))
    )
    reach = pl.col("rest").cum_sum().over("loan_id", order_by="due_on")
    late = (
        due.join(pool, on="loan_id", how="left")
        .with_columns(reach=reach - pl.col("pool").fill_null(0.0))
        .with_columns(unpaid=pl.min_horizontal("rest", "reach").clip(lower_bound=0.0))
        .filter((pl.col("due_on") < day) & (pl.col("unpaid") > 1.005))
        .group_by("loan_id")
        .agg(pl.col("due_on").min())
    )
    days = (pl.lit(day) - pl.col("due_on")).dt.total_days()
    stage = pl.lit("current")
    for bound, name in reversed(STAGES):
        stage = pl.when(pl.col("days") >= bound).then(pl.lit(name)).otherwise(stage)
    answer = (
        frames["loan"]
        .lazy()
        .join(late, on="loan_id")
        .with_columns(days=days)
        .select("loan_id", "days", stage=stage)
        .collect()
    )
    return {loan: (int(n), name) for loan, n, name in answer.iter_rows()}
