"""Removing rows: whole parts go by name, others are written anew without them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import Part, Parts
from postloan.warehouse.spark.store import PART, Store, key_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def holding(rows: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """The rows whose columns have these values."""
    for name, value in values.items():
        column = rows.column(name)
        wanted = pa.scalar(value, pa.string() if isinstance(value, str) else None)
        rows = rows.filter(pc.equal(column, wanted.cast(column.type)))
    return rows


def without_values(
    store: Store, form: Form, parts: Parts, values: Mapping[str, Any]
) -> tuple[Parts, Parts]:
    """Parts that go and parts that come when the rows with these values are removed.

    Args:
        store: where the rows are.
        form: the table.
        parts: small parts.
        values: column -> the value it has in every row that is removed.
    """
    gone: list[Part] = []
    come: list[Part] = []
    for part in parts:
        rows = store.rows(form, (part,))
        is_hit = pa.array([True] * rows.num_rows)
        for name, value in values.items():
            column = rows.column(name)
            wanted = pa.scalar(value, pa.string() if isinstance(value, str) else None)
            is_same = pc.fill_null(pc.equal(column, wanted.cast(column.type)), fill_value=False)
            is_hit = pc.and_(is_hit, is_same)
        kept = rows.filter(pc.invert(is_hit))
        if kept.num_rows < rows.num_rows:
            gone.append(part)
            come += store.write_rows(form, kept) if kept.num_rows else ()
    return tuple(gone), tuple(come)


def survivors_written(
    store: Store, form: Form, parts: Parts, survivors: "DataFrame"
) -> tuple[Parts, Parts]:
    """Parts that go and parts that come when only some rows survive.

    Args:
        store: where the rows are.
        form: the table.
        parts: the parts that may hold removed rows.
        survivors: the rows of these parts that stay, with `PART`.
    """
    from pyspark.sql import functions as f

    if store.is_small(parts):
        rows = survivors.toArrow()
        left = {v["values"]: v["counts"] for v in pc.value_counts(rows.column(PART)).to_pylist()}
        gone = tuple(p for p in parts if left.get(key_of(p), 0) < p.rows)
        come: list[Part] = []
        for part in gone:
            kept = rows.filter(pc.equal(rows.column(PART), key_of(part))).select(list(form.columns))
            come += store.write_rows(form, kept.cast(form.arrow)) if kept.num_rows else ()
        return gone, tuple(come)
    left = {r[0]: r[1] for r in survivors.groupBy(PART).count().collect()}
    gone = tuple(p for p in parts if left.get(key_of(p), 0) < p.rows)
    if not any(left.get(key_of(p), 0) for p in gone):
        return gone, ()
    kept = survivors.where(f.col(PART).isin([key_of(p) for p in gone])).drop(PART)
    return gone, store.write_frame(form, kept, is_small=False)
