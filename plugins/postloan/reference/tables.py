"""`docs/tables.md`: every feed, table, view and task file, as its contract describes it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from postloan.contracts import Catalogue, Column, FeedContract, Table, TaskFileContract, catalogue
from postloan.reference.markdown import cell, facts, in_repository, joined
from postloan.settings import REPOSITORY
from postloan.warehouse import Model, load_model, model_names

PACKAGE = REPOSITORY / "plugins" / "postloan"
_WRITES = re.compile(r"\b(?:write_rows|append_rows|replace_slice)\(\s*\"([a-z_]+)\"")

INTRODUCTION = """
# Tables and files

Generated from `include/contracts` and the headers of `include/sql` by `make docs`; edit those.

*Data* says how personal a column is: `internal` values are safe in a log, `personal` and
`sensitive` ones never leave the warehouse but in a task file whose contract lists them.

What a sender must know of a feed (rules, checks, cadence, names in English) stands in the
[data dictionary](data_dictionary.md).
"""

AREAS = {
    "landing": "What is fetched",
    "ingestion": "What arrived",
    "business_day": "Business dates and gates",
    "rules": "Rules in force",
    "delinquency": "Days past due and stages",
    "risk": "Scores, indicators and alerts",
    "contact": "Whom to contact",
    "legal": "Legal cases",
    "publication": "Tasks and their files",
    "retention": "What is kept, what is deleted",
    "warehouse": "The tables themselves",
}
"""Titles, in the order in which a business date passes through the areas."""


def tables_page() -> str:
    """The whole page, in Markdown."""
    known = catalogue()
    models = [load_model(name) for name in sorted(model_names())]
    readers = _readers(models)
    parts = [INTRODUCTION.strip(), _contents(known)]
    for source in known.sources():
        parts.append(f"## Feeds of {source}")
        parts += [_feed(feed, readers) for feed in known.feeds_of(source)]
    for area in _areas(known):
        parts.append(f"## {_area_title(area)}")
        tables = [t for t in known.tables.values() if t.area == area and t.name not in known.feeds]
        parts += [_table(table, readers) for table in tables]
    parts.append("## Views and intermediate rows")
    parts.append(_models([m for m in models if m.name not in known.tables], readers))
    parts.append("## Task files")
    parts += [_task_file(t) for t in (*known.task_files.values(), known.recall_file)]
    return "\n\n".join(parts) + "\n"


def _areas(known: Catalogue) -> list[str]:
    told = {t.area for t in known.tables.values() if t.name not in known.feeds}
    return [*(area for area in AREAS if area in told), *sorted(told - set(AREAS))]


def _area_title(area: str) -> str:
    return AREAS.get(area, area.replace("_", " ").capitalize())


def _contents(known: Catalogue) -> str:
    lines = [
        _content_line(f"Feeds of {source}", (f.name for f in known.feeds_of(source)))
        for source in known.sources()
    ]
    for area in _areas(known):
        names = (n for n, t in known.tables.items() if t.area == area and n not in known.feeds)
        lines.append(_content_line(_area_title(area), names))
    lines.append("- [Views and intermediate rows](#views-and-intermediate-rows)")
    lines.append(_content_line("Task files", (f"{q}-file" for q in known.task_files)))
    return "\n".join(lines)


def _content_line(title: str, names: Iterable[str]) -> str:
    return f"- {title}: " + ", ".join(f"[{n.removesuffix('-file')}](#{n})" for n in names)


# One section per thing ----------------------------------------------------------------------


def _feed(feed: FeedContract, readers: dict[str, list[str]]) -> str:
    arrival = "required" if feed.is_required else "optional"
    cut_off = f", by {feed.cut_off}" if feed.cut_off else ""
    return "\n\n".join(
        (
            f'### <a id="{feed.name}"></a>{feed.table.title} `{feed.name}`',
            feed.table.description,
            facts(
                ("One row", feed.table.grain),
                ("Contract", f"`{in_repository(feed.path)}`, version {feed.version}"),
                ("Delivery", f"{feed.delivery}, {arrival}{cut_off}; absence means {feed.absence}"),
                ("Written by", _writer(feed.table)),
                ("Read by", joined(readers[feed.name])),
            ),
            _columns(feed.table.columns),
        )
    )


def _table(table: Table, readers: dict[str, list[str]]) -> str:
    return "\n\n".join(
        (
            f'### <a id="{table.name}"></a>{table.title} `{table.name}`',
            table.description,
            facts(
                ("One row", table.grain or ", ".join(table.key)),
                ("Replaced by", f"`{table.partition}`" if table.partition else "row"),
                ("Written by", _writer(table)),
                ("Read by", joined(readers[table.name])),
            ),
            _columns(table.columns),
        )
    )


def _task_file(contract: TaskFileContract) -> str:
    where = "inside the lender" if contract.is_internal else "outside the lender"
    return "\n\n".join(
        (
            f'### <a id="{contract.queue}-file"></a>{contract.table.title} `{contract.queue}`',
            contract.purpose or contract.table.description,
            facts(
                ("One row", contract.table.grain or ", ".join(contract.table.key)),
                ("Receiver", f"{contract.receiver}, {where}"),
                ("Contract", f"`{in_repository(contract.path)}`, version {contract.version}"),
            ),
            _columns(contract.table.columns),
        )
    )


def _models(models: list[Model], readers: dict[str, list[str]]) -> str:
    lines = [
        "| SQL file, or view that is made | What it is | One row | Kind | Reads | Read by |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {_place(m)} | {cell(m.title)} | {m.grain} | {m.write} "
        f"| {joined(m.reads)} | {joined(readers[m.name])} |"
        for m in models
    ]
    return "\n".join(lines)


def _place(model: Model) -> str:
    """Where a SELECT stands; one that is made stands nowhere."""
    return f"`{model.name}`" if model.is_made else f"`{model.area}/{model.name}.sql`"


# Pieces -------------------------------------------------------------------------------------


def _columns(columns: Iterable[Column]) -> str:
    rows = (
        f"| `{c.name}` | {c.title} | {c.sql_type} | {_marks(c)} | {c.classification} "
        f"| {cell(_meaning(c))} |"
        for c in columns
    )
    head = ("| Column | 中文 | Type | | Data | Meaning |", "|---|---|---|---|---|---|")
    return "\n".join((*head, *rows))


def _marks(column: Column) -> str:
    marks = (
        f"key {column.key_position}" if column.key_position else "",
        "partition" if column.is_partition else "",
        "required" if column.required and not column.key_position else "",
        "derived" if column.is_derived else "",
    )
    return ", ".join(m for m in marks if m)


def _meaning(column: Column) -> str:
    words = f" One of {', '.join(column.enum)}." if column.enum else ""
    target = f" Found in {column.references}." if column.references else ""
    return f"{column.description}{words}{target}"


# Who writes and who reads -------------------------------------------------------------------


def _readers(models: Iterable[Model]) -> dict[str, list[str]]:
    readers: dict[str, list[str]] = defaultdict(list)
    for model in models:
        for name in model.reads:
            readers[name].append(model.name)
    return readers


def _writer(table: Table) -> str:
    if table.name in model_names():
        model = load_model(table.name)
        made = ", made of it" if model.is_made else ""
        return f"`{in_repository(model.path)}`{made}, {model.write}"
    if table.name.startswith("rule_"):
        return "the rule packs of `include/rules` that are in force on the date"
    return joined(_python_writers()[table.name]) or "nothing yet"


@cache
def _python_writers() -> dict[str, list[str]]:
    writers: dict[str, list[str]] = defaultdict(list)
    for name, path in _written_in_python():
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if module not in writers[name]:
            writers[name].append(module)
    return writers


def _written_in_python() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in _WRITES.findall(path.read_text(encoding="utf-8")):
            yield name, path
