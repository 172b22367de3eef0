"""What must change in a warehouse so that its tables are what the contracts say.

Nothing is touched here: from the tables as they are held and the contracts follow the changes,
in order, each with the question that the rows must answer before it may be made. A change that
could lose data carries such a question; whoever asks it finds 0, or refuses with its words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from postloan.contracts import Column, Table
from postloan.warehouse.schema.alterations import (
    adding_column,
    dropping_column,
    relaxing_column,
    renaming_column,
    requiring_column,
    retyping_column,
)
from postloan.warehouse.schema.column_types import holds_all, spelt
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import repeated_keys

FORMER_NAME = "customProperties: [{property: formerName, value: %s}]"


@dataclass(frozen=True)
class HeldColumn:
    """A column as the warehouse holds it; the type as `column_types.spelt`."""

    name: str
    sql_type: str
    required: bool


@dataclass(frozen=True)
class HeldTable:
    """A table as the warehouse holds it.

    Attributes:
        columns: its columns.
        key: the key columns when it was last brought up to date; None where nobody wrote it down.
        partition: the partition column at that time.
    """

    columns: tuple[HeldColumn, ...]
    key: tuple[str, ...] | None = None
    partition: str | None = None


@dataclass(frozen=True)
class Proof:
    """A count over the rows as they are held that must be 0, and what to say when it is not.

    Attributes:
        count: SELECT of one number.
        refusal: what is wrong and what to do; `{n}` is the number.
    """

    count: Statement
    refusal: str

    def told(self, n: int) -> str:
        """The refusal with its number."""
        return self.refusal.replace("{n}", f"{n:,}")


@dataclass(frozen=True)
class Change:
    """One change of one table.

    Attributes:
        table: the table as the contract has it.
        what: the change in words, as the ledger keeps it.
        alters: the statements that make it.
        proof: what must hold before.
        creates: the table is made anew.
    """

    table: Table
    what: str
    alters: tuple[exp.Alter, ...] = field(default=(), compare=False)
    proof: Proof | None = field(default=None, compare=False)
    creates: bool = False


def schema_plan(tables: Iterable[Table], held: Mapping[str, HeldTable]) -> tuple[Change, ...]:
    """The changes that make the tables of a warehouse those of the contracts.

    Tables that no contract describes are left alone.

    Args:
        tables: the tables of the contracts.
        held: name -> table as the warehouse holds it.
    """
    changes: list[Change] = []
    for table in tables:
        if table.name not in held:
            changes.append(Change(table, "created", creates=True))
        else:
            changes += _Comparison(table, held[table.name]).changes()
    return tuple(changes)


class _Comparison:
    """One table of a contract beside the same table as it is held."""

    def __init__(self, table: Table, held: HeldTable) -> None:
        self.table = table
        self.held = held
        self.there = {c.name: c for c in held.columns}
        self.old_name = {c.name: self._old_name(c) for c in table.columns}

    def _old_name(self, column: Column) -> str | None:
        """What a column of the contract is called in the warehouse; None where it is not there.

        A former name that another column bears today is that column's.
        """
        others = set(self.table.column_names) - {column.name}
        names = (n for n in (column.name, *column.former_names) if n not in others)
        return next((n for n in names if n in self.there), None)

    def changes(self) -> Iterator[Change]:
        """Renames first, so that what follows can speak the names of the contract."""
        if self.held.key is None:
            yield Change(self.table, "taken over as it is")
        kept = {old for old in self.old_name.values() if old}
        for column in self.table.columns:
            old = self.old_name[column.name]
            if old and old != column.name:
                yield self._renamed(column, old)
        for column in self.table.columns:
            old = self.old_name[column.name]
            yield from self._altered(column, self.there[old]) if old else self._added(column)
        for name in self.there:
            if name not in kept:
                yield self._dropped(name)
        yield from self._rekeyed()

    def _renamed(self, column: Column, old: str) -> Change:
        rename = renaming_column(self.table.name, old, column.name)
        return Change(self.table, f"column {old} renamed {column.name}", (rename,))

    def _added(self, column: Column) -> Iterator[Change]:
        name = self.table.name
        add = adding_column(name, column)
        if not column.required:
            yield Change(self.table, f"column {column.name} {column.sql_type} added", (add,))
            return
        proof = Proof(
            _counting(name),
            f"{name}.{column.name} is new and required, and {{n}} rows have no value for it. Leave "
            f"`required` out, or, if the column has a new name, say which it had: "
            f"{FORMER_NAME % '…'}.",
        )
        alters = (add, requiring_column(name, column.name))
        yield Change(self.table, f"column {column.name} {column.sql_type} added", alters, proof)

    def _altered(self, column: Column, held: HeldColumn) -> Iterator[Change]:
        name, wanted = self.table.name, spelt(column.sql_type)
        if held.sql_type != wanted:
            what = f"column {column.name} from {held.sql_type} to {wanted}"
            lossless = holds_all(held.sql_type, wanted)
            proof = None if lossless else self._narrowing(column, held, wanted)
            yield Change(self.table, what, (retyping_column(name, column),), proof)
        if held.required and not column.required:
            relax = relaxing_column(name, column.name)
            yield Change(self.table, f"column {column.name} may be empty", (relax,))
        if column.required and not held.required:
            proof = Proof(
                _counting(name, exp.column(held.name).is_(exp.null())),
                f"{name}.{column.name} is required now, and {{n}} rows have no value. Leave "
                f"`required` out, or fill the column first.",
            )
            require = requiring_column(name, column.name)
            yield Change(self.table, f"column {column.name} is required", (require,), proof)

    def _narrowing(self, column: Column, held: HeldColumn, wanted: str) -> Proof:
        return Proof(
            _counting_values(self.table.name, held.name),
            f"{self.table.name}.{column.name} would become {wanted}, which holds less than "
            f"{held.sql_type}, and {{n}} values are in it. Keep the type, or give the column of "
            f"the other type a name of its own.",
        )

    def _dropped(self, name: str) -> Change:
        proof = Proof(
            _counting_values(self.table.name, name),
            f"{self.table.name}.{name} is in no contract any more, and holds {{n}} values. Put it "
            f"back, or, if it has a new name, say so beside that: {FORMER_NAME % name}.",
        )
        drop = dropping_column(self.table.name, name)
        return Change(self.table, f"empty column {name} dropped", (drop,), proof)

    def _rekeyed(self) -> Iterator[Change]:
        """A key that has fewer columns than before may repeat; one that has more cannot."""
        if self.held.key is None:
            return
        table, new_name = self.table, {old: new for new, old in self.old_name.items() if old}
        key = tuple(new_name.get(k, k) for k in self.held.key)
        partition = new_name.get(self.held.partition or "", self.held.partition)
        if partition != table.partition:
            what = f"partition {table.partition} instead of {partition}"
            yield Change(table, what, proof=self._unique())
        elif key != table.key:
            has_more = set(key) <= {*table.key, table.partition}
            proof = None if has_more else self._unique()
            what = f"key ({', '.join(table.key)}) instead of ({', '.join(key)})"
            yield Change(table, what, proof=proof)

    def _unique(self) -> Proof | None:
        """That no key occurs twice in a partition; a key with a new column proves its own way."""
        table = self.table
        names = dict.fromkeys(n for n in (table.partition, *table.key) if n)
        old = tuple(self.old_name[n] for n in names)
        if not table.key or None in old:
            return None
        columns = tuple(n for n in old if n)
        return Proof(
            repeated_keys(table.name, columns, None),
            f"{table.name}: its key would be ({', '.join(table.key)}), and {{n}} such keys stand "
            f"in several rows. Leave in the key what tells these apart, or mend them first.",
        )


def _counting(table: str, where: exp.Expr | None = None) -> Statement:
    query = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(table)
    return Statement(query.where(where) if where else query)


def _counting_values(table: str, column: str) -> Statement:
    return Statement(exp.select(exp.Count(this=exp.column(column)).as_("n")).from_(table))
