"""Rows beside other rows: repeated keys, and references that lead nowhere.

The SQL follows from the contract.
"""

from sqlglot import exp

from postloan.contracts import Catalogue, FeedContract

IS_READ = exp.column("line_no", "text").is_(exp.null()).not_().as_("is_read")
"""Whether a row `beside_text` could be read."""


def file_key(feed: FeedContract) -> tuple[str, ...]:
    """The key columns that a sender delivers; derived ones are made later."""
    delivered = {c.name for c in feed.file_columns}
    return tuple(name for name in feed.table.key if name in delivered)


def is_among(lines: str, table: str | None = None) -> exp.Expr:
    """The condition that a row's `line_no` stands in a table of lines.

    Args:
        lines: the table of lines.
        table: the table of the row, where the statement reads several.
    """
    return exp.column("line_no", table).isin(query=exp.select("line_no").from_(lines))


def beside_text(refused: str, text: str, join_type: str = "left") -> exp.Select:
    """FROM the rows of one table as `refused`, each beside its row of another as `text`."""
    same_line = exp.column("line_no", "refused").eq(exp.column("line_no", "text"))
    rows = exp.Select().from_(exp.to_table(refused).as_("refused"))
    return rows.join(exp.to_table(text).as_("text"), on=same_line, join_type=join_type)


def duplicates_select(feed: FeedContract, staged: str) -> exp.Select:
    """SELECT of the lines whose key an earlier line has: line_no."""
    turn = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(k) for k in file_key(feed)],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column("line_no"))]),
    )
    numbered = exp.select("line_no", turn.as_("turn")).from_(staged).subquery("numbered")
    return exp.select("line_no").from_(numbered).where("turn > 1")


def orphans_select(column: str, target: str, target_column: str, staged: str) -> exp.Select:
    """SELECT of the lines whose reference was never delivered: line_no.

    Targets are delivered before those that refer to them, so the facts hold this delivery too.
    """
    until = exp.cast(exp.Placeholder(this="business_date"), "date")
    orphans = _orphans(column, target, target_column, staged, until)
    return orphans.select(exp.column("line_no", table="sent"))


def orphans_by_day_select(
    column: str, target: str, target_column: str, received: str
) -> exp.Select:
    """SELECT of how many rows refer to what no delivery up to their own date holds.

    Args:
        column: the reference.
        target: feed that it refers to.
        target_column: key of that feed.
        received: table of rows of many dates, which stand in `received_on`.

    Returns:
        A SELECT of received_on and orphans, dates without any left out; of dates since
        `$business_date`.
    """
    received_on = exp.cast(exp.column("received_on", table="sent"), "date")
    since = exp.cast(exp.Placeholder(this="business_date"), "date")
    return (
        _orphans(column, target, target_column, received, received_on)
        .select(received_on.as_("received_on"), exp.Count(this=exp.Star()).as_("orphans"))
        .where(received_on >= since)
        .group_by(received_on)
    )


def _orphans(
    column: str, target: str, target_column: str, table: str, until: exp.Expr
) -> exp.Select:
    """The rows `sent` of a table whose reference no delivery up to a date holds."""
    found = (
        exp.select(exp.Literal.number(1))
        .from_(exp.to_table(target).as_("known"))
        .where(
            exp.column(target_column, table="known").eq(exp.column(column, table="sent")),
            exp.column("received_on", table="known") <= until,
        )
    )
    return (
        exp.Select()
        .from_(exp.to_table(table).as_("sent"))
        .where(
            exp.column(column, table="sent").is_(exp.null()).not_(),
            exp.not_(exp.Exists(this=found)),
        )
    )


def other_source(feed: FeedContract, target: str, contracts: Catalogue) -> str | None:
    """The source of a referenced feed where it is another one, else None."""
    source = contracts.feeds[target].source
    return source if source != feed.source else None
