"""Which queue owes a past-due customer something, and when."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.kinds.contact_checks import ANY
from postloan.rules.model import Cited, Pack, Part, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Distinct, IfTold, Positive, Several, exactly_one, required

NO_GROUP = "unspecified"
"""Group of a customer whose group the lender does not know."""
DEFAULT = "default"
"""In place of a group: all that are not named."""

_ONE_WORDING: dict[str, Any] = {"oneOf": [required("templates"), required("scripts")]}


class RuleContactPlan(OfRule, title="触达计划规则"):
    """When a queue owes a customer something, per stage and customer group."""

    queue: str = column("队列", "Queue of the task file.", key=True)
    stage: str = column("逾期阶段", "Stage of the loan.", key=True)
    customer_group: str = column("客群", "Customer group, or unspecified.", key=True)
    from_days_past_due: int = column("起始逾期天数", "Owed from this day on.")
    repeat_after_days: int | None = column(
        "间隔天数", "Owed again this many days after the last one; empty for once a stage."
    )
    template_id: str | None = column("模板编号", "Template of the message.")
    script_id: str | None = column("话术编号", "Script of the call.")
    reason_zh: str = column("原因(中文)", "Plain reason.")
    reason_en: str = column("原因(英文)", "Plain reason.")


class RuleQueue(OfRule, title="队列规则"):
    """How a queue is published."""

    queue: str = column("队列", "Queue of the task file.", key=True)
    publish_empty: bool = column(
        "空队列也发布", "Whether a day without tasks still publishes a file."
    )


class RuleQueueReason(OfRule, title="队列原因规则"):
    """Plain words for the codes that make a task of a queue."""

    queue: str = column("队列", "Queue of the task file.", key=True)
    reason_code: str = column("原因代码", "Alert, alert level or event.", key=True)
    reason_zh: str = column("原因(中文)", "Plain reason.")
    reason_en: str = column("原因(英文)", "Plain reason.")


class RuleQueueCheck(OfRule, title="队列合规检查"):
    """Checks that a task of the queue must pass, each of them."""

    queue: str = column("队列", "Queue of the task file.", key=True)
    check_name: str = column("检查", "The check.", key=True)
    subject: str = column(
        "对象", "The one subject asked for; any for all that have a rule.", key=True
    )


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

    def rows(self, queue: str) -> Rows:
        """The step for every group of customers."""
        for group in _groups():
            worded = self.wording.get(group, self.wording[DEFAULT])
            yield RuleContactPlan(
                queue=queue,
                stage=self.stage,
                customer_group=group,
                from_days_past_due=self.from_days_past_due,
                repeat_after_days=self.repeat_after_days,
                template_id=worded if self.templates else None,
                script_id=worded if self.scripts else None,
                reason_zh=self.reason.zh,
                reason_en=self.reason.en,
            )


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

    @model_validator(mode="after")
    def _has_one_step_a_stage(self) -> Self:
        stages = [step.stage for step in self.steps or ()]
        twice = next((stage for stage in stages if stages.count(stage) > 1), None)
        if twice:
            raise ValueError(f"stage {twice} has two steps. Keep one: it says when all is owed.")
        return self

    def rows(self, queue: str) -> Rows:
        """The queue as rows; the plan says which queue it is."""
        yield RuleQueue(queue=queue, publish_empty=self.publish_empty)
        for check in self.checks:
            name, _, subject = check.partition(":")
            yield RuleQueueCheck(queue=queue, check_name=name, subject=subject or ANY)
        for code, reason in self.reasons.items():
            yield RuleQueueReason(
                queue=queue, reason_code=code, reason_zh=reason.zh, reason_en=reason.en
            )
        for step in self.steps or ():
            yield from step.rows(queue)


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
            yield from queue.rows(name)
