"""What a check of contact asks for, and of whom."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.model import Cited, Pack, Part, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Clock, Distinct, IfTold, Positive, Several

ANY = "any"
"""Subject of a check that has none of its own, and of a queue that asks for all of them."""

SUBJECTS = {
    "hold_kind": ("hold", "hold_kind"),
    "purpose": ("consent", "purpose"),
    "result": ("contact_outcome", "result"),
    "channel": ("privacy_request", "channel"),
    "request_kind": ("privacy_request", "request_kind"),
}
"""What a check is about -> the feed and column whose list it is taken from."""

OWN_HOLD_KINDS = (
    "unclear_row",
    "taken_back",
    "unclear_status",
    "approved_plan",
    "promise_to_pay",
    "assigned_claim",
    "unclear_court",
    "unclear_claim",
    "amount_disputed",
    "unclear_core",
    "unclear_objection",
)
"""Kinds of holds that no feed can send: the product holds by itself (`active_hold`)."""

OF_WORDS = "not_deceased"
"""The check whose pattern is words and nothing else: `rule_check_word` has them one by one.

Names are many, and an engine that is given a pattern by a row makes it anew for every name.
"""

NEEDS = (
    ("check", "allowed_hours", ("window",)),
    ("check", "no_hold", ("hold_kind",)),
    ("check", "valid_phone", ("pattern",)),
    ("check", "number_is_debtors", ("result",)),
    ("check", "no_opt_out", ("channel",)),
    ("check", "not_withdrawn", ("purpose",)),
    ("check", "not_restricted", ("request_kind",)),
    ("check", "consent", ("purpose", "consent_kind")),
    ("check", "of_age", ("minimum_years",)),
    ("check", "person_is_free", ("pattern", "most_customers")),
    ("hold_kind", "promise_to_pay", ("longest_days",)),
)
"""A key, a word that may stand there, and the keys that this word cannot do without."""


class RuleContactCheck(OfRule, title="合规检查规则"):
    """What a check asks for, by law and by the house."""

    rule_id: str = column("规则编号", "The rule.", key=True)
    check_name: str = column("检查", "The check it belongs to.")
    subject: str = column(
        "对象",
        "What the check is about: kind of hold or request, purpose of consent, channel, result of"
        " an attempt; any where there is none.",
    )
    is_law: bool = column("是否法规", "Law goes before house policy when a denial names its rule.")
    window_start: str | None = column("可联系起始", "First minute of the day, local time.")
    window_end: str | None = column(
        "可联系截止", "The day's contacts end before this minute, local time."
    )
    pattern: str | None = column(
        "格式",
        "Pattern of a valid number, of an identity number that identifies nobody, or of words for"
        " a death.",
    )
    needs_separate: bool | None = column("需单独同意", "Whether only separate consent counts.")
    minimum_years: int | None = column(
        "最低年龄", "Years of age from which a debtor may be contacted."
    )
    longest_days: int | None = column(
        "最长天数", "Days after which a hold of the kind no longer counts, whatever it says."
    )
    whole_person: bool | None = column(
        "是否及于本人",
        "Whether a hold of the kind stops contact about all loans of the person, also where it "
        "names one.",
    )
    most_customers: int | None = column(
        "最多客户数", "An identity number that more customers have identifies nobody."
    )
    most_days_ahead: int | None = column(
        "最长提前天数",
        "A hold or pause of the kind that starts, or a consent that ends, more days after the day"
        " it came is doubtful.",
    )
    most_days_late: int | None = column(
        "最长滞后天数",
        "A day that is told more days after it came may be of another year, and is doubtful: an "
        "end, an approval, an attempt.",
    )


class RuleCheckWord(OfRule, title="检查用词"):
    """The words of a check's pattern, one by one, where it is nothing but words."""

    check_name: str = column("检查", "The check it belongs to.", key=True)
    word: str = column("词", "A word that says it, in small letters.", key=True)
    rule_id: str = column("规则编号", "The rule.")


def _needs() -> dict[str, Any]:
    """The same in the words of JSON Schema."""
    return {
        "allOf": [
            {
                "if": {"properties": {key: {"const": word}}, "required": [key]},
                "then": {"required": list(needed)},
            }
            for key, word, needed in NEEDS
        ]
    }


class Window(Part):
    """The hours of contact."""

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")


class CheckRule(Cited, json_schema_extra=_needs()):
    """A rule about one check."""

    id: str
    title: Words
    check: Annotated[
        str,
        Field(
            pattern="^[a-z][a-z_]*$",
            description="The file include/sql/contact/check_<name>.sql judges it; without one "
            "whoever asks for it is refused.",
        ),
    ]
    hold_kind: IfTold[str] = None
    result: IfTold[str] = None
    channel: IfTold[str] = None
    request_kind: IfTold[str] = None
    purpose: IfTold[str] = None
    consent_kind: IfTold[Literal["any", "separate"]] = None
    window: IfTold[Window] = None
    pattern: IfTold[str] = None
    minimum_years: IfTold[Positive] = None
    longest_days: IfTold[Positive] = None
    whole_person: Annotated[
        IfTold[bool],
        Field(description="What names one loan stops contact about all loans of the person."),
    ] = None
    most_customers: Annotated[
        IfTold[Annotated[int, Field(ge=2)]],
        Field(description="An identity number that more customers have is nobody's."),
    ] = None
    most_days_ahead: Annotated[
        IfTold[Positive],
        Field(
            description="A hold or pause that starts, or a consent that ends, more days after the "
            "day it came is doubtful."
        ),
    ] = None
    most_days_late: Annotated[
        IfTold[Positive],
        Field(
            description="A day that is told more days after it came is doubtful: an end, an "
            "approval, an attempt."
        ),
    ] = None
    asked_of: Annotated[
        IfTold[Annotated[Distinct[str], Field(min_length=1)]],
        Field(
            description="Every queue that serves this (contact, legal, alert), goes there "
            "(external, internal), or has this name, asks for the check, whether its plan names "
            "it or not."
        ),
    ] = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for key, word, needed in NEEDS:
            lacking = [name for name in needed if getattr(self, name) is None]
            if getattr(self, key) == word and lacking:
                raise ValueError(f"{key} {word} needs {', '.join(lacking)}. Write it.")
        return self

    @model_validator(mode="after")
    def _is_of_words(self) -> Self:
        if self.check == OF_WORDS and not all(map(str.isalnum, self.words)):
            raise ValueError(
                f"the pattern of {OF_WORDS} is words with | between them, and no word has signs or "
                "blanks. Write the words."
            )
        return self

    @model_validator(mode="after")
    def _hours_end_after_they_begin(self) -> Self:
        if self.window and self.window.start >= self.window.end:
            raise ValueError(
                f"the allowed hours end at {self.window.end}, before they begin at "
                f"{self.window.start}. Write the hours that are allowed."
            )
        return self

    @model_validator(mode="after")
    def _is_about_something_told(self) -> Self:
        for name in SUBJECTS:
            told, listed = getattr(self, name), _listed(name)
            if told is not None and told not in listed:
                raise ValueError(f"{name} {told} is none of {', '.join(listed)}.")
        return self

    @model_validator(mode="after")
    def _is_asked_of_queues(self) -> Self:
        known = set().union(*_words_of_queues().values())
        unknown = sorted(set(self.asked_of or ()) - known)
        if unknown:
            raise ValueError(
                f"asked_of {', '.join(unknown)} is none of {', '.join(sorted(known))}."
            )
        return self

    @property
    def subject(self) -> str:
        """What the check is about."""
        told = (getattr(self, name) for name in SUBJECTS)
        return next((subject for subject in told if subject is not None), ANY)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its pattern, each once and in small letters, where it is one of words."""
        if self.check != OF_WORDS or self.pattern is None:
            return ()
        return tuple(dict.fromkeys(self.pattern.lower().split("|")))

    def queues(self) -> Iterator[str]:
        """The queues that it is asked of, by name, by what they serve or by where they go."""
        asked_of = set(self.asked_of or ())
        yield from (queue for queue, words in _words_of_queues().items() if asked_of & words)


def _listed(name: str) -> tuple[str, ...]:
    """What a check can be about, from the list of the feed that tells of it."""
    feed, column = SUBJECTS[name]
    listed = catalogue().feeds[feed].table.column(column).enum
    return (*listed, *OWN_HOLD_KINDS) if name == "hold_kind" else listed


def _words_of_queues() -> dict[str, set[str]]:
    """Queue -> the words by which it can be asked."""
    return {
        name: {name, file.serves, "internal" if file.is_internal else "external"}
        for name, file in catalogue().task_files.items()
    }


class ContactChecks(Pack):
    """Rules about checks of contact, by the law or by the house."""

    kind: Literal["contact_checks"]
    rules: Several[CheckRule]

    @property
    def is_law(self) -> bool:
        """Whether a denial names it as law."""
        return self.binding != "house"

    def rows(self) -> Rows:
        """The pack as rows of `rule_contact_check` and `rule_check_word`."""
        for rule in self.rules:
            yield RuleContactCheck(
                rule_id=rule.id,
                check_name=rule.check,
                subject=rule.subject,
                is_law=self.is_law,
                window_start=rule.window.start if rule.window else None,
                window_end=rule.window.end if rule.window else None,
                pattern=rule.pattern,
                needs_separate=rule.consent_kind == "separate",
                minimum_years=rule.minimum_years,
                longest_days=rule.longest_days,
                whole_person=rule.whole_person,
                most_customers=rule.most_customers,
                most_days_ahead=rule.most_days_ahead,
                most_days_late=rule.most_days_late,
            )
            for word in rule.words:
                yield RuleCheckWord(check_name=rule.check, word=word, rule_id=rule.id)
