"""A publishing process that is killed, for real, and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.business_date import BusinessDay
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.rules.tables import publish_rules
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.decision_book import Book

DAY = date(2026, 11, 20)
TODAY = BusinessDay(DAY, 1, DAY - timedelta(days=1))
CLOSED_DAY = {
    "business_date": DAY,
    "revision": 1,
    "day_state": "closed",
    "is_opening": False,
    "previous_date": TODAY.previous_date,
    "input_fingerprint": "x",
}
DEBTORS = 300
PROGRAM = """
from datetime import date
from postloan.business_date import BusinessDay
from postloan.publication.publish_task_files import publish_task_files
from postloan.warehouse import open_warehouse
with open_warehouse() as warehouse:
    publish_task_files(warehouse, BusinessDay(date(2026, 11, 20), 1, date(2026, 11, 19)))
"""


SUPPRESSING = """
from datetime import date
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.warehouse import open_warehouse
with open_warehouse() as warehouse:
    suppress_contacts(warehouse, date(2026, 11, 20))
"""


def contents(outbox: Path) -> dict[str, bytes]:
    return {str(f.relative_to(outbox)): f.read_bytes() for f in outbox.rglob("*") if f.is_file()}


def some_file_is_half_written(outbox: Path) -> bool:
    return any(outbox.rglob("*.unfinished"))


def one_queue_is_published(outbox: Path) -> bool:
    return any(outbox.rglob("r1"))


def the_warehouse_was_opened(outbox: Path) -> bool:
    return (outbox.parent / "warehouse.duckdb.wal").exists()


@pytest.mark.parametrize(
    "moment", [the_warehouse_was_opened, some_file_is_half_written, one_queue_is_published]
)
def test_a_killed_run_is_mended_by_the_next_one(
    home: Path, tmp_path: Path, moment: Callable[[Path], bool]
) -> None:
    with open_warehouse() as warehouse:
        book = Book(warehouse, tmp_path / "unused")
        for number in range(DEBTORS):
            book.debtor(DAY, number, 1 + number % 40)
        publish_rules(warehouse, DAY)
    command = [sys.executable, "-c", PROGRAM]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 60
    while process.poll() is None and not moment(home / "outbox") and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run(command, env=environment, check=True)
    mended = contents(home / "outbox")
    with open_warehouse() as warehouse:
        assert (
            warehouse.count("task", DAY)
            == warehouse.scalar("select count(distinct task_id) as n from task")
            > DEBTORS
        )
        # The ledger tells the files; another outbox must come out the same.
        book = Book(warehouse, tmp_path / "again")
        book.publish(TODAY)
    assert mended == contents(tmp_path / "again")
    assert settings().outbox == home / "outbox"


def the_second_revision_is_half_written(outbox: Path) -> bool:
    return any(outbox.rglob(".r2.unfinished"))


def one_queue_is_suppressed(outbox: Path) -> bool:
    return any(outbox.rglob("r2"))


@pytest.mark.parametrize(
    "moment",
    [the_warehouse_was_opened, the_second_revision_is_half_written, one_queue_is_suppressed],
)
def test_a_killed_suppression_is_mended_by_the_next_one(
    home: Path, tmp_path: Path, moment: Callable[[Path], bool]
) -> None:
    with open_warehouse() as warehouse:
        book = Book(warehouse, home / "outbox")
        for number in range(DEBTORS):
            book.debtor(DAY, number, 8)
            book.instalment(f"L{number}", DAY - timedelta(days=8))
        warehouse.append_rows("business_day", [CLOSED_DAY])
        book.publish(TODAY)
        for number in range(0, DEBTORS, 2):
            book.hold(f"C{number}", DAY)
    command = [sys.executable, "-c", SUPPRESSING]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 60
    while process.poll() is None and not moment(home / "outbox") and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run(command, env=environment, check=True)
    mended = contents(home / "outbox")
    with open_warehouse() as warehouse:
        recalls = warehouse.fetch(
            "select queue, count(*) as n, count(distinct task_id) as tasks from task_recall "
            "group by queue order by queue"
        )
        assert recalls == [(q, DEBTORS // 2, DEBTORS // 2) for q in ("call_list", "sms_reminder")]
        # The ledger tells the files; another outbox must come out the same.
        suppress_contacts(warehouse, DAY, tmp_path / "again")
    assert mended == contents(tmp_path / "again")
