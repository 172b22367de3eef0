"""Rule packs: policy as dated, versioned YAML.

A file of `include/rules` holds the versions of one pack, one YAML document each. Every version
says from which day it holds; it ends where the next one begins. Lower bounds only, so neither
gaps nor overlaps can be written down.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from postloan.business_date import LAST_DATE
from postloan.errors import RuleError
from postloan.settings import include_folder, settings
from postloan.text.shown_text import shown, without_secrets
from postloan.text.yaml_text import yaml_documents

FIRST_RULE = date(1900, 1, 1)
"""A law may be older than any business date; what is older still is mistyped."""


@dataclass(frozen=True)
class Pack:
    """One version of one rule pack."""

    name: str
    kind: str
    version: str
    effective_from: date
    effective_to: date | None
    approved_by: str | None
    products: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)
    path: Path = field(repr=False)

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on that day, successors aside."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    def holds_for(self, product: str) -> bool:
        """Whether the version applies to that product; one that names none applies to all."""
        return not self.products or product in self.products


@dataclass(frozen=True)
class RuleBook:
    """All packs of an installation, all versions."""

    packs: tuple[Pack, ...]

    def names(self) -> tuple[str, ...]:
        """Names of the packs."""
        return tuple(sorted({p.name for p in self.packs}))

    def in_force(self, day: date) -> tuple[Pack, ...]:
        """The version of every pack that holds on a business date.

        A pack that begins later is left out: the law of that day did not know it.
        """
        newest: dict[str, Pack] = {}
        for pack in sorted(self.packs, key=lambda p: p.effective_from):
            if pack.effective_from <= day:
                newest[pack.name] = pack
        return tuple(p for _, p in sorted(newest.items()) if p.holds_on(day))

    def pack(self, name: str, day: date) -> Pack:
        """The version of one pack that holds on a business date.

        Raises:
            RuleError: there is no such pack, or none of its versions holds on that day.
        """
        for pack in self.in_force(day):
            if pack.name == name:
                return pack
        raise RuleError(f"No version of the rule pack '{name}' is in force on {day}.")


def _documents(path: Path) -> Iterable[Any]:
    try:
        return yaml_documents(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RuleError(f"{path.name} is not YAML: {without_secrets(error)}") from error


def _where(error_path: Iterable[Any]) -> str:
    return "/".join(str(p) for p in error_path) or "top level"


class _Day(str):
    """A date, as the schema sees it. One in quotes is a text, and would be equal to no date."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    """A document as the schema knows it: nothing but what JSON has."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if type(value) is date:
        return _Day(value.isoformat())
    return value if isinstance(value, str | int | float | None) else str(value)


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date")
def _is_date(value: object) -> bool:
    """Whether a rule can begin, end or mean that day; of what is no text the type is judged."""
    if not isinstance(value, str):
        return True
    return isinstance(value, _Day) and str(FIRST_RULE) <= value <= str(LAST_DATE)


def _told(error: ValidationError) -> str:
    if error.validator == "format":
        return (
            f"'{shown(str(error.instance))}' is no date from {FIRST_RULE} to {LAST_DATE}, written "
            f"YYYY-MM-DD without quotes and time. Where a version has no end, leave its end out."
        )
    return shown(error.message, 300)


def _pack(document: Any, path: Path, schema: Draft202012Validator) -> Pack:
    errors = sorted(schema.iter_errors(_plain(document)), key=lambda e: list(map(str, e.path)))
    if errors:
        first = max(errors, key=lambda e: len(e.path))
        raise RuleError(f"{path.name}, {shown(_where(first.path))}: {_told(first)}")
    applies_to = document.get("applies_to") or {}
    return Pack(
        name=document["pack"],
        kind=document["kind"],
        version=str(document["version"]),
        effective_from=document["effective_from"],
        effective_to=document.get("effective_to"),
        approved_by=document["approved_by"],
        products=tuple(applies_to.get("product") or ()),
        body=document,
        path=path,
    )


def _check_versions(packs: Iterable[Pack]) -> None:
    by_name: dict[str, list[Pack]] = {}
    for pack in packs:
        by_name.setdefault(pack.name, []).append(pack)
    for name, versions in by_name.items():
        if len({v.path for v in versions}) > 1:
            raise RuleError(
                f"The pack '{name}' is spread over several files; keep one file a pack."
            )
        versions.sort(key=lambda v: v.effective_from)
        for earlier, later in pairwise(versions):
            if earlier.effective_from == later.effective_from or earlier.version == later.version:
                raise RuleError(
                    f"{later.path.name}: two versions share the date or the version number "
                    f"({later.version}, {later.effective_from})."
                )
            if earlier.effective_to and earlier.effective_to > later.effective_from:
                raise RuleError(
                    f"{later.path.name}: version {earlier.version} ends on {earlier.effective_to}, "
                    f"after version {later.version} has begun."
                )


def _check_ids(packs: Iterable[Pack]) -> None:
    """Refuse an id of two rules: task files, denials and lineage name a rule by it alone."""
    owner: dict[str, Pack] = {}
    for pack in packs:
        ids = list(_ids(pack.body))
        twice = next((i for i, times in Counter(ids).items() if times > 1), None)
        if twice:
            raise RuleError(
                f"{pack.path.name}: version {pack.version} has two rules with the id "
                f"'{shown(twice)}'. Give each its own."
            )
        for rule_id in ids:
            other = owner.setdefault(rule_id, pack)
            if other.name != pack.name:
                raise RuleError(
                    f"{pack.path.name}: the id '{shown(rule_id)}' stands for a rule of "
                    f"{other.path.name} already. Give the younger one another."
                )


def _ids(part: Any) -> Iterator[str]:
    """The ids of rules anywhere in a pack."""
    if isinstance(part, Mapping):
        if "id" in part:
            yield str(part["id"])
        part = part.values()
    elif not isinstance(part, list):
        return
    for inner in part:
        yield from _ids(inner)


@cache
def _load(folder: Path) -> RuleBook:
    schema_path = folder / "_schema" / "rule_pack.schema.json"
    schema = Draft202012Validator(
        json.loads(schema_path.read_text(encoding="utf-8")), format_checker=_FORMATS
    )
    packs = [
        _pack(document, path, schema)
        for path in sorted(folder.rglob("*.yaml"))
        for document in _documents(path)
    ]
    _check_versions(packs)
    _check_ids(packs)
    return RuleBook(tuple(packs))


def rule_book(profile: str | None = None) -> RuleBook:
    """All rule packs of `include/rules`, validated.

    Args:
        profile: `demo` accepts packs that nobody has approved yet, `production` refuses them;
            by default that of the settings.

    Raises:
        RuleError: names the file, the place in it and what is wrong.
    """
    book = _load(include_folder() / "rules")
    if (profile or settings().profile) == "production":
        unapproved = sorted({f"{p.name}@{p.version}" for p in book.packs if not p.approved_by})
        if unapproved:
            raise RuleError(
                f"These rule packs have no approver: {', '.join(unapproved)}. Have them approved "
                f"(`approved_by`), or run with POSTLOAN_PROFILE=demo."
            )
    return book
