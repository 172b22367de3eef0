"""Rows beside other rows: repeated keys, and references that lead nowhere.

The SQL follows from the contract.
"""

from sqlglot import exp

from postloan.contracts import Catalogue, FeedContract


def file_key(feed: FeedContract) -> tuple[str, ...]:
    """The key columns that a sender delivers; derived ones are made later."""
    delivered = {c.name for c in feed.file_columns}
    return tuple(name for name in feed.table.key if name in delivered)


def duplicates_select(feed: FeedContract, staged: str) -> str:
    """SELECT of the lines whose key an earlier line has: line_no."""
    turn = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(k) for k in file_key(feed)],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column("line_no"))]),
    )
    numbered = exp.select("line_no", turn.as_("turn")).from_(staged).subquery("numbered")
    return exp.select("line_no").from_(numbered).where("turn > 1").sql(dialect="duckdb")


def orphans_select(column: str, target: str, target_column: str, staged: str) -> str:
    """SELECT of the lines whose reference was never delivered: line_no.

    Targets are delivered before those that refer to them, so the facts hold this delivery too.
    """
    found = (
        exp.select(exp.Literal.number(1))
        .from_(exp.to_table(target).as_("known"))
        .where(
            exp.column(target_column, table="known").eq(exp.column(column, table="sent")),
            exp.column("received_on", table="known")
            <= exp.cast(exp.Placeholder(this="business_date"), "date"),
        )
    )
    return (
        exp.select(exp.column("line_no", table="sent"))
        .from_(exp.to_table(staged).as_("sent"))
        .where(
            exp.column(column, table="sent").is_(exp.null()).not_(),
            exp.not_(exp.Exists(this=found)),
        )
        .sql(dialect="duckdb")
    )


def other_source(feed: FeedContract, target: str, contracts: Catalogue) -> str | None:
    """The source of a referenced feed where it is another one, else None."""
    source = contracts.feeds[target].source
    return source if source != feed.source else None
