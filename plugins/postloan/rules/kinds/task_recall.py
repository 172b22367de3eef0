"""What is learned about an earlier date and makes a task that was sent wrong."""

from typing import Any, Literal, Self

from pydantic import model_validator

from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.values import IfTold, Money, Several, required

MORE_THAN = "amount_too_high"
"""The finding about an amount; it alone says by how much."""

_AMOUNT_ALONE: dict[str, Any] = {
    "if": {"properties": {"finding": {"const": MORE_THAN}}},
    "then": required("more_than"),
    "else": {"not": required("more_than")},
}


class Finding(Cited, json_schema_extra=_AMOUNT_ALONE):
    """A finding that recalls a task; the first that holds is named."""

    id: str
    finding: Literal["not_past_due", "paused", "lower_stage", "amount_too_high"]
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
            yield (
                "rule_task_recall",
                {
                    "finding": finding.finding,
                    "finding_rank": rank,
                    "more_than": finding.more_than,
                    "reason_zh": finding.reason.zh,
                    "reason_en": finding.reason.en,
                    **self.rule_of(finding.id),
                },
            )
