"""How long a task may lie on somebody's list, and is checked again every day."""

from typing import Annotated, Literal

from pydantic import Field

from postloan.contracts import catalogue
from postloan.rules.kinds.contact_plan import QueueName
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.values import Money, Positive

SINCE = "owes_less_since"
"""Finding about what came in after the task was made; it ranks behind those about its date."""

SINCE_RANK = 100


class MayLie(Cited):
    """How long tasks lie, by queue."""

    days: Annotated[
        Positive, Field(description="How many days after its date a task may still lie on a list.")
    ]
    without_limit: Annotated[
        tuple[QueueName, ...],
        Field(description="Queues whose tasks lie there until they are recalled."),
    ]
    never: Annotated[
        tuple[QueueName, ...], Field(description="Queues of which nothing was asked for.")
    ]


class OwesLess(Cited):
    """What has come in since the task was made."""

    id: str
    more_than: Money
    reason: Words


class StandingTasks(Pack):
    """Tasks that still stand."""

    kind: Literal["standing_tasks"]
    may_lie: MayLie
    owes_less_since: OwesLess

    def rows(self) -> Rows:
        """The pack as rows of `rule_standing_task`, one for every queue, and one finding."""
        for queue in catalogue().task_files:
            if queue not in self.may_lie.never:
                has_end = queue not in self.may_lie.without_limit
                yield (
                    "rule_standing_task",
                    {
                        "queue": queue,
                        "may_lie_days": self.may_lie.days if has_end else None,
                        **self.rule,
                    },
                )
        since = self.owes_less_since
        yield (
            "rule_task_recall",
            {
                "finding": SINCE,
                "finding_rank": SINCE_RANK,
                "more_than": since.more_than,
                "reason_zh": since.reason.zh,
                "reason_en": since.reason.en,
                **self.rule_of(since.id),
            },
        )
