"""Which queue owes a past-due customer something, and when."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.kinds.contact_checks import ANY
from postloan.rules.model import Cited, Pack, Part, Row, Rows, Words
from postloan.rules.values import Distinct, IfTold, Positive, Several, exactly_one, required

NO_GROUP = "unspecified"
"""Group of a customer whose group the lender does not know."""
DEFAULT = "default"
"""In place of a group: all that are not named."""

_ONE_WORDING: dict[str, Any] = {"oneOf": [required("templates"), required("scripts")]}


def _has_default(wording: Mapping[str, str]) -> Mapping[str, str]:
    if DEFAULT not in wording:
        raise ValueError(f"`{DEFAULT}` is missing. Name what holds for all other groups.")
    return wording


ByGroup = Annotated[
    Mapping[str, str],
    AfterValidator(_has_default),
    Field(json_schema_extra=required(DEFAULT)),
]
"""Customer group -> name of the template or script."""


class Step(Cited, json_schema_extra=_ONE_WORDING):
    """What a queue owes at a stage."""

    stage: str
    from_days_past_due: Positive
    repeat_after_days: Positive | None
    reason: Words
    templates: IfTold[ByGroup] = None
    scripts: IfTold[ByGroup] = None

    _one_wording = model_validator(mode="after")(exactly_one("templates", "scripts"))

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        stages = catalogue().tables["loan_stage"].column("stage").enum
        unknown = sorted({*self.wording} - {DEFAULT, *_groups()})
        if self.stage not in stages or unknown:
            raise ValueError(
                f"step of stage {self.stage}: no such stage or customer group "
                f"({', '.join(unknown) or self.stage})."
            )
        return self

    @property
    def wording(self) -> Mapping[str, str]:
        """Customer group -> name of the template or script."""
        return self.templates or self.scripts or {}

    def rows(self) -> Iterator[Row]:
        """The step for every group of customers."""
        column = "template_id" if self.templates else "script_id"
        for group in _groups():
            yield {
                "stage": self.stage,
                "customer_group": group,
                "from_days_past_due": self.from_days_past_due,
                "repeat_after_days": self.repeat_after_days,
                column: self.wording.get(group, self.wording[DEFAULT]),
                "reason_zh": self.reason.zh,
                "reason_en": self.reason.en,
            }


def _groups() -> tuple[str, ...]:
    return (*catalogue().feeds["customer"].table.column("customer_group").enum, NO_GROUP)


def _asked_once(checks: tuple[str, ...]) -> tuple[str, ...]:
    told = [check.partition(":")[::2] for check in checks]
    whole = {name for name, subject in told if not subject}
    for name, subject in told:
        if subject and name in whole:
            raise ValueError(
                f"{name} is asked for twice, whole and for {subject}. Keep one of the two."
            )
    return checks


class Queue(Part):
    """How a queue is published, what it asks for, and its steps."""

    publish_empty: bool
    checks: Annotated[Distinct[str], Field(min_length=1), AfterValidator(_asked_once)]
    reasons: Mapping[str, Words] = {}
    steps: IfTold[Several[Step]] = None

    def rows(self) -> Rows:
        """The queue as rows; the plan says which queue it is."""
        yield "rule_queue", {"publish_empty": self.publish_empty}
        for check in self.checks:
            name, _, subject = check.partition(":")
            yield "rule_queue_check", {"check_name": name, "subject": subject or ANY}
        for code, reason in self.reasons.items():
            yield (
                "rule_queue_reason",
                {"reason_code": code, "reason_zh": reason.zh, "reason_en": reason.en},
            )
        for step in self.steps or ():
            for row in step.rows():
                yield "rule_contact_plan", row


def _has_contract(queue: str) -> str:
    if queue not in catalogue().task_files:
        raise ValueError(
            f"queue {queue} has no contract in contracts/task_files; add one, or take the queue "
            f"out."
        )
    return queue


QueueName = Annotated[str, AfterValidator(_has_contract)]
"""A queue that there is a task file for."""


class ContactPlan(Pack):
    """The queues, and the steps of each."""

    kind: Literal["contact_plan"]
    queues: Annotated[Mapping[QueueName, Queue], Field(min_length=1)]

    def rows(self) -> Rows:
        """The plan as rows of `rule_contact_plan` and of the `rule_queue` tables."""
        for name, queue in self.queues.items():
            for table, row in queue.rows():
                yield table, {"queue": name, **row, **self.rule}
