"""Writes what the sample lender, the registry and the bureau would have sent."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb

from postloan.business_date import FIRST_DATE
from postloan.contracts import FeedContract, catalogue
from postloan.errors import PostloanError
from postloan.landing.sample.world import build_world, has_sql, sql_text
from postloan.landing.writer import write_deliveries
from postloan.text.shown_text import shown

MAX_LOANS = 99_999_999
"""Loan numbers have eight digits."""
MAX_SEED = 2**31 - 1
_MEMORY = re.compile(r"[1-9][0-9]{2,5}MB|[1-9][0-9]{0,3}GB", re.IGNORECASE)

# Faulty rows stand beside the good ones, never in their place: whatever becomes of them, the truth
# about a loan still arrives.
FAULTY_FEEDS = frozenset({"repayment", "customer_income", "instalment"})

# How often a source sends its full set; every day where it is not named.
MONTHLY_SOURCES = frozenset({"credit_bureau"})


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Attributes:
        opening: business date of the opening deliveries.
        last_business_date: business date of the last daily deliveries.
        deliveries: number of deliveries, all sources together.
        rows: data rows per feed, all deliveries together.
        dirty_rows: how many of them are faulty on purpose.
    """

    opening: date
    last_business_date: date
    deliveries: int
    rows: Mapping[str, int]
    dirty_rows: int


def _is_sent(feed: FeedContract) -> bool:
    """Whether the sample lender has the feed; an optional one may be left out."""
    return feed.is_required or has_sql(f"feeds/{feed.name}")


def _is_due(source: str, day: date) -> bool:
    return source not in MONTHLY_SOURCES or day.day == 1


def _prepare_feed(
    connection: duckdb.DuckDBPyConnection, feed: FeedContract, dirty_share: Fraction
) -> int:
    """Lay out what is sent of a feed; return how many of the daily rows are faulty."""
    name = feed.name
    as_sent = ", ".join(f"cast({c.name} as varchar) as {c.name}" for c in feed.file_columns)
    connection.execute(f"create view {name}_feed as {sql_text(f'feeds/{name}')}")
    connection.execute(
        f"create view {name}_opening as "  # noqa: S608 - names of our own contracts
        f"select * exclude (known_on) from {name}_feed where known_on <= getvariable('opening')"
    )
    # As text, because a faulty row holds what no typed column would take.
    connection.execute(
        f"create table {name}_daily as "  # noqa: S608 - names of our own contracts
        f"select known_on, {as_sent} from {name}_feed where known_on > getvariable('opening') "
        "and known_on <= getvariable('last_date') order by known_on"
    )
    if name not in FAULTY_FEEDS or not dirty_share:
        return 0
    connection.execute("set variable dirty_share = ?", [float(dirty_share)])
    row = connection.execute(f"insert into {name}_daily {sql_text(f'dirt/{name}')}").fetchone()
    return int(row[0]) if row else 0


def write_sample(
    landing: Path,
    *,
    loans: int,
    days: int,
    seed: int,
    last_business_date: date,
    dirty_share: Fraction = Fraction(1, 5000),
    memory_limit: str = "4GB",
    threads: int | None = None,
) -> SampleSummary:
    """Write an opening delivery and `days` daily deliveries of every source.

    The opening is `days` days before the last business date. The same arguments give the same
    bytes, whatever the machine's number of cores.

    Args:
        landing: the landing zone; deliveries of the same dates are replaced.
        loans: number of loans that exist by the last business date.
        days: number of daily deliveries after the opening.
        seed: another seed gives another lender.
        last_business_date: date of the last deliveries.
        dirty_share: share of the daily rows that are faulty on purpose; the opening is clean.
        memory_limit: what the generator may use before it spills to disk.
        threads: how many threads work on it; all cores where it is None.

    Raises:
        PostloanError: an argument is out of range.
    """
    if not 1 <= loans <= MAX_LOANS:
        raise PostloanError(f"--loans is {loans}; use 1 to {MAX_LOANS}.")
    if abs(seed) > MAX_SEED:
        raise PostloanError(f"--seed is {shown(seed)}; use -{MAX_SEED} to {MAX_SEED}.")
    if not _MEMORY.fullmatch(memory_limit):
        raise PostloanError(
            f"--memory is '{shown(memory_limit)}'; write megabytes or gigabytes, such as 512MB or "
            f"4GB."
        )
    most = (last_business_date - FIRST_DATE).days
    if not 0 <= days <= most:
        raise PostloanError(
            f"--days is {days}; use 0 to {max(most, 0):,}: no business date is before {FIRST_DATE}."
        )
    opening = last_business_date - timedelta(days=days)
    every_day = [opening + timedelta(days=n) for n in range(1, days + 1)]
    rows: Counter[str] = Counter()
    deliveries = faulty = 0
    with build_world(
        loans=loans,
        seed=seed,
        opening=opening,
        last_date=last_business_date,
        memory_limit=memory_limit,
        threads=threads,
    ) as connection:
        for source in catalogue().sources():
            feeds = tuple(filter(_is_sent, catalogue().feeds_of(source)))
            faulty += sum(_prepare_feed(connection, feed, dirty_share) for feed in feeds)
            due = [day for day in every_day if _is_due(source, day)]
            rows += write_deliveries(connection, landing, feeds, opening=opening, days=due)
            deliveries += 1 + len(due)
    return SampleSummary(opening, last_business_date, deliveries, dict(rows), faulty)
