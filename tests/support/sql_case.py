"""A SQL test written as data: rows that are there, the rows that a SQL file makes of them.

```yaml
describe: One sentence that says what holds.
params: {business_date: 2026-11-20, previous_date: 2026-11-19}
first: [open_loan]          # temporary SQL files that run before, where the model reads them
given:
  loan: |
    loan_id | product  | loan_status
    L1      | consumer | active
expect: |
  loan_id | stage
  L1      | reminder
```

The folder is named after the SQL file. An empty cell is NULL and `¦` stands for a bar. Cells are
cast as the contract says; in a table that no contract describes a header may name the type
(`amount:decimal(18,2)`). A required column that a table leaves out is filled in (see `_filler`), so
that a case shows what matters. Rules are the real ones of the business date unless `given` lists a
rule table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from postloan.contracts import Column, Table, catalogue
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from postloan.sqllint.house_rules import output_columns
from postloan.text.yaml_text import yaml_document
from postloan.warehouse import Warehouse, load_model
from postloan.warehouse.models import parse
from postloan.warehouse.restating import restate

Rows = list[dict[str, Any]]

DEFAULT_DAY = date(2026, 11, 20)
STAGED = "staged_"
NOBODY = {
    "standing_subject": "queue | candidate_key | customer_id | loan_id | phone",
    "taken_back_restriction": "feed | record_key | customer_id | happened:varchar | starts_on "
    "| received_on | line_no | load_no",
    "withheld_task": "queue | task_id",
    "paid_loan": "loan_id | reason:varchar | inputs:varchar",
    "recipient": "customer_id | customer_name | phone | customer_group",
}
"""What is judged or kept back as well, and most cases leave empty."""


@dataclass(frozen=True)
class SqlCase:
    """One file below tests/sql."""

    path: Path
    model: str
    describe: str
    params: Mapping[str, Any]
    first: tuple[str, ...]
    given: Mapping[str, str]
    expect: str

    @property
    def name(self) -> str:
        """Folder and sentence, as the test is called."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def day(self) -> date:
        """The business date of the case."""
        day: date = self.params["business_date"]
        return day


def read_case(path: Path) -> SqlCase:
    """Read one case.

    Raises:
        ValueError: the file has a key that no case has, or lacks one.
    """
    text = yaml_document(path.read_text(encoding="utf-8"))
    allowed = {"describe", "params", "first", "given", "expect"}
    if not {"describe", "expect"} <= set(text) <= allowed:
        raise ValueError(f"{path}: a case has {sorted(allowed)}; found {sorted(text)}")
    params = {"business_date": DEFAULT_DAY, **(text.get("params") or {})}
    params.setdefault("known_on", params["business_date"])
    return SqlCase(
        path=path,
        model=path.parent.name,
        describe=text["describe"],
        params=params,
        first=tuple(text.get("first") or ()),
        given=text.get("given") or {},
        expect=text["expect"],
    )


# Pipe tables --------------------------------------------------------------------------------


def _cells(text: str) -> Iterator[list[str]]:
    for line in text.strip("\n").split("\n"):
        yield [cell.strip().replace("¦", "|") for cell in line.split("|")]


def pipe_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a pipe table; an empty table is its header alone."""
    header, *rows = _cells(text)
    for row in rows:
        assert len(row) == len(header), f"{row} has {len(row)} cells, the header {len(header)}"
    return header, rows


CASTS: Mapping[str, Callable[[str], Any]] = {
    "varchar": str,
    "integer": int,
    "bigint": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "boolean": lambda text: {"true": True, "false": False}[text],
}


def _value(text: str, sql_type: str) -> Any:
    return None if text == "" else CASTS[sql_type.split("(")[0]](text)


def as_text(value: Any) -> str:
    """The one text form that values are compared in; a decimal keeps its digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


# Laying down what is given ------------------------------------------------------------------


def _filler(column: Column, day: date, number: int) -> Any:
    """What a required column holds where the case says nothing.

    The date of the case or its midnight, the line number, the first word of the list, zero, false,
    'x'.
    """
    if column.name == "line_no":
        return number + 1
    if column.enum:
        return column.enum[0]
    kind = column.sql_type.split("(")[0]
    fillers = {
        "date": day,
        "timestamp": datetime.combine(day, time.min),
        "boolean": False,
        "decimal": Decimal(0),
        "integer": 0,
        "bigint": 0,
    }
    return fillers.get(kind, "x")


def contract_rows(table: Table, text: str, day: date) -> Rows:
    """Rows of a pipe table, cast by the contract and filled in where a column is required."""
    header, lines = pipe_table(text)
    unknown = [name for name in header if name not in table.column_names]
    assert not unknown, f"{table.name} has no column {', '.join(unknown)}"
    rows = []
    for number, cells in enumerate(lines, start=1):
        row = {n: _value(c, table.column(n).sql_type) for n, c in zip(header, cells, strict=True)}
        for column in table.columns:
            if column.required and column.name not in header:
                row[column.name] = _filler(column, day, number)
        rows.append(row)
    return rows


def _type_of(name: str) -> str:
    types = {c.sql_type for t in catalogue().tables.values() for c in t.columns if c.name == name}
    assert len(types) == 1, f"write {name}:<type>; the contracts know {sorted(types) or 'none'}"
    return types.pop()


def _lay_temporary(warehouse: Warehouse, name: str, text: str, day: date) -> None:
    """A temporary table of the given rows: a staged delivery or another SQL file's."""
    feed = catalogue().tables.get(name.removeprefix(STAGED))
    if feed is not None and name.startswith(STAGED):
        types = {c.name: c.sql_type for c in feed.columns}
        rows = contract_rows(feed, text, day)
    else:
        header, lines = pipe_table(text)
        pairs = [h.partition(":")[::2] for h in header]
        types = {n.strip(): kind.strip() or _type_of(n.strip()) for n, kind in pairs}
        rows = [
            {n: _value(c, types[n]) for n, c in zip(types, cells, strict=True)} for cells in lines
        ]
    columns = ", ".join(f"cast(null as {t}) as {n}" for n, t in types.items())
    warehouse.temporary_from(name, f"select {columns} where false")
    warehouse.insert_rows(name, list(types), [tuple(r.get(n) for n in types) for r in rows])


def tables_behind(model: str) -> set[str]:
    """Names of everything that a SQL file reads, directly or through others."""
    found: set[str] = set()
    waiting = [model]
    while waiting:
        for name in load_model(waiting.pop()).reads:
            if name not in found:
                found.add(name)
                if name not in catalogue().tables and not name.startswith(STAGED):
                    waiting.append(name)
    return found


def _repeat_on_the_day_before(warehouse: Warehouse, table: Table, day: date) -> None:
    """The same rules once more under another date: whoever forgets the date counts them twice."""
    before = day - timedelta(days=1)
    columns = [c for c in table.column_names if c != table.partition]
    listed = ", ".join(columns)
    rows = warehouse.fetch(
        f"select {listed} from {table.name} where {table.partition} = cast($day as date)",
        {"day": day},
    )
    made = [{**dict(zip(columns, r, strict=True)), str(table.partition): before} for r in rows]
    warehouse.append_rows(table.name, made)


@cache
def _rules(day: date) -> Mapping[str, Rows]:
    return compile_rules(rule_book(), day)


def lay_down(warehouse: Warehouse, case: SqlCase) -> None:
    """Put the given rows and the rules in force into an empty warehouse."""
    tables = catalogue().tables
    for name, text in case.given.items():
        if name in tables:
            warehouse.append_rows(name, contract_rows(tables[name], text, case.day))
        else:
            _lay_temporary(warehouse, name, text, case.day)
    needed = set().union(*(tables_behind(m) for m in (case.model, *case.first)))
    for name, header in NOBODY.items():
        if name in needed and name not in case.given:
            _lay_temporary(warehouse, name, header, case.day)
    for name in sorted(n for n in needed if n.startswith("rule_") and n in tables):
        if name not in case.given:
            rows = [{**r, "business_date": case.day} for r in _rules(case.day).get(name, [])]
            warehouse.write_rows(name, case.day, rows)
        _repeat_on_the_day_before(warehouse, tables[name], case.day)
    for name in case.first:
        warehouse.temporary(name, case.params)


# Running and comparing ----------------------------------------------------------------------


def run_model(warehouse: Warehouse, case: SqlCase, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Run the SQL file as the product would and return the columns asked for, as text.

    The rows are sorted, but for a query: there the order is part of the answer.
    """
    model, listed = load_model(case.model), ", ".join(columns)
    kind, _, partition = model.write.partition(" ")
    if kind == "partition":
        warehouse.rebuild(case.model, case.day, case.params)
        select = f"select {listed} from {case.model} where {partition} = cast($day as date)"
        rows = warehouse.fetch(select, {"day": case.day})
    elif kind == "versions":
        restate(warehouse, case.model, case.day, case.params)
        select = f"select {listed} from current_{case.model} where {partition} = cast($day as date)"
        rows = warehouse.fetch(select, {"day": case.day})
    elif kind == "temporary":
        warehouse.temporary(case.model, case.params)
        rows = warehouse.fetch(f"select {listed} from {case.model}")
    elif kind == "view":
        rows = warehouse.fetch(f"select {listed} from {case.model}", case.params)
    else:
        made = output_columns(parse(model.text))
        picked = [made.index(c) for c in columns]
        rows = [tuple(r[i] for i in picked) for r in warehouse.read_model(case.model, case.params)]
    texts = [tuple(map(as_text, row)) for row in rows]
    return texts if kind == "query" else sorted(texts)


def expected_rows(case: SqlCase) -> list[tuple[str, ...]]:
    """The rows of `expect`, in the order that `run_model` gives them in."""
    rows = [tuple(line) for line in pipe_table(case.expect)[1]]
    return rows if load_model(case.model).write == "query" else sorted(rows)
