"""A damaged, full or locked warehouse is told in a line or two, with what to do, and no secret."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from postloan import cli
from postloan.cli import main
from postloan.errors import DeliveryError, PostloanError, RunAgainError, WarehouseError
from postloan.ingestion.arrivals.refused_deliveries import open_refusals
from postloan.orchestration.operators import for_good
from postloan.settings import settings
from postloan.text.advice import advised
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.postgres.engine import PostgresWarehouse
from postloan.warehouse.postgres.errors import at_the_door
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, REPAYMENT, Lender
from tests.support.full_disk import full_disk

COMMANDS = (
    ["day", "status"],
    ["loan", "stages", "--date", "2026-11-19"],
    ["day", "reconcile", "--dry-run"],
    ["admin", "roles"],
    ["hold", "list"],
    ["data", "show", "loan"],
)


def told(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """What a command that fails says; short, and for a person."""
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("postloan: ")
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2
    assert len(said) < 600
    return said


# A DuckDB file --------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good warehouse that the settings name."""
    path = tmp_path / "w.duckdb"
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", f"duckdb:///{path}")
    open_warehouse().close()
    return path


def _other_version(data: bytes) -> bytes:
    return data[:12] + bytes([200]) + data[13:]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: data[:100], id="truncated in the head"),
        pytest.param(lambda data: b"x" * len(data), id="garbage"),
        pytest.param(lambda data: data[:8] + b"\xff" * 4096 + data[4104:], id="head overwritten"),
        pytest.param(lambda data: data[:12288] + b"\xff" * (len(data) - 12288), id="body lost"),
        pytest.param(_other_version, id="another version"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_damaged_file_is_told_by_every_command(
    spoil: Callable[[bytes], bytes], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = spoil(file.read_bytes())
    file.write_bytes(spoiled)
    for command in COMMANDS:
        if command == ["admin", "roles"]:
            continue
        assert "last copy" in told(capsys, command)
    assert file.read_bytes() == spoiled


def test_a_folder_in_place_of_the_file_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.unlink()
    file.mkdir()
    assert "is a folder" in told(capsys, ["day", "status"])


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("duckdb:////proc/no/where.duckdb", "path is right"),
        ("duckdb:////dev/null/x.duckdb", "A file stands where a folder is needed"),
        ("duckdb:///w.duckdb?threads=many", "options"),
        ("duckdb:///w.duckdb?colour=red", "options"),
        ("oracle://me:s3cret@host/db", "Use duckdb"),
        ("postgresql://me:s3cret@127.0.0.1:1/db", "Look whether it runs"),
        ("postgresql://me:s3cret@nowhere.invalid/db", "nobody knows its host"),
        ("postgresql://me:s3@cret@host/db", "percent-encoded"),
    ],
)
def test_a_warehouse_that_cannot_be_reached_is_told_without_its_password(
    url: str, advice: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", url)
    said = told(capsys, ["day", "status"])
    assert advice in said
    assert "s3" not in said
    assert "cret" not in said


def _write_much(warehouse: DuckDBWarehouse) -> None:
    warehouse.begin()
    with warehouse._refusals("rows"):
        warehouse.connection.execute("INSERT INTO filler SELECT range FROM range(5000000)")
    warehouse.commit()


def test_a_disk_that_fills_while_duckdb_writes_leaves_what_was_there(file: Path) -> None:
    with DuckDBWarehouse(str(file)) as warehouse:
        warehouse.connection.execute("CREATE TABLE filler AS SELECT 1 AS n")
        with full_disk(file.stat().st_size), pytest.raises(RunAgainError, match="is full") as full:
            _write_much(warehouse)
        warehouse.rollback()
        assert "make room" in str(full.value)
    with DuckDBWarehouse(str(file)) as again:
        assert again.connection.execute("SELECT count(*) FROM filler").fetchall() == [(1,)]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of eight megabytes, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("This user may not mount a disk.")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)


BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}


def _payments(number: int) -> list[dict[str, str]]:
    return [REPAYMENT | {"repayment_id": f"R{n:08}", "amount": "0.01"} for n in range(number)]


def test_a_delivery_on_a_real_full_disk_is_taken_in_once_there_is_room(
    tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tiny_disk / "home"
    monkeypatch.setenv("POSTLOAN_HOME", str(home))
    with open_warehouse(f"duckdb:///{home}/warehouse.duckdb") as warehouse:
        lender = Lender(home, warehouse)
        lender.deliver(**BOOK, repayment=_payments(10))
        filler = tiny_disk / "filler"
        lender.send(**BOOK, repayment=_payments(5000))
        with pytest.raises(OSError, match="space"):
            _fill(filler)
        with pytest.raises((PostloanError, OSError)) as full:
            lender.take_in()
        words = advised(full.value) or full.value
        assert isinstance(words, RunAgainError)
        assert "full" in str(words)
        assert "make room" in str(words)
        filler.unlink()
        assert warehouse.count("repayment") == 10
        assert lender.take_in().rows_loaded == 5003


# The disk of this machine, whatever the engine ------------------------------------------------


@pytest.mark.parametrize("largest", [0, 100])
def test_a_delivery_that_finds_no_room_is_not_blamed_on_its_sender(
    lender: Lender, largest: int
) -> None:
    lender.send(**BOOK, repayment=[REPAYMENT | {"amount": "x" * 50}])
    with full_disk(largest), pytest.raises((OSError, PostloanError)) as full:
        lender.take_in()
    assert not isinstance(full.value, DeliveryError)
    words = for_good(full.value)
    assert isinstance(words, RunAgainError)
    assert "full" in str(words)
    assert lender.warehouse.count("delivery") == 0
    assert lender.take_in().rows_quarantined == 1


def test_a_file_that_needs_more_room_than_there_is_is_not_begun(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.send(**BOOK)
    with monkeypatch.context() as small:
        small.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
        small.setattr("os.sendfile", lambda *_: pytest.fail("It was copied."))
        with pytest.raises(RunAgainError, match=r"no room for our own copy of .*; make room"):
            lender.take_in()
    # Nobody knows what it says: the gate is told so until it is taken in.
    ((_, _, why),) = open_refusals(lender.warehouse)
    assert "no room" in why
    lender.take_in()
    assert not open_refusals(lender.warehouse)


def test_a_disk_that_fills_up_amid_a_copy_leaves_nothing_and_is_told(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender.send(**BOOK)
    sent: list[int] = []

    def filling(target: int, source: int, offset: int | None, count: int) -> int:
        if sent:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sent.append(os.write(target, os.read(source, min(count, 10))))
        return sent[0]

    with monkeypatch.context() as filled:
        filled.setattr("os.sendfile", filling)
        with pytest.raises(RunAgainError, match="no room"):
            lender.take_in()
    assert not [path for path in settings().scratch.rglob("*") if path.is_file()]
    lender.take_in()


def test_a_sparse_file_is_judged_by_what_it_says_it_holds(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lender.send(**BOOK)
    os.truncate(folder / "customer.csv", 1 << 42)
    assert (folder / "customer.csv").stat().st_blocks < 1000
    monkeypatch.setattr("os.sendfile", lambda *_: pytest.fail("It was copied."))
    with pytest.raises(DeliveryError, match=r"customer.csv: larger than the 17,179,869,184 bytes"):
        lender.take_in()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, "No space", "/landing/13800000001.csv"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/13800000001"), "may not do that"),
        (MemoryError("13800000001"), "memory of this machine is used up"),
        (KeyError("13800000001"), "KeyError; the log of the ingestion tells more"),
    ],
)
def test_what_kept_a_delivery_from_being_read_is_told_without_its_values(
    lender: Lender, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    def failing(*_: object) -> None:
        raise error

    lender.send(**BOOK)
    monkeypatch.setattr("postloan.ingestion.deliver.own_copy", failing)
    with pytest.raises(type(error)):
        lender.take_in()
    ((_, _, told),) = open_refusals(lender.warehouse)
    assert why in told
    assert "138" not in told


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    return Lender(home, warehouse)


# PostgreSQL -----------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_told(postgres_url: str) -> None:
    url, _, rest = postgres_url.partition("?")
    other = url.rpartition("/")[0] + "/nobody_made_it" + (f"?{rest}" if rest else "")
    with pytest.raises(WarehouseError, match="has no such database") as refused:
        PostgresWarehouse(other)
    assert not isinstance(refused.value, RunAgainError)


@pytest.mark.parametrize(
    ("state", "advice", "passes"),
    [
        ("53100", "make room", True),
        ("53200", "memory", True),
        ("58030", "disk", True),
        ("XX001", "last copy", False),
        ("42501", "admin roles --apply", False),
        ("25006", "primary", False),
    ],
)
def test_what_postgresql_cannot_do_is_told(
    postgres_url: str, state: str, advice: str, passes: bool
) -> None:
    with PostgresWarehouse(postgres_url) as warehouse:
        raised = f"RAISE EXCEPTION 'row (15400000001)' USING ERRCODE = '{state}'"
        with pytest.raises(WarehouseError, match=advice) as refused:
            warehouse._do(f"DO $$ BEGIN {raised}; END $$")
    assert isinstance(refused.value, RunAgainError) == passes
    assert "15400000001" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "advice", "passes"),
    [
        ('FATAL:  password authentication failed for user "me"', "percent-encoded", False),
        ("fe_sendauth: no password supplied", "percent-encoded", False),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "me"', "pg_hba.conf", False),
        ('FATAL:  role "me" does not exist', "no such user", False),
        ("FATAL:  sorry, too many clients already", "max_connections", True),
        ("FATAL:  the database system is starting up", "Wait", True),
        ("致命错误:  用户 me 认证失败", "Look whether it runs", True),
    ],
)
def test_a_closed_door_is_told(text: str, advice: str, passes: bool) -> None:
    refused = at_the_door(f"connection failed: {text}", "postgresql://me:***@host/db")
    assert advice in str(refused)
    assert isinstance(refused, RunAgainError) == passes


# Whatever the command -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "advice", "passes"),
    [
        (errno.ENOSPC, "make room", True),
        (errno.EDQUOT, "make room", True),
        (errno.EACCES, "right to read and write", False),
        (errno.EROFS, "read-only", False),
        (errno.ENOTDIR, "Move it away", False),
        (errno.EIO, "disk", False),
        (errno.EBUSY, "run it again", True),
    ],
)
def test_an_error_of_the_system_comes_with_advice(number: int, advice: str, passes: bool) -> None:
    error = OSError(number, os.strerror(number), "/data/\x1b[31m\nx")
    words = advised(error)
    assert words is not None
    assert advice in str(words)
    assert str(words).isprintable()
    in_a_task = for_good(error)
    assert isinstance(in_a_task, RunAgainError if passes else AirflowFailException)


def test_a_defect_is_told_without_the_values_it_met(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_url: object = None) -> None:
        raise KeyError("15400000001")

    monkeypatch.setattr("postloan.cli.day.status.open_warehouse", fail)
    said = told(capsys, ["day", "status"])
    assert "KeyError" in said
    assert "15400000001" not in said
    with pytest.raises(KeyError):
        cli.main(["--debug", "day", "status"])
