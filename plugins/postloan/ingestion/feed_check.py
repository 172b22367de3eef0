"""Tests one file the way a delivery is taken in, without a delivery and without an installation.

The file goes through the very staging and the very checks of a night, in a warehouse that lives in
memory. What depends on other feeds is judged only where their files are given, too; what could not
be judged is said.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

from sqlglot import exp

from postloan.contracts import Catalogue, FeedContract, catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.checks.limits import breach_of
from postloan.ingestion.checks.quality import QualityGate
from postloan.ingestion.checks.repayments import REPAYMENT, refuse_reversals
from postloan.ingestion.loading.ledger import write_entry
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.reading.manifest import DeliveredFile, Manifest
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.normalise import Normalised
from postloan.text.shown_text import shown
from postloan.warehouse import Warehouse, open_warehouse

TEST_DATE = date(2000, 1, 1)
"""The business date of the test; any will do, since the other files are of the day before."""

SHOWN_LINES = 5

_FAULTS = """
    select coalesce(column_name, '') as column_name, reason, line_no, faulty_rows
    from (
        select
            column_name,
            reason,
            line_no,
            count(*) over (partition by column_name, reason) as faulty_rows,
            row_number() over (partition by column_name, reason order by line_no) as turn
        from refused
    ) as numbered
    where turn <= $shown_lines
    order by faulty_rows desc, column_name, reason, line_no
"""


@dataclass(frozen=True)
class Fault:
    """What is wrong in one column for one reason; never a value of the data.

    Attributes:
        column: the first column at fault; empty where the whole record is.
        reason: code of the reason.
        rows: how many records.
        first_lines: where the first of them start in the file, at most five.
        advice: what the sender should do.
    """

    column: str
    reason: str
    rows: int
    first_lines: tuple[int, ...]
    advice: str


@dataclass(frozen=True)
class FailedCheck:
    """A check of the whole file that did not pass."""

    kind: str
    column: str
    rows: int
    stops: bool
    told: str


@dataclass(frozen=True)
class FeedReport:
    """What a delivery of this file would meet with."""

    file: str
    feed: str
    contract_version: str
    rows_in: int
    rows_good: int
    faults: tuple[Fault, ...]
    failed_checks: tuple[FailedCheck, ...]
    not_judged: tuple[str, ...]
    beyond_limit: str
    """Why so many refused rows would stop the whole delivery; empty where they would not."""

    @property
    def rows_refused(self) -> int:
        """Rows that would be held back."""
        return self.rows_in - self.rows_good

    @property
    def is_clean(self) -> bool:
        """Whether every row would be loaded and every check passes."""
        return not self.faults and not self.failed_checks


class _Unpromised(Staging):
    """Staging of a file for which no manifest says how many rows and which hash it has."""

    def _check_promise(self, account: Normalised) -> None:
        """Nothing was promised."""

    def _check_bytes(self, found: str = "") -> None:
        """No hash was promised."""


def guess_feed(path: Path) -> FeedContract:
    """The feed whose name stands in the name of a file; the longest one where several do.

    Raises:
        DeliveryError: none does, or there is no such file; lists the feeds.
    """
    feeds = catalogue().feeds
    if not path.is_file():
        raise DeliveryError(f"{told_file(path.name)} is not a file. Name one that is there.")
    found = [name for name in feeds if name in path.stem.lower()]
    if not found:
        raise DeliveryError(
            f"{told_file(path.name)}: the name says no feed. Name it with --feed, one of "
            f"{', '.join(feeds)}."
        )
    return feeds[max(found, key=len)]


def feed_named(name: str) -> FeedContract:
    """The contract of a feed.

    Raises:
        DeliveryError: there is none of that name; lists the feeds.
    """
    feeds = catalogue().feeds
    if name not in feeds:
        raise DeliveryError(f"There is no feed '{shown(name)}'. Known feeds: {', '.join(feeds)}.")
    return feeds[name]


def check_feed(
    path: Path,
    feed: FeedContract,
    others: Sequence[Path] = (),
    *,
    is_opening: bool = False,
) -> FeedReport:
    """Test one file.

    Args:
        path: the file.
        feed: what it is said to hold.
        others: files of other feeds that it refers to, or earlier ones of the same feed; which
            feed they hold is told by their names.
        is_opening: whether the file is part of the full book, which has more checks.

    Returns:
        The report; it holds no value of the data.

    Raises:
        DeliveryError: one of the files is missing, or its layout is not that of its feed.
    """
    known = _by_feed(others)
    with _workshop() as scratch, open_warehouse("duckdb:///:memory:") as warehouse:
        for name in _in_order(known):
            _make_known(warehouse, catalogue().feeds[name], known[name], known, scratch)
        return _Trial(warehouse, feed, path, known, scratch, is_opening=is_opening).report()


def _by_feed(paths: Sequence[Path]) -> Mapping[str, Path]:
    known: dict[str, Path] = {}
    for path in paths:
        name = guess_feed(path).name
        if name in known:
            raise DeliveryError(
                f"{told_file(known[name].name)} and {told_file(path.name)} both hold {name}. "
                "Give one file a feed."
            )
        known[name] = path
    return known


def _in_order(known: Mapping[str, Path]) -> list[str]:
    """Names of the feeds that are given, those that are referred to first."""
    feeds = catalogue().feeds
    needs = {name: {target for target, _ in f.references.values()} for name, f in feeds.items()}
    return [name for name in TopologicalSorter(needs).static_order() if name in known]


@contextmanager
def _workshop() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="postloan-feed-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _staging(
    warehouse: Warehouse,
    feed: FeedContract,
    path: Path,
    known: Mapping[str, Path],
    day: date,
    scratch: Path,
) -> Staging:
    if not path.is_file():
        raise DeliveryError(f"{path} is not a file. Say where the file of {feed.name} lies.")
    described = DeliveredFile(feed=feed.name, file=f"{feed.name}.csv", rows=0, sha256="0" * 64)
    judged = _judging_only(feed, known)
    return _Unpromised(warehouse, catalogue(), judged, described, day, path, scratch)


def _judging_only(feed: FeedContract, known: Mapping[str, Path]) -> FeedContract:
    """The contract without references to feeds that are not given."""
    unknown = {c for c, (target, _) in feed.references.items() if target not in known}
    columns = tuple(
        replace(c, references=None) if c.name in unknown else c for c in feed.table.columns
    )
    return replace(feed, table=replace(feed.table, columns=columns))


def _make_known(
    warehouse: Warehouse,
    feed: FeedContract,
    path: Path,
    known: Mapping[str, Path],
    scratch: Path,
) -> None:
    """Take the good rows of another feed's file in, as if they had come the day before."""
    day = TEST_DATE - timedelta(days=1)
    staging = _staging(warehouse, feed, path, known, day, scratch)
    with warehouse.transaction():
        account = staging.load()
        staging.convert()
        staging.refuse_duplicates()
        staging.refuse_orphans()
        count = staging.count(account)
        warehouse.rebuild(feed.name, day)
        staging.clear()
        manifest = Manifest(
            source=feed.source, business_date=day, opening=False, files=(staging.file,)
        )
        write_entry(warehouse, manifest, catalogue(), 1, [count])


@dataclass(frozen=True)
class _Trial:
    warehouse: Warehouse
    feed: FeedContract
    path: Path
    known: Mapping[str, Path]
    scratch: Path
    is_opening: bool

    def report(self) -> FeedReport:
        """Stage the file, run the checks, tell what was found."""
        staging = _staging(
            self.warehouse, self.feed, self.path, self.known, TEST_DATE, self.scratch
        )
        account = staging.load()
        staging.convert()
        staging.refuse_duplicates()
        staging.refuse_orphans()
        if self._judges_reversals:
            refuse_reversals(staging)
        count = staging.count(account)
        breach = breach_of(
            self.warehouse, self.feed, staging.text_table, staging.refused_table, count
        )
        gate = QualityGate(self.warehouse, is_opening=self.is_opening)
        failed = tuple(
            FailedCheck(
                outcome.check.kind,
                str(outcome.check.arguments.get("column") or ""),
                outcome.failed_rows,
                outcome.check.stops,
                outcome.error or outcome.check.description,
            )
            for outcome in gate.outcomes(staging.feed, staging.staged_table, count)
            if not outcome.passed
        )
        return FeedReport(
            told_file(self.path.name),
            self.feed.name,
            self.feed.version,
            count.rows_in,
            count.rows_loaded,
            tuple(_faults(staging)),
            failed,
            tuple(self._not_judged(catalogue())),
            breach.told if breach else "",
        )

    @property
    def _judges_reversals(self) -> bool:
        """The original of a reversal may have come long before, unless all is given."""
        return self.feed.name == REPAYMENT and (self.is_opening or REPAYMENT in self.known)

    def _not_judged(self, contracts: Catalogue) -> Iterator[str]:
        for column, (target, _) in self.feed.references.items():
            if target not in self.known:
                yield (
                    f"Whether {column} names a known {contracts.feeds[target].name}: give its "
                    f"file with --with {target}.csv."
                )
        if self.feed.name == REPAYMENT and not self._judges_reversals:
            yield (
                "Whether reverses_id names a known repayment: give the earlier ones with "
                "--with repayment.csv, or say --opening."
            )


def _faults(staging: Staging) -> Iterator[Fault]:
    advised = staging.advised()
    lines: dict[tuple[str, str], list[int]] = {}
    counts: dict[tuple[str, str], int] = {}
    refused = exp.select("column_name", "reason", "line_no").from_(staging.refused_table)
    with staging.warehouse.restricted_to({"refused": refused}):
        found = staging.warehouse.fetch(_FAULTS, {"shown_lines": SHOWN_LINES})
    for column, reason, line_no, rows in found:
        lines.setdefault((column, reason), []).append(int(line_no))
        counts[column, reason] = int(rows)
    for place, first_lines in lines.items():
        yield Fault(*place, counts[place], tuple(first_lines), advised[place])
