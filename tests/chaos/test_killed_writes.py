"""Killed at a random moment of a write: the old slice or the new one, never half of one.

`make kills` kills each target twenty times, the tests of every day once (`POSTLOAN_KILLS`). The
moments differ from run to run; `POSTLOAN_KILLS_SEED` repeats those of a run that told its seed.
"""

import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest

from postloan.errors import RunAgainError
from postloan.warehouse import open_warehouse
from tests.support import kill_targets
from tests.support.kill_targets import Target, shoot
from tests.support.killing import Account, Kill, Writer, kill_in, moments
from tests.support.postgres import TestServer, running_server
from tests.support.slice_writer import (
    COMMITTED,
    CONTENTS,
    REFUSED,
    held,
    prepare,
    replace_slice,
    undisturbed,
)

KILLS = int(os.environ.get("POSTLOAN_KILLS", "1"))
SEED = int(os.environ.get("POSTLOAN_KILLS_SEED", str(random.randrange(10**6))))  # noqa: S311

WHERE_ASKED_FOR = pytest.mark.skipif(
    "POSTLOAN_KILLS" not in os.environ and os.environ.get("POSTLOAN_TEST_SPARK") != "all",
    reason="a whole cluster is for those who ask for it: POSTLOAN_KILLS=2, POSTLOAN_TEST_SPARK=all",
)
TOLD_EVERY = 5
"""After so many kills it is told how far they are; it is told at the end anyway."""
NOT_THE_SAME = "run again after a kill, it is not what it is without one"

Opening = Callable[[Path, pytest.FixtureRequest], AbstractContextManager[Target]]


@pytest.fixture(scope="module")
def careful_server() -> Iterator[TestServer]:
    """A PostgreSQL of our own that can be killed; it does not say committed before it is."""
    with running_server(keeps_commits=True) as server:
        yield server


def state(target: Target, old: str, new: str) -> str:
    """Whether the slice is the old or the new one; anything else fails."""
    states = {undisturbed(old, target.eights): "old", undisturbed(new, target.eights): "new"}
    with open_warehouse(target.reader_url) as warehouse:
        found = held(warehouse)
    assert found in states, f"half a slice, neither {old} nor {new}: {found}"
    return states[found]


@pytest.mark.parametrize(
    "opening",
    [
        kill_targets.duckdb_task,
        pytest.param(kill_targets.postgres_task, marks=pytest.mark.postgres),
        pytest.param(kill_targets.postgres_backend, marks=pytest.mark.postgres),
        pytest.param(kill_targets.postgres_server, marks=pytest.mark.postgres),
        pytest.param(kill_targets.spark_driver, marks=pytest.mark.spark),
        pytest.param(kill_targets.spark_worker, marks=[pytest.mark.spark, WHERE_ASKED_FOR]),
    ],
    ids=lambda opening: opening.__name__,
)
def test_a_killed_write_leaves_the_old_slice_or_the_new_one(
    opening: Opening,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sys.stdout.write(f"POSTLOAN_KILLS_SEED={SEED}\n")
    account = Account(opening.__name__, SEED)

    def tell() -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{account.told()}")
            sys.stdout.flush()

    with opening(tmp_path, request) as target:
        for _ in killed_again_and_again(target, tmp_path / "writer.log", account):
            if account.done % TOLD_EVERY == 0:
                tell()
    tell()
    assert account.amid >= KILLS / 2, "too few kills came in time to show anything"


def killed_again_and_again(target: Target, log: Path, account: Account) -> Iterator[None]:
    """Write, kill in the midst of the next write, look, and run that write again."""
    old, new = CONTENTS
    with open_warehouse(target.reader_url) as warehouse:
        prepare(warehouse, target.eights)
    with ExitStack() as running:
        writer: Writer | None = None
        for number, moment in enumerate(moments(SEED, KILLS)):
            if writer is None:
                writer = running.enter_context(Writer(target.writer_url, target.eights, log))
            first = writer.write(new)
            assert writer.held() == str(undisturbed(new, target.eights)), NOT_THE_SAME
            # A machine is slow at times: by the slower of two writes a kill may come too late.
            seconds = [min(pair) for pair in zip(first, writer.write(old), strict=True)]
            killed = target.aim(writer, number)
            kill = kill_in(writer, new, moment, seconds, partial(shoot, killed))
            target.bring_back()
            found = state(target, old, new)
            kill.told += writer.rest()
            account.count(kill, seconds, found)
            yield
            if kill.last_word == COMMITTED:
                assert state(target, old, new) == "new", "committed, and not there"
            if target.goes_on:
                assert kill.last_word == COMMITTED
                continue
            check_end(writer, kill)
            writer = None
    with open_warehouse(target.reader_url) as warehouse:
        replace_slice(warehouse, new, target.eights)
        assert held(warehouse) == undisturbed(new, target.eights), NOT_THE_SAME


def check_end(writer: Writer, kill: Kill) -> None:
    """The writer was killed, or tells those who started it that it can be run again."""
    if writer.end() != -signal.SIGKILL:
        assert kill.last_word in (COMMITTED, f"{REFUSED} {RunAgainError.__name__}")
