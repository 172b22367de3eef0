"""Removing rows: whole parts go by name, others are written anew without them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from postloan.warehouse.models import Parameters
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import WHOLE, Claim, Part, Parts
from postloan.warehouse.spark.reading_trees import (
    equalities,
    equality_with,
    partition_text,
    spark_sql,
    tables_of,
    value_of,
)
from postloan.warehouse.spark.store import PART, Store, key_of
from postloan.warehouse.spark.tables import Tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


JUDGED = "_judged_rows"


class Replaced(NamedTuple):
    """What a removal comes to."""

    gone: Parts
    come: Parts
    claim: Claim | None

    @property
    def rows(self) -> int:
        """Number of rows removed."""
        return sum(p.rows for p in self.gone) - sum(p.rows for p in self.come)


def removal(
    tables: Tables, store: Store, name: str, condition: exp.Expr | None, parameters: Parameters
) -> Replaced:
    """What becomes of the parts of a table when rows are removed from it.

    Where the condition only names a partition, its parts go, and nothing is read. Where it only
    compares columns of few rows with values, no job is needed.

    Args:
        tables: the tables of the connection.
        store: where their rows are.
        name: the table.
        condition: which rows; None for all.
        parameters: those of the condition.
    """
    form, parts = tables.find(name)
    if condition is None:
        return Replaced(parts, (), Claim(name, None, WHOLE))
    parts, partition = _in_partition(form, parts, condition, parameters)
    same = equalities(condition)
    if same is not None:
        values = {n: value_of(v, parameters) for n, v in same.items() if n != form.partition}
        told = ", ".join(f"{n} = {values[n]}" for n in sorted(values))
        claim = Claim(name, partition, told)
        if claim.slice == WHOLE:
            return Replaced(parts, (), claim)
        if store.is_small(parts):
            return Replaced(*_without_values(store, form, parts, values), claim)
    else:
        claim = None
    if not parts:
        return Replaced((), (), claim)
    kept = _survivors(tables, store, form, parts, condition, parameters)
    return Replaced(*_written_anew(store, form, parts, kept), claim)


def _in_partition(
    form: Form, parts: Parts, condition: exp.Expr, parameters: Parameters
) -> tuple[Parts, str | None]:
    """The parts that may hold the rows, and their partition where the condition names it."""
    named = equality_with(condition, form.partition) if form.partition else None
    if named is None:
        return parts, None
    partition = partition_text(value_of(named, parameters))
    return tuple(p for p in parts if p.partition == partition), partition


def _without_values(
    store: Store, form: Form, parts: Parts, values: Mapping[str, Any]
) -> tuple[Parts, Parts]:
    """Parts that go and parts that come when the rows with these values are removed."""
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


def _survivors(
    tables: Tables,
    store: Store,
    form: Form,
    parts: Parts,
    condition: exp.Expr,
    parameters: Parameters,
) -> "DataFrame":
    """The rows of some parts that do not meet a condition, with `PART`."""
    # The condition may ask about the whole table; what it judges are these parts.
    others = tables.show(tables_of(condition))
    store.gears.shift(few=others + sum(p.rows for p in parts) <= store.local_rows)
    store.frame(form, parts, with_part=True).createOrReplaceTempView(JUDGED)
    stays = f"not coalesce({spark_sql(condition)}, false)"
    return store.spark.sql(
        f"select * from {JUDGED} as {form.name} where {stays}",  # noqa: S608 (own names)
        args=dict(parameters),
    )


def _written_anew(
    store: Store, form: Form, parts: Parts, survivors: "DataFrame"
) -> tuple[Parts, Parts]:
    """Parts that go and parts that come when only some rows survive."""
    if store.is_small(parts):
        return _written_here(store, form, parts, survivors.toArrow())
    left: dict[str, int] = dict(survivors.groupBy(PART).count().collect())
    gone = tuple(p for p in parts if left.get(key_of(p), 0) < p.rows)
    halved = [key_of(p) for p in gone if key_of(p) in left]
    if not halved:
        return gone, ()
    kept = survivors.where(survivors[PART].isin(halved)).drop(PART)
    return gone, store.write_frame(form, kept, is_small=False)


def _written_here(
    store: Store, form: Form, parts: Parts, survivors: pa.Table
) -> tuple[Parts, Parts]:
    """The same for a few rows, which are here: a part that lost none stays."""
    counts = pc.value_counts(survivors.column(PART)).to_pylist()
    left = {count["values"]: count["counts"] for count in counts}
    gone = tuple(p for p in parts if left.get(key_of(p), 0) < p.rows)
    come: list[Part] = []
    for part in gone:
        kept = survivors.filter(pc.equal(survivors.column(PART), key_of(part)))
        if kept.num_rows:
            come += store.write_rows(form, kept.select(list(form.columns)).cast(form.arrow))
    return gone, tuple(come)
