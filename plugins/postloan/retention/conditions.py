"""Which rows of a table have expired and are kept by no hold, as conditions in SQL.

Names of tables and columns come from the contracts, values are parameters. A condition that is
unsure keeps the row: refused rows are searched for the numbers of a held customer and his loans.
"""

from collections.abc import Iterator

from postloan.contracts import Table
from postloan.rules.retention import Retention

_IN_FORCE = """
    legal_hold.starts_on <= cast($as_of as date)
    and (legal_hold.ends_on is null or legal_hold.ends_on > cast($as_of as date))
"""

_RANGE_HOLD = """
    exists (
        select 1 from legal_hold
        where {in_force}
            and {table}.{partition} between legal_hold.first_date and legal_hold.last_date
    )
"""

_CUSTOMER_HOLD = """
    exists (
        select 1 from legal_hold
        where {in_force} and legal_hold.customer_id = {table}.customer_id
    )
"""

_LOAN_HOLD = """
    exists (
        select 1 from legal_hold
        inner join loan on legal_hold.customer_id = loan.customer_id
        where {in_force} and loan.loan_id = {table}.loan_id
    )
"""

_TEXT_HOLDS = (
    """
    exists (
        select 1 from legal_hold
        where {in_force} and strpos({table}.raw_text, legal_hold.customer_id) > 0
    )
""",
    """
    exists (
        select 1 from legal_hold
        inner join loan on legal_hold.customer_id = loan.customer_id
        where {in_force} and strpos({table}.raw_text, loan.loan_id) > 0
    )
""",
)

_ACTIVITY = """
    exists (
        select 1 from {activity} as later
        where later.customer_id = {table}.customer_id
            and later.{later_partition} >= cast($keeps_from as date)
    )
"""

# A debt that was written off is still owed.
_LOAN_NEWS = """
    exists (
        select 1 from loan as theirs
        where theirs.{key} = {table}.{key}
            and (
                theirs.received_on >= cast($keeps_from as date)
                or (
                    theirs.loan_status in ('active', 'written_off')
                    and not exists (
                        select 1 from loan as later
                        where later.loan_id = theirs.loan_id
                            and later.received_on > theirs.received_on
                    )
                )
            )
    )
"""


def expired_rows(table: Table, rule: Retention, partitions: dict[str, str]) -> str:
    """The condition that a row of a table has expired; parameters `as_of` and `keeps_from`.

    Args:
        table: a table that is kept by business date.
        rule: the rule on it.
        partitions: partition column of every table that the rule counts activity in.
    """
    kept = [*held_rows(table), *_later_activity(table, rule, partitions), *_loan_news(table, rule)]
    # The newest state stays in any case: the next business date builds on it.
    newest = f"(select max({table.partition}) from {table.name})"  # noqa: S608 (own names)
    conditions = [
        f"{table.name}.{table.partition} < cast($keeps_from as date)",
        f"{table.name}.{table.partition} < {newest}",
        *(f"not {condition}" for condition in kept),
    ]
    return "\nand ".join(conditions)


def held_rows(table: Table) -> Iterator[str]:
    """Conditions that a hold keeps a row; any of them is enough."""
    names = {"in_force": _IN_FORCE, "table": table.name, "partition": table.partition}
    yield _RANGE_HOLD.format(**names)
    if "customer_id" in table.column_names:
        yield _CUSTOMER_HOLD.format(**names)
    if "loan_id" in table.column_names:
        yield _LOAN_HOLD.format(**names)
    if "raw_text" in table.column_names:
        yield from (text.format(**names) for text in _TEXT_HOLDS)


def _later_activity(table: Table, rule: Retention, partitions: dict[str, str]) -> Iterator[str]:
    if "customer_id" in table.column_names:
        for activity in rule.activity:
            yield _ACTIVITY.format(
                activity=activity, table=table.name, later_partition=partitions[activity]
            )


def _loan_news(table: Table, rule: Retention) -> Iterator[str]:
    if rule.counts_from_last_loan:
        key = "customer_id" if "customer_id" in table.column_names else "loan_id"
        yield _LOAN_NEWS.format(table=table.name, key=key)
