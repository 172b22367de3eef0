"""What a change of a column means for a table of the lake.

Files are never altered. Where they can be read as the new columns they stay; otherwise the rows
are written once more.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sqlglot import exp

from postloan.contracts import Table
from postloan.errors import WarehouseError
from postloan.warehouse.schema.column_types import spelt
from postloan.warehouse.spark.forms import Form, spark_type


class Reshaped(NamedTuple):
    """A table after a change.

    Attributes:
        form: its columns now.
        values: what each of them is, in SQL over the columns of before; None where the files can
            stay as they are.
    """

    form: Form
    values: tuple[str, ...] | None = None


def reshaped(form: Form, change: exp.Alter) -> Reshaped:
    """A table after one of `alterations`.

    Raises:
        WarehouseError: no such change is known.
    """
    (action,) = change.args["actions"]
    match action:
        case exp.ColumnDef():
            kind = _spark_type(action.args["kind"])
            # A column that a file does not have is read as empty.
            return Reshaped(replace(form, columns={**form.columns, action.name: kind}))
        case exp.Drop():
            gone = action.args["tables"][0].name
            columns = {n: t for n, t in form.columns.items() if n != gone}
            return Reshaped(replace(form, columns=columns, required=_without(form, gone)))
        case exp.RenameColumn():
            return _renamed(form, action.this.name, action.args["to"].name)
        case exp.AlterColumn() if action.args.get("dtype"):
            return _retyped(form, action.name, _spark_type(action.args["dtype"]))
        case exp.AlterColumn():
            required = _without(form, action.name)
            if not action.args.get("drop"):
                required = (*required, action.name)
            return Reshaped(replace(form, required=required))
    raise WarehouseError(f"Spark cannot change a table in this way: {change.sql()}")


def repartitioned(form: Form, table: Table) -> Reshaped | None:
    """A table whose rows lie apart by the column of its contract; None where they do already."""
    if form.partition == table.partition:
        return None
    return Reshaped(replace(form, partition=table.partition), tuple(_as_they_are(form)))


def _renamed(form: Form, old: str, new: str) -> Reshaped:
    def name(column: str) -> str:
        return new if column == old else column

    columns = {name(n): t for n, t in form.columns.items()}
    partition = name(form.partition) if form.partition else None
    required = tuple(map(name, form.required))
    values = tuple(f"`{n}` as `{name(n)}`" for n in form.columns)
    made = replace(form, columns=columns, required=required, partition=partition)
    return Reshaped(made, values)


def _retyped(form: Form, column: str, kind: str) -> Reshaped:
    columns = {n: kind if n == column else t for n, t in form.columns.items()}
    values = tuple(f"cast(`{n}` as {t}) as `{n}`" for n, t in columns.items())
    return Reshaped(replace(form, columns=columns), values)


def _as_they_are(form: Form) -> Iterator[str]:
    return (f"`{n}`" for n in form.columns)


def _without(form: Form, column: str) -> tuple[str, ...]:
    return tuple(n for n in form.required if n != column)


def _spark_type(kind: exp.Expr) -> str:
    return spark_type(spelt(kind.sql("duckdb")))
