"""Which rows of a table have expired and are kept by no hold, as conditions in SQL.

Names of tables and columns come from the contracts, values are parameters. A condition that is
unsure keeps the row: refused rows are searched for the numbers of a held customer and his loans.
"""

from collections.abc import Iterator

from sqlglot import exp

from postloan.contracts import Table, catalogue
from postloan.contracts.payloads import TASK
from postloan.rules.retention import Retention

_IN_FORCE = """
    legal_hold.starts_on <= cast($as_of as date)
    and (legal_hold.ends_on is null or legal_hold.ends_on > cast($as_of as date))
"""
_HOLDS = exp.select("1").from_("legal_hold").where(_IN_FORCE, dialect="duckdb")
_HELD_LOANS = _HOLDS.join("loan", on="legal_hold.customer_id = loan.customer_id")
_CUSTOMER, _LOAN = exp.column("customer_id", "legal_hold"), exp.column("loan_id", "loan")

# A debt that was written off is still owed.
_COUNTS = """
    theirs.received_on >= cast($keeps_from as date)
    or (
        theirs.loan_status in ('active', 'written_off')
        and not exists (
            select 1 from loan as later
            where later.loan_id = theirs.loan_id and later.received_on > theirs.received_on
        )
    )
"""
_LOAN_NEWS = exp.select("1").from_("loan as theirs").where(_COUNTS, dialect="duckdb")
KEEPS_FROM = exp.cast(exp.Placeholder(this="keeps_from"), "date")
"""The first date that a rule keeps in any case."""


def expired_rows(table: Table, rule: Retention, partitions: dict[str, str]) -> exp.Expr:
    """The condition that a row of a table has expired; parameters `as_of` and `keeps_from`.

    Args:
        table: a table that is kept by business date.
        rule: the rule on it.
        partitions: partition column of every table that the rule counts activity in.
    """
    day = exp.column(str(table.partition), table.name)
    # The newest state stays in any case: the next business date builds on it. What a task says goes
    # with the task.
    is_said = table.name in {payload.name for payload in catalogue().payloads().values()}
    state = exp.to_table(TASK if is_said else table.name).as_("state")
    newest = exp.select(exp.Max(this=exp.column(day.name, "state"))).from_(state).subquery()
    kept = (*held_rows(table), *_later_activity(table, rule, partitions), *_loan_news(table, rule))
    return exp.and_(day < KEEPS_FROM, day < newest, *map(exp.not_, kept))


def held_rows(table: Table) -> Iterator[exp.Expr]:
    """Conditions that a hold keeps a row; any of them is enough."""
    day, raw = (exp.column(name, table.name) for name in (str(table.partition), "raw_text"))
    first, last = (exp.column(name, "legal_hold") for name in ("first_date", "last_date"))
    yield _exists(_HOLDS, day.between(first, last))
    for holds, number in ((_HOLDS, _CUSTOMER), (_HELD_LOANS, _LOAN)):
        if number.name in table.column_names:
            yield _exists(holds, number.eq(exp.column(number.name, table.name)))
        if raw.name in table.column_names:
            yield _exists(holds, exp.StrPosition(this=raw.copy(), substr=number.copy()) > 0)


def _later_activity(
    table: Table, rule: Retention, partitions: dict[str, str]
) -> Iterator[exp.Expr]:
    if "customer_id" in table.column_names:
        for activity in rule.activity:
            later = exp.select("1").from_(exp.to_table(activity).as_("later"))
            yield _exists(
                later,
                exp.column("customer_id", "later").eq(exp.column("customer_id", table.name)),
                exp.column(partitions[activity], "later") >= KEEPS_FROM,
            )


def _loan_news(table: Table, rule: Retention) -> Iterator[exp.Expr]:
    if rule.counts_from_last_loan:
        key = "customer_id" if "customer_id" in table.column_names else "loan_id"
        yield _exists(_LOAN_NEWS, exp.column(key, "theirs").eq(exp.column(key, table.name)))


def _exists(rows: exp.Query, *conditions: exp.Expr) -> exp.Exists:
    return exp.Exists(this=rows.where(*conditions))
