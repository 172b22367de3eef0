"""Takes in one spoiled file after another, and says what no file may ever do."""

import csv
import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from sqlglot import exp

from postloan.contracts import FeedContract, catalogue, reading
from postloan.contracts.file_format import FILE_FORMAT, file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.deliver import DeliveryResult, ingest
from postloan.ingestion.loading import staging
from postloan.ingestion.loading.ledger import FeedCount
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.quarantine import COLUMNS
from postloan.ingestion.reading import normalise, plain_csv_check
from postloan.ingestion.reading.formats import read_file
from postloan.ingestion.reading.header import check_header
from postloan.ingestion.reading.manifest import DeliveredFile
from postloan.ingestion.reading.unpack import unpack
from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.statements import deleting_among
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender
from tests.support.fuzzing.layouts import LAYOUTS, USUAL, Layout
from tests.support.fuzzing.odd_manifests import odd_manifest
from tests.support.fuzzing.seeds import BACKGROUND, CANARY, Row, rows_of
from tests.support.fuzzing.spoiled_file import Outcome, SpoiledFile
from tests.support.fuzzing.spoiling import spoiled

SECONDS_PER_FILE = 20
"""Small files are done in a fraction of a second; only what explodes takes so long."""

SMALL_BLOCK, MOST_BLOCKS = 61, 500
"""So few bytes at a time, every record is cut somewhere; it must make no difference."""

MAX_MESSAGE = 4_000
ROWS_FOUND = re.compile(r"the file holds (\d+)[ .]")
ADVICE = re.compile(
    r"\b(deliver|export|write|pack|put|separate|expected|have|remove|raise|list|look|contracts"
    r" exist|amounts of|ask|it needs)\b",
    re.IGNORECASE,
)
SQL_OF_FEEDS = (
    *("faults_select", "typed_select", "plain_condition", "plain_typing"),
    *("orphans_select", "duplicates_select"),
)


class BrokenError(AssertionError):
    """A file did what none may do."""


def _records(path: Path, fields: int) -> list[list[str]]:
    """The records of a working file, each with its line in front."""
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as stream:
        _, *records = csv.reader(stream, strict=True)
    demand(all(len(r) == fields for r in records), "a record has more or fewer fields")
    return records


def demand(is_so: object, what: str) -> None:
    if not is_so:
        raise BrokenError(what)


class Bench:
    """A lender that has had its opening, and takes in one file of one feed again and again."""

    def __init__(self, home: Path, warehouse: DuckDBWarehouse) -> None:
        self.home, self.warehouse = home, warehouse
        # The same SQL for every file of a feed: made once, for speed alone.
        self.sql_of_feeds = {name: cache(getattr(staging, name)) for name in SQL_OF_FEEDS}
        self.contracts, self.layout = catalogue(), LAYOUTS[0]
        self.scratch, self.has_taken_in = home / "reading", False
        self.scratch.mkdir(parents=True)
        self._open()

    def _open(self) -> None:
        """Deliver what the rows of the fuzzed files refer to."""
        lender = Lender(self.home, self.warehouse)
        for source in self.contracts.sources():
            raw = {
                f.name: USUAL(
                    [c.name for c in f.file_columns], rows_of(f, self.contracts, BACKGROUND)
                )
                for f in self.contracts.feeds_of(source)
            }
            result = lender.deliver(OPENING_DAY, source, raw=raw)
            demand(not result.rows_quarantined, "rows made from the contracts are not valid")

    @contextmanager
    def taking(self, feed: FeedContract, layout: Layout) -> Iterator[FeedContract]:
        """Inside, the contract of the feed declares the layout, and no feed has to be there."""
        term = {FILE_FORMAT: layout.term_of(feed)}
        feeds = {n: replace(f, is_required=False) for n, f in self.contracts.feeds.items()}
        declared = replace(feeds[feed.name], terms={**feed.terms, **term})
        feeds[feed.name], self.layout = declared, layout
        changed = replace(self.contracts, feeds=feeds)
        with ExitStack() as stack:
            stack.enter_context(mock.patch.object(reading, "_load", return_value=changed))
            for name, once in self.sql_of_feeds.items():
                stack.enter_context(mock.patch.object(staging, name, once))
            yield declared
        if self.has_taken_in:
            self._forget()

    def _forget(self) -> None:
        """Remove the deliveries of the day; another feed's would be judged again with each file."""
        self.has_taken_in = False
        for table in self.contracts.tables.values():
            for column in {"business_date", "received_on"} & set(table.column_names):
                day = exp.cast(exp.Literal.string(NEXT_DAY.isoformat()), "date")
                self.warehouse.run(deleting_among(table.name, exp.column(column).eq(day)), {})

    # One file ---------------------------------------------------------------------------------

    def spoil(self, feed: FeedContract, number: int) -> SpoiledFile:
        """The spoiled file of that number in the layout of now; the same one every time."""
        layout = self.layout
        rng = random.Random(f"{feed.name}/{layout.name}/{number}")  # noqa: S311 (repeatable)
        names = [c.name for c in feed.file_columns]
        rows = rows_of(feed, self.contracts, range(3, 3 + rng.choice((1, 4, 6))))
        content, count = spoiled(rng, names, rows, layout)
        file = SpoiledFile(feed, layout, number, content, count, rng.random() < 0.05)
        if file.rows_are_wrong:
            file = replace(file, rows=rng.choice((0, 1, 10**6)))
        return file

    def spoil_manifest(self, feed: FeedContract, number: int) -> SpoiledFile:
        """A file that is right with a manifest that is not."""
        layout = self.layout
        rng = random.Random(f"{feed.name}/{layout.name}/{number}/manifest")  # noqa: S311 (repeatable)
        names = [c.name for c in feed.file_columns]
        rows = rows_of(feed, self.contracts, range(3, 7))
        content = layout.pack(layout.write(names, rows))
        file = SpoiledFile(feed, layout, number, content, len(rows), rows_are_wrong=True)
        return replace(file, manifest=odd_manifest(rng, file.as_sent()))

    def folder(self, file: SpoiledFile) -> Path:
        return self.home / "landing" / file.feed.source / NEXT_DAY.isoformat()

    def send(self, file: SpoiledFile) -> None:
        """Write the delivery."""
        folder = self.folder(file)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / file.file_name).write_bytes(file.content)
        (folder / f"{file.file_name}.ok").touch()
        manifest = file.manifest or json.dumps(file.as_sent()).encode()
        (folder / "manifest.json").write_bytes(manifest)

    def _fitted(self, file: SpoiledFile, refusal: str) -> SpoiledFile | None:
        """The file with the number of rows that the product counts, or None where it stays."""
        found = ROWS_FOUND.search(refusal)
        if file.rows_are_wrong or not found or "trailer" in refusal:
            return None
        return replace(file, rows=int(found[1]))

    # Reading alone ----------------------------------------------------------------------------

    def check_reading(self, file: SpoiledFile) -> Outcome:
        """Sort the records of a file into good and refused ones; the warehouse sees none."""
        return self._check_blocks(file, self._read)[1]

    def check_judging(self, file: SpoiledFile) -> Outcome:
        """Read, convert and judge the rows of a file in the warehouse, and keep nothing of it."""
        file, outcome = self._check_blocks(file, self._judge)
        if not file.layout.term:
            with mock.patch.object(staging, "survey", return_value=None):
                demand(self._judge(file) == outcome, "the careful way gives something else")
        return outcome

    def _check_blocks(
        self, file: SpoiledFile, read: Callable[[SpoiledFile], Outcome]
    ) -> tuple[SpoiledFile, Outcome]:
        """Read a file twice, in blocks of other sizes."""
        outcome = read(file)
        if fitted := self._fitted(file, outcome.refusal):
            file, outcome = fitted, read(fitted)
        if outcome.count and file.is_lines:
            demand(outcome.count.rows_in == file.lines, "rows that came in are not lines of it")
        small = max(SMALL_BLOCK, len(file.content) // MOST_BLOCKS)
        with (
            mock.patch.object(normalise, "BLOCK_BYTES", small),
            mock.patch.object(plain_csv_check, "BLOCK_BYTES", small),
        ):
            demand(read(file) == outcome, "small blocks give something else")
        return file, outcome

    def _read(self, file: SpoiledFile) -> Outcome:
        self.send(file)
        path, form = self.folder(file) / file.file_name, file_format_of(file.feed)
        names = [c.name for c in file.feed.file_columns]
        clean, refused = self.scratch / "clean", self.scratch / "refused"
        started = time.monotonic()
        try:
            plain = unpack(path, form, self.scratch / "unpacked")
            if form.is_plain:
                check_header(path, names)
                header = ",".join(names).encode()
                account = normalise.normalise(path, header, len(names) - 1, clean, refused)
            else:
                account = read_file(plain, path.name, names, form, clean, refused)
        except DeliveryError as error:
            self._check_refusal(file, str(error))
            return Outcome(refusal=str(error))
        finally:
            self._check_time(started)
        if form.is_plain:
            self._check_survey(path, names, account)
        outcome = Outcome(
            FeedCount(file.feed.name, account.rows, account.records, account.refused),
            "",
            _records(clean, len(names) + 1),
            _records(refused, 3),
        )
        demand(len(outcome.staged) == account.records, "there are other good records than counted")
        demand(len(outcome.refused) == account.refused, "other records were refused than counted")
        lines = [row[0] for row in (*outcome.staged, *outcome.refused)]
        demand(len(set(lines)) == len(lines), "two records have the same line")
        return outcome

    def _check_survey(self, path: Path, names: list[str], account: normalise.Normalised) -> None:
        """Where the quick look counts otherwise the engine must read fewer records than that."""
        plainly = plain_csv_check.survey(path, len(names) - 1)
        if plainly in (None, account):
            return
        with self.warehouse.rolled_back():
            read = self.warehouse.load_plain("plainly", path, names, {names[0]: names[0]}, "true")
        demand(read < plainly.records, "the quick look counts otherwise, and nobody would notice")

    def _judge(self, file: SpoiledFile) -> Outcome:
        self.send(file)
        said = DeliveredFile.model_validate(file.as_sent()["files"][0])
        path = self.folder(file) / file.file_name
        started = time.monotonic()
        with self.warehouse.rolled_back():
            work = Staging(
                self.warehouse, catalogue(), file.feed, said, NEXT_DAY, path, self.scratch
            )
            try:
                account = work.load()
                work.convert()
                work.refuse_duplicates()
                work.refuse_orphans()
                work.quarantine()
                outcome = self._outcome(work, work.count(account))
            except DeliveryError as error:
                outcome = Outcome(refusal=str(error))
        self._check_time(started)
        self._check_refusal(file, outcome.refusal)
        return outcome

    def _outcome(self, work: Staging, count: FeedCount) -> Outcome:
        fetch = self.warehouse.fetch
        names = ", ".join(c.name for c in work.feed.file_columns)
        return Outcome(
            count,
            "",
            fetch(f"select line_no, {names} from {work.staged_table} order by line_no"),
            fetch(
                f"select line_no, column_name, reason, raw_text from {work.refused_table} "
                "order by line_no"
            ),
        )

    def rows_told(self, feed: FeedContract, layout: Layout, rows: Sequence[Row]) -> Outcome:
        """What becomes of rows in a layout, without what depends on the layout."""
        with self.taking(feed, layout) as declared:
            names = [c.name for c in feed.file_columns]
            content = layout.pack(layout.write(names, rows))
            outcome = self._judge(SpoiledFile(declared, layout, 0, content, len(rows)))
        # A file without a header starts a line earlier, and no two tell a refused row alike.
        staged = [values for _, *values in outcome.staged]
        refused = [(column, reason) for _, column, reason, _ in outcome.refused]
        return replace(outcome, staged=staged, refused=refused)

    # All of it --------------------------------------------------------------------------------

    def check_ingest(self, file: SpoiledFile) -> Outcome:
        """Take a file in as a delivery, and once more."""
        before = self._state(file)
        outcome = self._ingest(file)
        if fitted := self._fitted(file, outcome.refusal):
            file, outcome = fitted, self._ingest(fitted)
        after = self._state(file)
        if outcome.count is None:
            demand(after == before, "a refused delivery has left something in the warehouse")
        else:
            self._check_counts(file, outcome.count)
        again = self._ingest(file)
        demand(again == outcome, "a second run tells something else")
        demand(self._state(file) == after, "a second run has changed the warehouse")
        return outcome

    def _ingest(self, file: SpoiledFile) -> Outcome:
        self.send(file)
        self.has_taken_in = True
        started, home = time.monotonic(), self.home
        places = (home / "landing", home / "scratch", home / "quarantine", home / "docs")
        try:
            result = ingest(self.warehouse, file.feed.source, NEXT_DAY, *places)
        except DeliveryError as error:
            refusal = str(error)
            self._check_refusal(file, refusal)
            outcome = Outcome(refusal=refusal)
        else:
            demand(CANARY not in " ".join(result.warnings), "a warning holds a value")
            outcome = Outcome(self._count_of(file, result))
        self._check_time(started)
        for page in (home / "docs").rglob("index.html"):
            demand(CANARY not in page.read_text(encoding="utf-8"), "a page holds a value")
        shutil.rmtree(home / "docs", ignore_errors=True)
        return outcome

    def _count_of(self, file: SpoiledFile, result: DeliveryResult) -> FeedCount:
        (count,) = result.feeds
        demand(count.feed == file.feed.name, "another feed was taken in")
        return count

    def _check_counts(self, file: SpoiledFile, count: FeedCount) -> None:
        """Rows in are the manifest's, and each is a fact or in quarantine, table and file."""
        if file.manifest is None:
            demand(count.rows_in == file.rows, "rows that came in are not those of the manifest")
        demand(
            count.rows_in == count.rows_loaded + count.rows_quarantined,
            "rows in are not loaded and quarantined rows",
        )
        place = {"day": NEXT_DAY, "feed": file.feed.name}
        facts = (
            f"select count(distinct line_no) as n from {file.feed.name} "
            "where received_on = cast($day as date)"
        )
        demand(
            self.warehouse.scalar(facts, place) == count.rows_loaded,
            "there are other facts than loaded rows",
        )
        held = (
            "select detail from quarantine where business_date = cast($day as date) "
            "and feed = $feed"
        )
        details = [detail for (detail,) in self.warehouse.fetch(held, place)]
        demand(len(details) == count.rows_quarantined, "the quarantine holds other rows")
        demand(not any(CANARY in detail for detail in details), "advice holds a value")
        self._check_published(file, count.rows_quarantined)

    def _check_published(self, file: SpoiledFile, rows: int) -> None:
        path = (
            self.home / "quarantine" / file.feed.source / NEXT_DAY.isoformat()
        ) / f"{file.feed.name}.csv"
        if not rows:
            demand(not path.exists(), "a quarantine file is left over")
            return
        csv.field_size_limit(1 << 24)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header, *published = csv.reader(stream)
        demand(tuple(header) == COLUMNS, "the quarantine file has other columns")
        demand(len(published) == rows, "the quarantine file holds other rows")

    def _state(self, file: SpoiledFile) -> Mapping[str, Any]:
        """All that a delivery of the feed may change."""
        fetch, day = self.warehouse.fetch, {"day": NEXT_DAY}
        queries = {
            "facts": f"select * from {file.feed.name} order by received_on, line_no",
            "quarantine": "select * from quarantine order by business_date, feed, line_no",
            "ledger": "select * from delivery order by business_date, feed",
            "profile": "select * from feed_profile order by business_date, feed, column_name",
        }
        return {name: fetch(query, day) for name, query in queries.items()}

    # What is said -----------------------------------------------------------------------------

    def _check_time(self, started: float) -> None:
        seconds = time.monotonic() - started
        demand(seconds < SECONDS_PER_FILE, f"it took {seconds:.0f} seconds")

    def _check_refusal(self, file: SpoiledFile, refusal: str) -> None:
        if not refusal:
            return
        told = f": {refusal[:600]!r}"
        demand(CANARY not in refusal, "the refusal holds a value" + told)
        demand("defect" not in refusal, "the reader itself sees that it is wrong" + told)
        named = (file.feed.name, "manifest.json")
        demand(any(name in refusal for name in named), "the refusal names no file" + told)
        demand(ADVICE.search(refusal), "the refusal does not tell what to do" + told)
        demand(refusal.isprintable(), "the refusal holds signs that no terminal should see" + told)
        demand(len(refusal) <= MAX_MESSAGE, "the refusal is too long to read" + told)
