"""A sender swaps its folder for a link while we write: nothing is written or removed elsewhere.

Every case is tried with the swap before each single step that the writer takes on files.
"""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postloan.contracts import catalogue
from postloan.contracts.file_format import file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.reading.manifest import MANIFEST, check_content, read_manifest
from postloan.landing.fetch.config import Files, Sql
from postloan.landing.fetch.door import fetch
from postloan.landing.fetch.result import Endpoint, Order
from postloan.landing.writer import write_delivery
from tests.support.deliveries import CUSTOMER, LOAN, OPENING_DAY, Lender
from tests.support.swapping import swapped_at, tree

SOURCE, DAY = "core_banking", str(OPENING_DAY)
NAMES = (
    *("manifest.json", "loan.csv", "customer.csv", ".writing/loan.csv", ".fetch/loan.csv"),
    *(".manifest.json.unfinished", ".loan.csv.unfinished"),
)
Writer = Callable[[Path], None]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of ours that no sender may change; it looks as a source or date might."""
    folder = tmp_path / "elsewhere"
    for name in (*NAMES, *(f"{DAY}/{name}" for name in NAMES)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("precious", encoding="utf-8")
    return folder


def _written(landing: Path) -> None:
    feeds = [feed for feed in catalogue().feeds_of(SOURCE) if feed.is_required]
    with duckdb.connect(":memory:") as connection:
        for feed in feeds:
            columns = ", ".join(f'"{c.name}" varchar' for c in feed.file_columns)
            connection.execute(f'create table "{feed.name}_opening" ({columns})')
        write_delivery(connection, landing, tuple(feeds), OPENING_DAY, opening=True)


def _order(landing: Path) -> Order:
    return Order(SOURCE, OPENING_DAY, landing, opening=True)


@pytest.fixture
def writers(tmp_path: Path) -> dict[str, Writer]:
    """All that brings a delivery into the landing zone."""
    unasked: Any = None
    remote = Lender(tmp_path / "remote", unasked)
    remote.send(customer=[CUSTOMER], loan=[LOAN])
    database = tmp_path / "core.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table loan (loan_id text, customer_id text)")
    select = (
        "select loan_id, customer_id, 'consumer' as product, 'CNY' as currency, "
        "'1.00' as principal, 'active' as loan_status from loan"
    )
    how = {"kind": "sql", "connection": "x", "feeds": {"loan": {"query": select}}}
    sql, files = Sql.model_validate(how), Files(kind="files", path="unused")
    theirs, url = Endpoint(root=remote.folder(OPENING_DAY)), Endpoint(url=f"sqlite:///{database}")
    return {
        "write": _written,
        "files": lambda landing: _fetched(landing, files, theirs),
        "sql": lambda landing: _fetched(landing, sql, url),
    }


def _fetched(landing: Path, config: Files | Sql, endpoint: Endpoint) -> None:
    fetch(_order(landing), config, endpoint, again=True)


@pytest.fixture(params=["one disk", "disk of its own"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source's folder may be a mount of its own, into which nothing can be renamed."""
    rename = os.rename

    def within_one_disk(old: Any, new: Any, **where: Any) -> None:
        if ".writing" in str(old):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(old, new, **where)

    if request.param == "disk of its own":
        monkeypatch.setattr("postloan.files.landing_folder.os.rename", within_one_disk)


def _old_delivery(landing: Path) -> None:
    folder = landing / SOURCE / DAY
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text("old", encoding="utf-8")
    (folder / "loan.csv").write_text("old", encoding="utf-8")


def _is_noticed(write: Writer, landing: Path) -> bool:
    try:
        write(landing)
    except DeliveryError as error:
        return "is a link" in str(error)
    return False


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("depth", [1, 2], ids=["source", "date"])
@pytest.mark.parametrize("kind", ["write", "files", "sql"])
def test_a_folder_swapped_at_any_step_leads_no_writer_elsewhere(
    writers: dict[str, Writer], elsewhere: Path, tmp_path: Path, kind: str, depth: int
) -> None:
    before, step, taken, noticed = tree(elsewhere), 0, [1], 0
    while step <= taken[0]:
        step += 1
        landing = tmp_path / f"landing-{step}"
        _old_delivery(landing)
        swapped = landing.joinpath(*(SOURCE, DAY)[:depth])
        with swapped_at(step, swapped, elsewhere, landing) as taken:
            noticed += _is_noticed(writers[kind], landing)
        assert tree(elsewhere) == before, f"step {step}"
    # Who swaps late has swapped a folder that is open already, and is not noticed.
    assert 0 < noticed < step


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("kind", ["write", "files", "sql"])
def test_a_folder_that_nobody_swaps_is_written(
    writers: dict[str, Writer], tmp_path: Path, kind: str
) -> None:
    landing = tmp_path / "landing"
    _old_delivery(landing)
    writers[kind](landing)
    folder, feeds = landing / SOURCE / DAY, catalogue().feeds_of(SOURCE)
    forms = {feed.name: file_format_of(feed) for feed in feeds}
    check_content(read_manifest(folder, SOURCE, OPENING_DAY, feeds), folder, forms)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert not list(landing.glob(".writing/*/*"))


@pytest.mark.parametrize("kind", ["link", "open"])
def test_unfinished_work_lies_where_nobody_else_writes(
    writers: dict[str, Writer], elsewhere: Path, tmp_path: Path, kind: str
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    if kind == "link":
        (landing / ".writing").symlink_to(elsewhere)
    else:
        (landing / ".writing").mkdir()
        (landing / ".writing").chmod(0o777)
    before = tree(elsewhere)
    for write in writers.values():
        with pytest.raises(DeliveryError, match=r"\.writing in the landing zone is no folder"):
            write(landing)
    assert tree(elsewhere) == before
