"""What rules ask of every queue of a kind, whether its plan of contact names it or not."""

from collections.abc import Iterable, Iterator, Sequence

from postloan.errors import RuleError
from postloan.rules.kinds.contact_checks import ANY, ContactChecks
from postloan.rules.kinds.contact_plan import RuleQueueCheck
from postloan.rules.model import Row
from postloan.warehouse import model_names
from postloan.warehouse.check_models import PREFIX


def protections(packs: Sequence[ContactChecks], plan: Iterable[Row]) -> Iterator[Row]:
    """The checks that rules ask of every queue of a kind, where its plan does not name them.

    Args:
        packs: the packs of checks in force; their rules may say `asked_of`.
        plan: rows of `rule_queue_check` that the contact plan makes.

    Returns:
        Further rows of `rule_queue_check`.

    Raises:
        RuleError: a rule is about a check that nobody has written and no queue asks for: its word
            is misspelt.
    """
    plan = list(plan)
    asked = {(row["queue"], row["check_name"], row["subject"]) for row in plan}
    queues = sorted({row["queue"] for row in plan})
    for pack in packs:
        for rule in pack.rules:
            asks = set(rule.queues())
            for queue in (q for q in queues if q in asks):
                one, whole = (queue, rule.check, rule.subject), (queue, rule.check, ANY)
                if asked.isdisjoint({one, whole}):
                    asked.add(one)
                    row = RuleQueueCheck(
                        queue=queue, check_name=rule.check, subject=rule.subject, rule_id=rule.id
                    )
                    yield pack.told(row)
    _refuse_misspelt(packs, {name for _, name, _ in asked})


def _refuse_misspelt(packs: Iterable[ContactChecks], asked: set[str]) -> None:
    """A check that is asked for and has no file refuses whoever it is asked of; this one nobody."""
    words = asked | {n.removeprefix(PREFIX) for n in model_names() if n.startswith(PREFIX)}
    for pack in packs:
        for rule in pack.rules:
            if rule.check not in words:
                raise RuleError(
                    f"{pack.path.name}, {rule.id}: no queue asks for a check {rule.check}, and "
                    f"there is no file {PREFIX}{rule.check}.sql. The checks that there are: "
                    f"{', '.join(sorted(words))}."
                )
