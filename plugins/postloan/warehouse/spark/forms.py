"""The columns of a table as Spark and Arrow name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from postloan.contracts import Table
from postloan.errors import WarehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_OF_CONTRACT = {"varchar": "string", "integer": "int", "timestamp": "timestamp_ntz"}
_ARROW = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "int": pa.int32(),
    "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"),
    "boolean": pa.bool_(),
    "double": pa.float64(),
}
# What SQL may give that is no type of a contract, and what it is kept as.
_KEPT_AS = {"void": "int", "smallint": "int", "tinyint": "int", "float": "double"}


@dataclass(frozen=True)
class Form:
    """One table, of the contracts or temporary.

    Attributes:
        name: the table.
        columns: column -> Spark type, in order.
        required: columns that must hold a value.
        partition: the column whose values lie apart from each other, or None.
        is_temporary: whether it belongs to one connection only.
    """

    name: str
    columns: Mapping[str, str]
    required: tuple[str, ...] = ()
    partition: str | None = None
    is_temporary: bool = False

    @property
    def stored(self) -> pa.Schema:
        """The columns of a file; the partition stands in its path."""
        return pa.schema(
            [(n, arrow_type(t)) for n, t in self.columns.items() if n != self.partition]
        )

    @property
    def arrow(self) -> pa.Schema:
        """All columns, in order."""
        return pa.schema([(n, arrow_type(t)) for n, t in self.columns.items()])

    @property
    def ddl(self) -> str:
        """All columns, in order, as Spark writes a schema."""
        return ", ".join(f"`{n}` {t}" for n, t in self.columns.items())

    def as_json(self) -> dict[str, Any]:
        """The columns as a commit file holds them."""
        return {
            "columns": dict(self.columns),
            "required": list(self.required),
            "partition": self.partition,
        }

    @classmethod
    def of_json(cls, name: str, content: Mapping[str, Any]) -> "Form":
        """The columns of a table that a commit file tells of."""
        required = tuple(content["required"])
        return cls(name, content["columns"], required, content["partition"])


def spark_type(sql_type: str) -> str:
    """The Spark type of a type of the contracts."""
    return _OF_CONTRACT.get(sql_type, sql_type.replace(" ", ""))


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type of a Spark type.

    Raises:
        WarehouseError: tables cannot hold it.
    """
    if kind.startswith("decimal("):
        precision, scale = kind.removeprefix("decimal(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    if kind not in _ARROW:
        raise WarehouseError(f"Tables cannot hold the Spark type {kind}: cast it in the SQL.")
    return _ARROW[kind]


def form_of(table: Table) -> Form:
    """A table as its contract has it."""
    return Form(
        table.name,
        {c.name: spark_type(c.sql_type) for c in table.columns},
        tuple(c.name for c in table.columns if c.required),
        table.partition,
    )


def temporary_form(name: str, frame: "DataFrame") -> Form:
    """A temporary table for the rows of a query."""
    kinds = {f.name: f.dataType.simpleString() for f in frame.schema.fields}
    return Form(name, {n: _KEPT_AS.get(k, k) for n, k in kinds.items()}, is_temporary=True)
