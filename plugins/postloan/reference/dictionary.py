"""`docs/data_dictionary.md`: what every source sends, and how long it is kept."""

from collections.abc import Iterator
from datetime import date

from open_data_contract_standard.model import DataQuality

from postloan.contracts import Column, FeedContract, catalogue
from postloan.reference.markdown import cell, facts, in_repository, table
from postloan.rules.kinds.retention import RetentionRule, RetentionTimes
from postloan.rules.packs import rule_book

INTRODUCTION = """
# Data dictionary

Generated from `include/contracts` by `make docs`; edit those. What becomes of the feeds in the
warehouse stands in [tables](tables.md).

A sender gets a form with `python -m postloan feed template FEED` and tests a file with
`python -m postloan feed check FILE`. A value that breaks its column's rule sends the row to
quarantine; a check that *stops* refuses the whole delivery. *Data* says how personal a column is:
`personal` and `sensitive` values stay out of logs and are masked wherever they are shown.
"""

COLUMN_HEADER = ("Column", "中文", "English", "Type", "", "Rule", "Data", "Meaning")
CHECK_HEADER = ("Check", "If it fails", "When", "What it says")
RETENTION_HEADER = ("Rule", "What it says", "Of what", "Kept for", "Counted from")
SHOWN_ELSEWHERE = ("delivery", "absence", "required", "maxAgeDays")


def dictionary_page() -> str:
    """The whole page, in Markdown."""
    known = catalogue()
    parts = [INTRODUCTION.strip()]
    for source in known.sources():
        feeds = known.feeds_of(source)
        links = ", ".join(f"[{f.table.title} {f.name}](#{f.name})" for f in feeds)
        parts += [f"## {source}", links]
        parts += [part for feed in feeds for part in _feed(feed)]
    parts += _retention()
    return "\n\n".join(parts) + "\n"


def _retention() -> Iterator[str]:
    """The newest version of every retention rule."""
    yield "## How long it is kept"
    yield (
        "Loans, instalments and repayments never expire: days past due are computed from them. "
        "Where several rules name the same thing the longest time counts, and a legal hold keeps "
        "it longer (`python -m postloan hold`)."
    )
    packs = rule_book("demo").of_kind(RetentionTimes, date.max)
    yield table(RETENTION_HEADER, (_kept(pack, rule) for pack in packs for rule in pack.rules))


def _kept(pack: RetentionTimes, rule: RetentionRule) -> tuple[str, ...]:
    what = [f"[{name}](tables.md#{name})" for name in rule.tables or ()]
    what += [f"files: {kind.replace('_', ' ')}" for kind in rule.files or ()]
    title = f"{rule.title.zh} {rule.title.en}"
    since = rule.counts_from.replace("_", " ")
    return (f"{rule.id}@{pack.version}", title, ", ".join(what), rule.keep.told(), since)


def _feed(feed: FeedContract) -> Iterator[str]:
    yield f'### <a id="{feed.name}"></a>{feed.table.title} `{feed.name}`'
    yield feed.purpose or feed.table.description
    yield facts(
        ("English name", feed.table.english_name),
        ("Rows", feed.table.description),
        ("Bear in mind", feed.limitations),
        ("Contract", f"`{in_repository(feed.path)}`, version {feed.version}"),
        ("Delivery", _delivery(feed)),
        ("Cadence", _cadence(feed)),
        ("Absence", f"a delivery without it means: {feed.absence}"),
        ("Further terms", _further_terms(feed)),
    )
    yield table(COLUMN_HEADER, map(_column, feed.file_columns))
    checks = list(_checks(feed))
    if checks:
        yield table(CHECK_HEADER, checks)


def _delivery(feed: FeedContract) -> str:
    kind = {"snapshot": "snapshot: all rows each time", "delta": "delta: what is new or changed"}
    return f"{kind[feed.delivery]}; {'required' if feed.is_required else 'optional'}"


def _cadence(feed: FeedContract) -> str:
    by = f"by {feed.cut_off} on the following day" if feed.cut_off else ""
    age = f"may be {feed.max_age_days} days old" if feed.max_age_days else "of the business date"
    return "; ".join(filter(None, (feed.cadence, by, age)))


def _further_terms(feed: FeedContract) -> str:
    told = (f"`{n}` {_plain(v)}" for n, v in feed.terms.items() if n not in SHOWN_ELSEWHERE)
    return "; ".join(told)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return cell(str(value))


def _column(column: Column) -> tuple[str, ...]:
    return (
        f"`{column.name}`",
        column.title,
        column.english_name,
        column.sql_type,
        _marks(column),
        "; ".join(_rules(column)),
        column.classification,
        column.description,
    )


def _marks(column: Column) -> str:
    if column.key_position:
        return f"key {column.key_position}"
    return "required" if column.required else ""


def _rules(column: Column) -> Iterator[str]:
    if column.enum:
        yield f"one of {', '.join(column.enum)}"
    yield from column.bounds
    if column.option("maxLength"):
        yield f"at most {column.option('maxLength')} characters"
    if column.option("pattern"):
        yield f"`{column.option('pattern')}`"
    if column.has_several_lines:
        yield "may have several lines"
    if column.references:
        target, _, name = column.references.partition(".")
        yield f"found in [{target}](#{target}).{name}"


def _checks(feed: FeedContract) -> Iterator[tuple[str, ...]]:
    entries = [("", c) for c in feed.table.checks]
    entries += [(c.name, check) for c in feed.file_columns for check in c.checks]
    for column, check in entries:
        yield _check(column, check)


def _check(column: str, check: DataQuality) -> tuple[str, ...]:
    effects = {"stop": "the delivery stops", "warn": "a warning"}
    name = f"`{check.name}`{f' on `{column}`' if column else ''}"
    when = ", ".join(check.tags or ()) or "always"
    return (name, effects.get(check.severity or "", ""), when, check.description or "")
