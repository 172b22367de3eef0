"""Spoiled files of every feed in every format: no crash, no lost row, no value in a message."""

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.contracts import FeedContract, catalogue
from postloan.settings import REPOSITORY
from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.migration import bring_up_to_date
from tests.support.fuzzing.account import Account
from tests.support.fuzzing.bench import Bench
from tests.support.fuzzing.bombs import BOMBS
from tests.support.fuzzing.layouts import LAYOUTS, Layout
from tests.support.fuzzing.seeds import Row, rows_of
from tests.support.fuzzing.spoiled_file import Outcome, SpoiledFile

FEEDS = tuple(catalogue().feeds.values())
FILES = int(os.environ.get("POSTLOAN_FUZZ_FILES", 2 * len(FEEDS) * len(LAYOUTS)))
"""How many files are made; file by file they are the same in every run."""

JUDGE_EVERY, INGEST_EVERY, MANIFEST_EVERY = 6, 24, 48
"""All files are read. One of so many is judged in the warehouse too, goes the whole way of a
delivery, and is right where its manifest is not."""

TOLD_EVERY = 200
"""So many files are done in silence; a short run tells nothing."""

SECONDS_FOR_BOMBS, MEGABYTES_FOR_BOMBS = 180, 700
"""A bomb unpacked would take many gigabytes; a busy machine may take its time."""

Checked = tuple[SpoiledFile, Outcome | str, float]
"""A file with what became of it, or with the trace of what it did that none may, and the seconds
that all its readings took."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A lender with an opening, for all files."""
    with DuckDBWarehouse(":memory:", threads=1) as warehouse:
        bring_up_to_date(warehouse)
        yield Bench(tmp_path_factory.mktemp("fuzzer"), warehouse)


def checked(bench: Bench, feed: FeedContract, files: int) -> Iterator[Checked]:
    """The spoiled files of a feed, so many in all formats together."""
    turn = FEEDS.index(feed)
    for place, layout in enumerate(LAYOUTS):
        with bench.taking(feed, layout) as declared:
            for number in range(place, files, len(LAYOUTS)):
                turn += 1
                yield _checked(bench, declared, turn, number)


def _checked(bench: Bench, feed: FeedContract, turn: int, number: int) -> Checked:
    file = bench.spoil(feed, number)
    check: Callable[[SpoiledFile], Outcome] = bench.check_reading
    if turn % MANIFEST_EVERY == 0:
        file = bench.spoil_manifest(feed, number)
    if turn % INGEST_EVERY == 0:
        check = bench.check_ingest
    elif turn % JUDGE_EVERY == 0:
        check = bench.check_judging
    started = time.monotonic()
    try:
        found: Outcome | str = check(file)
    except Exception:  # whatever it is, it is what the fuzzer looks for
        found = traceback.format_exc(limit=-4)
    return file, found, time.monotonic() - started


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_no_file_does_what_none_may(
    feed: FeedContract, bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    files = -(-FILES // len(FEEDS))
    account = Account(feed.name, files)
    for file, found, seconds in checked(bench, feed, files):
        account.count(file, found, seconds)
        if account.done % TOLD_EVERY == 0 or account.done == files > TOLD_EVERY:
            with capsys.disabled():
                sys.stdout.write(f"\n{account.told()}")
    assert not account.broken, "\n\n".join(account.broken)
    assert account.done == files


@st.composite
def rows_in_a_format(draw: st.DrawFn) -> tuple[FeedContract, Layout, list[Row]]:
    """Rows of a feed with odd values that every format can hold, and one of the formats."""
    feed = draw(st.sampled_from(FEEDS))
    rows = rows_of(feed, catalogue(), range(3, 3 + draw(st.integers(1, 4))))
    # Neither what cuts fields and lines, nor blanks at an end, which fixed width takes for filling.
    signs = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters=";|+")
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = draw(st.text(signs, max_size=6))
    return feed, draw(st.sampled_from(LAYOUTS[1:])), rows


@settings(
    max_examples=max(25, FILES // 400),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=rows_in_a_format())
def test_the_same_rows_become_the_same_in_every_format(
    bench: Bench, case: tuple[FeedContract, Layout, list[Row]]
) -> None:
    feed, layout, rows = case
    assert bench.rows_told(feed, layout, rows) == bench.rows_told(feed, LAYOUTS[0], rows)


def test_a_bomb_takes_neither_time_nor_memory(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.fuzzing.bombs", tmp_path],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'plugins'}:{REPOSITORY}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS_FOR_BOMBS,
    )
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    assert [outcome["name"] for outcome in outcomes] == list(BOMBS)
    assert max(outcome["megabytes"] for outcome in outcomes) < MEGABYTES_FOR_BOMBS
    assert all("200 times" in o["told"] or "refused records" in o["told"] for o in outcomes)
