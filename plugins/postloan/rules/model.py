"""What every rule pack says, whatever its kind: which one it is, for whom, since when, and why."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    model_validator,
)

from postloan.contracts import catalogue
from postloan.rules.rows import OfRule, RuleRow
from postloan.rules.values import Day, Distinct, IfTold, Name, Several
from postloan.text.shown_text import shown
from postloan.wording import SIGNS

Row = dict[str, Any]
Rows = Iterator[RuleRow]

HOUSE = "house"
"""Jurisdiction of what the lender chose itself, which is in force wherever it lends."""
LENDER = "lender"
"""Who acts by the rules of this installation."""

Evidence = Literal["P", "S", "S-", "U", "house"]


def every_product() -> tuple[str, ...]:
    """Product families, as the contract of the loan feed lists them."""
    return catalogue().feeds["loan"].table.column("product").enum


class Part(BaseModel):
    """A mapping somewhere in a pack; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, told: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in told if isinstance(told, Mapping) else ():
            if key not in known:
                meant = ", ".join(get_close_matches(str(key), known, 1) or known)
                raise ValueError(
                    f"nobody reads '{shown(key)}' here. Write {meant}, or take it out."
                )
        return told


def _sayable(text: str) -> str:
    if not text.strip() or any(sign in text for sign in SIGNS):
        raise ValueError(
            f"'{shown(text)}' is no wording. Write words, without {' and '.join(SIGNS)}."
        )
    return text


Wording = Annotated[str, AfterValidator(_sayable)]
"""What is said to people; it stands inside messages, whose signs it may not have."""


class Words(Part):
    """A text in both languages."""

    zh: Wording
    en: Wording


class Source(Part):
    """The document that says so."""

    doc: str
    clause: str | None = None
    seen: IfTold[str] = None


class Reference(Part):
    """Where a value can be looked up."""

    title: str
    href: Annotated[str, Field(pattern=r"^https?://")]


class Cited(Part):
    """What may say by itself where its values are from; else it is from where its pack is."""

    evidence: IfTold[Evidence] = None
    source: IfTold[Source] = None
    reference: tuple[Reference, ...] = ()


class AppliesTo(Part):
    """Whom and what a pack is for."""

    product: Annotated[
        IfTold[Several[str]], Field(description="Products; none named, all of them.")
    ] = None
    actor: Annotated[
        Distinct[Literal["lender", "agency"]],
        Field(min_length=1, description="Who must act by the pack."),
    ] = ("lender",)


def _version(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


class Pack(Part):
    """One version of one rule pack; each kind adds what it says.

    Attributes:
        name: name of the pack, the same in all its versions.
    """

    name: Name = Field(alias="pack")
    kind: str
    version: Annotated[str, BeforeValidator(_version, json_schema_input_type=str | float)]
    title: Words
    jurisdiction: Annotated[
        str,
        Field(
            pattern=r"^(house|[A-Z]{2,})$",
            description="Whose law it is (CN, EU), or house; see POSTLOAN_JURISDICTIONS.",
        ),
    ] = HOUSE
    applies_to: AppliesTo = AppliesTo()
    effective_from: Day
    effective_to: Day | None = None
    supersedes: str | None = None
    merge: IfTold[Literal["strictest"]] = None
    approved_by: str | None
    binding: IfTold[Literal["statute", "recommended", "self_regulatory", "house"]] = None
    evidence: Evidence
    source: Source
    reference: tuple[Reference, ...] = ()

    _path: Path = PrivateAttr(default=Path())
    _document: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.effective_to and self.effective_to <= self.effective_from:
            raise ValueError(
                f"effective_to {self.effective_to} is the first day on which the version no longer "
                f"holds, and not after effective_from {self.effective_from}."
            )
        return self

    @property
    def path(self) -> Path:
        """The file that the version stands in."""
        return self._path

    @property
    def document(self) -> Mapping[str, Any]:
        """The version as it is written; for what must be told of it word by word."""
        return self._document

    def written_in(self, path: Path, document: Mapping[str, Any]) -> None:
        """Note where the version stands, and in which words."""
        self._path, self._document = path, document

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on that day, successors aside."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    def products(self) -> Iterator[str]:
        """The products that the version applies to; one that names none applies to all."""
        named = self.applies_to.product
        yield from (p for p in every_product() if named is None or p in named)

    def told(self, row: RuleRow) -> Row:
        """The columns of a row, with the rule that it is of: the pack, unless it names one."""
        if not isinstance(row, OfRule):
            return {**vars(row)}
        return {**vars(row), "rule_id": row.rule_id or self.name, "rule_version": self.version}

    def rows(self) -> Rows:
        """What SELECTs join, laid out; nothing is decided here.

        Returns:
            Rows of tables; none of a pack that Python alone reads.
        """
        return iter(())

    def rule_ids(self) -> Iterator[str]:
        """The ids of rules anywhere in the version."""
        yield from _ids(self)


def _ids(part: Any) -> Iterator[str]:
    if isinstance(part, Part):
        if isinstance(rule_id := getattr(part, "id", None), str):
            yield rule_id
        part = [getattr(part, name) for name in type(part).model_fields]
    elif isinstance(part, Mapping):
        part = part.values()
    elif not isinstance(part, tuple):
        return
    for inner in part:
        yield from _ids(inner)
