"""Rule packs: policy as dated, versioned YAML.

A file of `include/rules` holds the versions of one pack, one YAML document each. Every version
says from which day it holds; it ends where the next one begins. Lower bounds only, so neither
gaps nor overlaps can be written down.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import yaml

from postloan.errors import RuleError
from postloan.rules.model import HOUSE, LENDER, Pack
from postloan.rules.reading import read_pack
from postloan.settings import include_folder, settings
from postloan.text.shown_text import shown, without_secrets
from postloan.text.yaml_text import fault_of, text_of, yaml_documents

P = TypeVar("P", bound=Pack)


@dataclass(frozen=True)
class RuleBook:
    """All packs of an installation, all versions.

    Attributes:
        packs: every version of every pack, those of other jurisdictions too.
        jurisdictions: those whose law is in force here; None where all are.
    """

    packs: tuple[Pack, ...]
    jurisdictions: frozenset[str] | None = None

    def names(self) -> tuple[str, ...]:
        """Names of the packs."""
        return tuple(sorted({p.name for p in self.packs}))

    def known_jurisdictions(self) -> tuple[str, ...]:
        """Those that some pack is of; the house is none."""
        return tuple(sorted({p.jurisdiction for p in self.packs} - {HOUSE}))

    def binding_here(self) -> tuple[Pack, ...]:
        """The versions that bind this lender: of the house, or of a jurisdiction in force."""
        return tuple(p for p in self.packs if self._is_of_here(p) and LENDER in p.applies_to.actor)

    def _is_of_here(self, pack: Pack) -> bool:
        here = self.jurisdictions
        return here is None or pack.jurisdiction == HOUSE or pack.jurisdiction in here

    def in_force(self, day: date) -> tuple[Pack, ...]:
        """The version of every pack that holds on a business date.

        A pack that begins later is left out: the law of that day did not know it. So is one of a
        jurisdiction that is not in force, and one that binds others than the lender.
        """
        newest: dict[str, Pack] = {}
        for pack in sorted(self.binding_here(), key=lambda p: p.effective_from):
            if pack.effective_from <= day:
                newest[pack.name] = pack
        return tuple(p for _, p in sorted(newest.items()) if p.holds_on(day))

    def of_kind(self, kind: type[P], day: date) -> Iterator[P]:
        """The packs of one kind that hold on a business date, by name."""
        yield from (pack for pack in self.in_force(day) if isinstance(pack, kind))

    def pack(self, name: str, day: date, kind: type[P]) -> P:
        """The version of one pack that holds on a business date.

        Args:
            name: name of the pack.
            day: the business date.
            kind: what it is read as.

        Raises:
            RuleError: there is no such pack, or none of its versions holds on that day.
        """
        for pack in self.of_kind(kind, day):
            if pack.name == name:
                return pack
        raise RuleError(
            f"No version of the rule pack '{name}' is in force on {day}. {self._what_to_do(name)}"
        )

    def _what_to_do(self, name: str) -> str:
        elsewhere = sorted({p.jurisdiction for p in self.packs if p.name == name} - {HOUSE})
        if self.jurisdictions is not None and not self.jurisdictions.issuperset(elsewhere):
            return f"It is of {', '.join(elsewhere)}; name that in POSTLOAN_JURISDICTIONS."
        return "Add a version that begins earlier to include/rules."


def _documents(path: Path) -> Iterable[Any]:
    try:
        return yaml_documents(text_of(path))
    except yaml.YAMLError as error:
        told = without_secrets(fault_of(error))
        raise RuleError(f"{path.name} is not YAML: {told}. Correct it there.") from error


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
                same = "number" if earlier.version == later.version else "first day"
                raise RuleError(
                    f"{later.path.name}: two versions have the same {same} "
                    f"({later.version}, {later.effective_from}). Give the younger one its own."
                )
            if earlier.effective_to and earlier.effective_to > later.effective_from:
                raise RuleError(
                    f"{later.path.name}: version {earlier.version} ends on {earlier.effective_to}, "
                    f"after version {later.version} has begun. Leave its end out: it ends where "
                    f"the next begins."
                )
            if earlier.effective_to and earlier.effective_to < later.effective_from:
                raise RuleError(
                    f"{later.path.name}: nothing holds from {earlier.effective_to}, the first day "
                    f"after version {earlier.version}, to version {later.version}, which begins on "
                    f"{later.effective_from}. Leave the end out: it ends where the next begins."
                )


def _check_ids(packs: Iterable[Pack]) -> None:
    """Refuse an id of two rules: task files, denials and lineage name a rule by it alone."""
    owner: dict[str, Pack] = {}
    for pack in packs:
        ids = list(pack.rule_ids())
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


@cache
def _load(folder: Path) -> RuleBook:
    packs = [
        read_pack(document, path)
        for path in sorted(folder.rglob("*.yaml"))
        for document in _documents(path)
    ]
    _check_versions(packs)
    _check_ids(packs)
    return RuleBook(tuple(packs))


def _with_jurisdictions(book: RuleBook, named: frozenset[str] | None) -> RuleBook:
    known = book.known_jurisdictions()
    unknown = sorted((named or frozenset()) - {*known})
    if unknown:
        raise RuleError(
            f"POSTLOAN_JURISDICTIONS names {shown(', '.join(unknown))}, of which there is no rule "
            f"pack. Known are {', '.join(known)}; the house's own rules hold with any of them."
        )
    return replace(book, jurisdictions=named)


def rule_book(profile: str | None = None) -> RuleBook:
    """All rule packs of `include/rules`, validated.

    Args:
        profile: `demo` accepts packs that nobody has approved yet, `production` refuses them;
            by default that of the settings.

    Raises:
        RuleError: names the file, the place in it and what is wrong.
    """
    chosen = settings()
    book = _with_jurisdictions(_load(include_folder() / "rules"), chosen.jurisdictions)
    if (profile or chosen.profile) == "production":
        unapproved = {f"{p.name}@{p.version}" for p in book.binding_here() if not p.approved_by}
        if unapproved:
            raise RuleError(
                f"These rule packs have no approver: {', '.join(sorted(unapproved))}. Have them "
                f"approved (`approved_by`), or run with POSTLOAN_PROFILE=demo."
            )
    return book
