"""How long a task may lie on somebody's list, and is checked again every day."""

from typing import Annotated, Literal

from pydantic import Field

from postloan.contracts import catalogue
from postloan.rules.kinds.contact_plan import QueueName
from postloan.rules.kinds.task_recall import SINCE, RuleTaskRecall
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Money, Positive

SINCE_RANK = 100


class RuleStandingTask(OfRule, title="在途任务规则"):
    """How long a task of a queue may still lie on somebody's list and is checked again every day."""  # noqa: E501

    queue: str = column("队列", "Queue of the task file.", key=True)
    may_lie_days: int | None = column(
        "在途天数", "Days after the date of the task; empty where there is no limit."
    )


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
                yield RuleStandingTask(
                    queue=queue, may_lie_days=self.may_lie.days if has_end else None
                )
        since = self.owes_less_since
        yield RuleTaskRecall(
            finding=SINCE,
            finding_rank=SINCE_RANK,
            more_than=since.more_than,
            reason_zh=since.reason.zh,
            reason_en=since.reason.en,
            rule_id=since.id,
        )
