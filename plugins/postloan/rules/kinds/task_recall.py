"""What is learned about an earlier date and makes a task that was sent wrong."""

from typing import Any, Literal, Self, get_args

from pydantic import model_validator

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.rows import Amount, OfRule, column
from postloan.rules.values import IfTold, Money, Several, required

KnownLater = Literal["not_past_due", "paused", "lower_stage", "amount_too_high"]
SINCE = "owes_less_since"
"""Finding about what came in after the task was made; it ranks behind those about its date."""
MORE_THAN = "amount_too_high"
"""The finding about an amount; it alone says by how much."""

_AMOUNT_ALONE: dict[str, Any] = {
    "if": {"properties": {"finding": {"const": MORE_THAN}}},
    "then": required("more_than"),
    "else": {"not": required("more_than")},
}


class RuleTaskRecall(OfRule, title="任务撤回规则"):
    """What makes a task that was sent wrong enough to be recalled."""

    finding: str = column(
        "发现",
        "What is known now of a loan the task named, as of the date it spoke of; or what has come"
        " in since, before the hours of contact began.",
        key=True,
        enum=(*get_args(KnownLater), SINCE),
    )
    finding_rank: int = column("次序", "The first finding that holds is named.")
    more_than: Amount | None = column(
        "超出金额",
        "The amount asked for was too high by more than this; empty where no amount is looked at.",
    )
    reason_zh: str = column("原因(中文)", "Plain reason.")
    reason_en: str = column("原因(英文)", "Plain reason.")


class Finding(Cited, json_schema_extra=_AMOUNT_ALONE):
    """A finding that recalls a task; the first that holds is named."""

    id: str
    finding: KnownLater
    more_than: IfTold[Money] = None
    reason: Words

    @model_validator(mode="after")
    def _amount_alone_has_a_limit(self) -> Self:
        if (self.finding == MORE_THAN) != (self.more_than is not None):
            raise ValueError(f"more_than and the finding {MORE_THAN} belong together.")
        return self


class TaskRecall(Pack):
    """The findings, by rank."""

    kind: Literal["task_recall"]
    findings: Several[Finding]

    def rows(self) -> Rows:
        """The pack as rows of `rule_task_recall`."""
        for rank, finding in enumerate(self.findings, start=1):
            yield RuleTaskRecall(
                finding=finding.finding,
                finding_rank=rank,
                more_than=finding.more_than,
                reason_zh=finding.reason.zh,
                reason_en=finding.reason.en,
                rule_id=finding.id,
            )
