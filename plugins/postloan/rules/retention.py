"""How long data is kept: the rule packs of the kind `retention`.

A table or a kind of files may be named by several rules; the one that keeps it longest counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from postloan.contracts import catalogue
from postloan.contracts.payloads import TASK
from postloan.rules.kinds.retention import RetentionRule, RetentionTimes
from postloan.rules.packs import rule_book


@dataclass(frozen=True)
class Retention:
    """The rule that decides on one table or one kind of files.

    Attributes:
        target: name of the table, or kind of the files.
        keeps_from: the oldest business date that is kept.
        activity: tables in which a customer's later rows keep his earlier ones; none where the
            time does not count from the last activity.
        counts_from_last_loan: whether rows stay while a loan of the customer is owed, and the time
            counts from the last news of any of his loans.
        rule_id: the rule.
        rule_version: its version.
    """

    target: str
    keeps_from: date
    activity: tuple[str, ...]
    counts_from_last_loan: bool
    rule_id: str
    rule_version: str


def retained_tables(day: date) -> dict[str, Retention]:
    """Table -> the rule that keeps it longest, as of a business date.

    Raises:
        RuleError: the rules cannot be read.
    """
    return _longest(_tables(day))


def retained_files(day: date) -> dict[str, Retention]:
    """Kind of files -> the rule that keeps them longest, as of a business date.

    Raises:
        RuleError: the rules cannot be read.
    """
    return _longest(_files(day))


def _longest(rules: Iterator[Retention]) -> dict[str, Retention]:
    found: dict[str, Retention] = {}
    for rule in rules:
        if rule.target not in found or rule.keeps_from < found[rule.target].keeps_from:
            found[rule.target] = rule
    return dict(sorted(found.items()))


def _tables(day: date) -> Iterator[Retention]:
    for pack in rule_book().of_kind(RetentionTimes, day):
        for rule in pack.rules:
            for name in rule.tables or ():
                # What a task says is kept as long as the task.
                said = catalogue().payloads().values() if name == TASK else ()
                yield from (_decided(pack, rule, n, day) for n in (name, *(t.name for t in said)))


def _files(day: date) -> Iterator[Retention]:
    for pack in rule_book().of_kind(RetentionTimes, day):
        for rule in pack.rules:
            yield from (_decided(pack, rule, name, day) for name in rule.files or ())


def _decided(pack: RetentionTimes, rule: RetentionRule, target: str, day: date) -> Retention:
    return Retention(
        target=target,
        keeps_from=rule.keep.back_from(day),
        activity=rule.activity or (),
        counts_from_last_loan=rule.counts_from_last_loan,
        rule_id=rule.id,
        rule_version=pack.version,
    )
