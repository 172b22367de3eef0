"""Invented rows for everything that a SQL file reads: what no lender would send on purpose.

Keys come from a small pool of look-alikes, so that joins meet; dates cluster around the business
date and month ends; amounts are zero, negative, large; texts are long, empty, Chinese. Only what
the contracts and headers promise is kept: types, required columns, word lists and unique keys.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from postloan.contracts import Column, Table, catalogue
from postloan.ingestion.loading.relations import file_key
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from postloan.sqllint.house_rules import output_columns
from postloan.warehouse import Warehouse, load_model, open_warehouse
from postloan.warehouse.models import parse

Row = dict[str, Any]
Strategy = st.SearchStrategy[Any]

DAY = date(2026, 11, 20)
STAGED = "staged_"
MOST_ROWS = 6

PARAMETERS: Mapping[str, Any] = {
    "business_date": DAY,
    "known_on": DAY,
    "judged_load_no": 3,
    "previous_date": DAY - timedelta(days=1),
    "past_due_before": DAY,
    "is_opening": False,
    "contact_is_past": False,
    "is_held": False,
    "is_suppression": False,
    "revision": 1,
    "turn": 1,
    "round": 1,
    "bureau_max_age_days": 31,
    "header_language": "zh",
    "contract_version": "1.0.0",
    "queue": "sms",
    "source": "core_banking",
    "load_no": 3,
    "plain": "^1[0-9]{10}$",
    "customer_id": "K1",
    "loan_id": "K1",
    "task_id": "K1",
}
"""One value of every parameter that a SQL file takes."""

KEYS = ("K1", "k1", "K1 ", "K10", "K-1", "Ｋ1", "借据1", "K1\u200b")
TEXTS = (
    "",
    " ",
    "0",
    "x",
    "X",
    "ß",
    "ss",
    "é",
    "e\u0301",
    "𠮷",
    "a,b",
    'O\'Reilly "q" 100%_\\',
    "=1+1",
    "逾期客户还款意愿说明" * 12,
)
MONTH_ENDS = (
    date(2024, 2, 29),
    date(2026, 2, 28),
    date(2026, 10, 31),
    date(2026, 11, 30),
    date(2027, 1, 31),
)
AMOUNTS = ("0.00", "0.01", "-0.01", "0.50", "99.99", "100.00", "-100.00", "105.50", "999999999.99")


@dataclass(frozen=True)
class Relation:
    """Something a SQL file reads that has rows of its own.

    Attributes:
        name: a table of the contracts, a staged delivery, or a temporary SQL file.
        columns: its columns.
        keys: columns that no two rows share together; none where nothing is promised.
        is_temporary: it has to be made before rows can be put in.
    """

    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    is_temporary: bool


@cache
def relations_of(model: str) -> tuple[Relation, ...]:
    """All that a SQL file reads, views seen through; rule tables aside."""
    return tuple(
        _relation(name) for name in sorted(_read_by(model)) if not name.startswith("rule_")
    )


def _read_by(model: str) -> set[str]:
    found: set[str] = set()
    for name in load_model(model).reads:
        is_view = name not in catalogue().tables and _is(name, "view")
        found |= _read_by(name) if is_view else {name}
    return found


def _is(name: str, write: str) -> bool:
    return not name.startswith(STAGED) and load_model(name).write == write


def _relation(name: str) -> Relation:
    tables = catalogue().tables
    if name in tables:
        table = tables[name]
        return Relation(name, tuple(table.columns), _keys_of(table), is_temporary=False)
    if name.startswith(STAGED):
        feed = tables[name.removeprefix(STAGED)]
        columns = tuple(c for c in feed.columns if c.name != feed.partition)
        keys = (("line_no",), file_key(catalogue().feeds[feed.name]))
        return Relation(name, columns, keys, is_temporary=True)
    columns = _columns_made_by(name)
    names = {c.name for c in columns}
    grain = tuple(part.strip() for part in load_model(name).grain.split(","))
    return Relation(name, columns, (grain,) if set(grain) <= names else (), is_temporary=True)


def _keys_of(table: Table) -> tuple[tuple[str, ...], ...]:
    partition = (table.partition,) if table.partition else ()
    return (tuple(dict.fromkeys((*partition, *table.key))),) if table.key else ()


@cache
def _columns_made_by(model: str) -> tuple[Column, ...]:
    """Columns of a temporary SQL file, in the types it gives them when there are no rows."""
    with open_warehouse("duckdb:///:memory:") as warehouse:
        for relation in relations_of(model):
            lay(warehouse, relation, [])
        warehouse.temporary(model, PARAMETERS)
        described = warehouse.fetch(
            "select column_name, data_type from information_schema.columns "
            "where table_name = $name order by ordinal_position",
            {"name": model},
        )
    needed = set(load_model(model).grain.replace(" ", "").split(","))
    return tuple(
        Column(name, name, "", "", sql_type=kind.lower(), required=name in needed)
        for name, kind in described
    )


def lay(warehouse: Warehouse, relation: Relation, rows: Sequence[Row]) -> None:
    """Put rows where the SQL file reads them."""
    names = [c.name for c in relation.columns]
    if relation.is_temporary:
        nothing = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in relation.columns)
        warehouse.temporary_from(relation.name, f"select {nothing} where false")
    warehouse.insert_rows(relation.name, names, [tuple(r.get(n) for n in names) for r in rows])


def lay_rules(warehouse: Warehouse) -> None:
    """Put the rules of the business date where all SQL files read them."""
    with warehouse.transaction():
        for name, rows in _rules().items():
            warehouse.write_rows(name, DAY, [{**row, "business_date": DAY} for row in rows])


@cache
def _rules() -> Mapping[str, list[Row]]:
    made = compile_rules(rule_book(), DAY)
    return {name: list(made.get(name, [])) for name in catalogue().tables if name[:5] == "rule_"}


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """Column -> the words that rules and word lists know under its name."""
    words: dict[str, set[str]] = {}
    for rows in _rules().values():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str):
                    words.setdefault(name, set()).add(value)
    for table in catalogue().tables.values():
        for column in table.columns:
            words.setdefault(column.name, set()).update(column.enum)
    return {name: tuple(sorted(found)) for name, found in words.items() if found}


def rows_of(relation: Relation) -> st.SearchStrategy[list[Row]]:
    """Lists of rows of a relation, none to `MOST_ROWS`, with no key twice."""
    row = st.fixed_dictionaries({c.name: _value(relation, c) for c in relation.columns})
    unique = tuple(_values_of(key) for key in relation.keys)
    return st.lists(row, max_size=MOST_ROWS, unique_by=unique or None)


def _values_of(key: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: tuple(row[column] for column in key)


def inputs_of(model: str) -> st.SearchStrategy[dict[str, list[Row]]]:
    """Rows of every relation that a SQL file reads."""
    return st.fixed_dictionaries({r.name: rows_of(r) for r in relations_of(model)})


def _value(relation: Relation, column: Column) -> Strategy:
    made = _typed(column)
    if column.required or any(column.name in key for key in relation.keys):
        return made
    return st.one_of(st.none(), made, made)


def _typed(column: Column) -> Strategy:
    kind, _, size = column.sql_type.rstrip(")").partition("(")
    match kind:
        case "boolean":
            return st.booleans()
        case "date":
            return st.one_of(st.sampled_from(MONTH_ENDS), _near_days())
        case "timestamp":
            return st.builds(_moment, _near_days(), st.sampled_from((0, 1, 43_200, 86_399)))
        case "decimal":
            return _amounts(int(size.split(",")[1]))
        case "integer" | "bigint" | "hugeint":
            return st.sampled_from((0, 1, 2, 3, 30, 90, 999))
        case "double":
            return st.sampled_from((0.0, 0.25, 1.0, 30.5))
    return _texts(column)


def _near_days() -> Strategy:
    offsets = (-400, -91, -90, -31, -30, -1, -1, *(0,) * 6, 1, 30)
    return st.sampled_from([DAY + timedelta(days=n) for n in offsets])


def _moment(day: date, second: int) -> datetime:
    return datetime.combine(day, time.min) + timedelta(seconds=second)


def _amounts(scale: int) -> Strategy:
    exact = Decimal(1).scaleb(-scale)
    return st.sampled_from([Decimal(a).quantize(exact) for a in AMOUNTS])


def _texts(column: Column) -> Strategy:
    if column.enum:
        return st.sampled_from(column.enum)
    if column.name.endswith(("_id", "_key")):
        return st.sampled_from((*KEYS[:1] * 12, *KEYS))
    if words := _words().get(column.name):
        return st.sampled_from((*words, "?"))
    return st.sampled_from(TEXTS)


def answer_of(warehouse: Warehouse, model: str, given: Mapping[str, list[Row]]) -> list[Any]:
    """The rows that a SQL file makes of the given ones and of the rules that have been laid.

    Nothing of it is kept.
    Rows that are kept are cast as their contract says. The rows are sorted, but for a query: there
    the order is part of the answer.
    """
    with warehouse.rolled_back():
        for relation in relations_of(model):
            lay(warehouse, relation, given[relation.name])
        rows = [tuple(map(_plain, row)) for row in warehouse.fetch(_asked(model), PARAMETERS)]
    return rows if load_model(model).write == "query" else sorted(rows)


def _asked(model: str) -> str:
    text = load_model(model).text
    table = catalogue().tables.get(model)
    if table is None:
        return text
    made = output_columns(parse(text))
    cast = ", ".join(f"cast({n} as {table.column(n).sql_type}) as {n}" for n in made)
    return f"select {cast} from ({text}\n) as made"


def _plain(value: Any) -> tuple[str, str]:
    """A value and its kind; numbers are equal whatever type an engine counts in."""
    match value:
        case None:
            return ("", "")
        case bool():
            return ("truth", str(value))
        case int() | float() | Decimal():
            return ("number", f"{Decimal(str(value)).normalize():f}")
    return (type(value).__name__, str(value))


def differences(one: Sequence[Any], other: Sequence[Any]) -> Iterator[str]:
    """What one answer has and the other has not, a line for each row."""
    for sign, here, there in (("-", one, other), ("+", other, one)):
        for row in here:
            if row not in there:
                yield f"{sign} {tuple(value for _, value in row)}"
