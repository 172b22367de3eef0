"""How long data is kept: the rule packs of the kind `retention`.

A table or a kind of files may be named by several rules; the one that keeps it longest counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.packs import Pack, rule_book

KIND = "retention"
LAST_LOAN = "last_loan"

LEDGER = frozenset({"loan", "instalment", "repayment", "delivery", "delivery_requeue"})
"""What days past due are computed from, and what a date is known to have been computed from."""

EXPIRES = "expires"
"""Term of the contract of a feed whose rows speak of a time gone by: they may go with the time."""


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
        RuleError: a rule names a table that is none, or that may not expire.
    """
    return _longest("tables", day)


def retained_files(day: date) -> dict[str, Retention]:
    """Kind of files -> the rule that keeps them longest, as of a business date."""
    return _longest("files", day)


def _longest(what: str, day: date) -> dict[str, Retention]:
    found: dict[str, Retention] = {}
    for rule in _rules(what, day):
        if rule.target not in found or rule.keeps_from < found[rule.target].keeps_from:
            found[rule.target] = rule
    return dict(sorted(found.items()))


def _rules(what: str, day: date) -> Iterator[Retention]:
    for pack in rule_book().in_force(day):
        if pack.kind != KIND:
            continue
        for rule in pack.body["rules"]:
            keeps_from, activity = _kept_from(day, rule["keep"]), tuple(rule.get("activity", ()))
            _check_activity(pack, rule, activity)
            from_loan = rule.get("counts_from") == LAST_LOAN
            for target in rule.get(what, ()):
                if what == "tables":
                    _check_table(pack, rule["id"], target, from_loan=from_loan)
                yield Retention(target, keeps_from, activity, from_loan, rule["id"], pack.version)


def _kept_from(day: date, keep: dict[str, int]) -> date:
    if "days" in keep:
        return day - timedelta(days=keep["days"])
    year = day.year - keep["years"]
    # 29 February has no counterpart in most years: the day before keeps more.
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _check_table(pack: Pack, rule_id: str, name: str, *, from_loan: bool) -> None:
    known, where = catalogue(), f"{pack.path.name}, {rule_id}"
    if name in LEDGER:
        raise RuleError(
            f"{where}: {name} holds facts, which days past due are computed from; they never "
            f"expire. Take it off the list."
        )
    if name not in known.tables or not known.tables[name].partition:
        raise RuleError(f"{where}: {name} is no table that is kept by business date.")
    columns = known.tables[name].column_names
    if from_loan and not {"customer_id", "loan_id"} & set(columns):
        raise RuleError(f"{where}: {name} is no table of customers; it has no last loan.")
    if name in known.feeds and not from_loan and not known.feeds[name].terms.get(EXPIRES):
        raise RuleError(
            f"{where}: {name} may hold the latest that is known of a customer. Let it count from "
            f"{LAST_LOAN}, or say in its contract that its rows expire."
        )


def _check_activity(pack: Pack, rule: dict[str, object], activity: tuple[str, ...]) -> None:
    where, known = f"{pack.path.name}, {rule['id']}", catalogue().tables
    if (rule.get("counts_from") == "last_activity") != bool(activity):
        raise RuleError(f"{where}: counts_from last_activity and activity belong together.")
    for name in activity:
        if name not in known or "customer_id" not in known[name].column_names:
            raise RuleError(f"{where}: activity names {name}, which is no table of customers.")
