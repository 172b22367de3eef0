"""Compilers of the recall packs: what makes a task that was sent wrong, and how long it stands."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.packs import Pack

Row = dict[str, Any]


def recall_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_task_recall`."""
    for rank, rule in enumerate(pack.body["findings"], start=1):
        yield (
            "rule_task_recall",
            {
                "finding": rule["finding"],
                "finding_rank": rank,
                "more_than": Decimal(rule["more_than"]) if "more_than" in rule else None,
                "reason_zh": rule["reason"]["zh"],
                "reason_en": rule["reason"]["en"],
                "rule_id": rule["id"],
                "rule_version": pack.version,
            },
        )


SINCE = "owes_less_since"
"""Finding about what came in after the task was made; it ranks behind those about its date."""

SINCE_RANK = 100


def standing_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """The pack as rows of `rule_standing_task`, one for every queue, and one finding.

    Raises:
        RuleError: a queue is named that has no contract.
    """
    may_lie, queues = pack.body["may_lie"], catalogue().task_files
    named = (*may_lie["without_limit"], *may_lie["never"])
    unknown = [queue for queue in named if queue not in queues]
    if unknown:
        raise RuleError(
            f"{pack.path.name}: queue {unknown[0]} has no contract in contracts/task_files; "
            f"add one, or take the queue out."
        )
    for queue in queues:
        if queue not in may_lie["never"]:
            yield (
                "rule_standing_task",
                {
                    "queue": queue,
                    "may_lie_days": (
                        None if queue in may_lie["without_limit"] else may_lie["days"]
                    ),
                    "rule_id": pack.name,
                    "rule_version": pack.version,
                },
            )
    since = pack.body[SINCE]
    yield (
        "rule_task_recall",
        {
            "finding": SINCE,
            "finding_rank": SINCE_RANK,
            "more_than": Decimal(since["more_than"]),
            "reason_zh": since["reason"]["zh"],
            "reason_en": since["reason"]["en"],
            "rule_id": since["id"],
            "rule_version": pack.version,
        },
    )
