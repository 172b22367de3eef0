"""Roles on PostgreSQL: a writer does the day, a reader sees its receiver's rows."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from postloan.cli import main
from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.landing.sample import write_sample
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from postloan.warehouse.postgres.roles import VIEWS, reader_of
from tests.support.later_contracts import Contracts
from tests.support.postgres import TestServer
from tests.support.whole_day import run_whole_day

pytestmark = pytest.mark.postgres

DAY = date(2026, 11, 20)
RECEIVERS = sorted({file.receiver for file in catalogue().task_files.values()})


@pytest.fixture(scope="module")
def lender(postgres_server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the owner of a lender that has published task files, with roles and a user of each."""
    with postgres_server.database() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(tmp_path_factory.mktemp("lender")))
        patch.setenv("POSTLOAN_WAREHOUSE", url)
        write_sample(settings().landing, loans=400, days=2, seed=5, last_business_date=DAY)
        assert main(["admin", "roles", "--apply"]) == 0
        assert main(["admin", "roles", "--apply"]) == 0
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("CREATE ROLE airflow_user LOGIN IN ROLE postloan_writer")
            database, outbox = owner.info.dbname, settings().outbox
            owner.execute(f"ALTER DATABASE {database} SET postloan.outbox = '{outbox}'")
            for receiver in RECEIVERS:
                owner.execute(f"CREATE ROLE {receiver} LOGIN IN ROLE {reader_of(receiver)}")
        with open_warehouse(as_user(url, "airflow_user")) as warehouse:
            for day in (DAY - timedelta(days=2), DAY - timedelta(days=1), DAY):
                run_whole_day(warehouse, day)
        yield url
        with psycopg.connect(url, autocommit=True) as owner:
            found = owner.execute("SELECT rolname::text FROM pg_roles WHERE oid >= 16384")
            for (role,) in found.fetchall():
                owner.execute(f"DROP OWNED BY {role} CASCADE")
                owner.execute(f"DROP ROLE {role}")


def as_user(url: str, user: str) -> str:
    return url.replace("postgres:@", f"{user}:@")


def queues_of(receiver: str) -> set[str]:
    return {name for name, file in catalogue().task_files.items() if file.receiver == receiver}


def views(url: str) -> set[str]:
    """Every view of task files that a user may read."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
            "AND relkind = 'v' AND has_table_privilege(oid, 'SELECT')",
            [VIEWS],
        )
        return {name for (name,) in found}


def refuses(url: str, *statements: str) -> None:
    for statement in statements:
        with psycopg.connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)


# Readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_a_reader_sees_the_rows_of_its_queues_and_no_others(lender: str, receiver: str) -> None:
    mine = as_user(lender, receiver)
    assert views(mine) == {f"{q}{end}" for q in queues_of(receiver) for end in ("", "_recall")}
    with psycopg.connect(lender) as owner, psycopg.connect(mine) as connection:
        for queue in queues_of(receiver):
            seen = connection.execute(f"SELECT task_id FROM {VIEWS}.{queue}").fetchall()
            wanted = owner.execute(
                "SELECT task_id FROM task WHERE queue = %s AND task_action = 'added'", [queue]
            ).fetchall()
            assert sorted(seen) == sorted(wanted)


def test_some_reader_sees_something(lender: str) -> None:
    with psycopg.connect(as_user(lender, "call_center")) as connection:
        rows = connection.execute(f"SELECT * FROM {VIEWS}.call_list")
        assert rows.fetchone()
        shown = [c.name for c in rows.description or ()]
    columns = catalogue().task_files["call_list"].table.column_names
    assert shown == ["business_date", "revision", *columns]


def test_a_view_shows_what_the_file_says(lender: str) -> None:
    """Task, name and reason, in the language of the file; protected texts differ by design."""
    stem = f"call_list_{DAY}_r1"
    with psycopg.connect(lender) as owner:
        (outbox,) = owner.execute("SELECT current_setting('postloan.outbox')").fetchone() or ("",)
        seen = owner.execute(
            f"SELECT task_id, customer_name, reason FROM {VIEWS}.call_list "
            "WHERE business_date = %s AND revision = 1",
            [DAY],
        ).fetchall()
    file = Path(outbox) / DAY.isoformat() / "call_list" / "r1" / f"{stem}.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    names = catalogue().task_files["call_list"].table.column_names
    places = [names.index(n) for n in ("task_id", "customer_name", "reason")]
    assert sorted(seen) == sorted(tuple(row[p] for p in places) for row in rows)
    assert seen


def test_a_reader_reads_no_table_and_nothing_of_other_receivers(lender: str) -> None:
    tables = [f"SELECT 1 FROM {name} LIMIT 1" for name in catalogue().tables]
    others = [f"SELECT 1 FROM {VIEWS}.{q}" for q in catalogue().task_files]
    others = [s for s in others if s.split(".")[1] not in queues_of("call_center")]
    refuses(
        as_user(lender, "call_center"),
        *tables,
        *others,
        "CREATE TABLE mine (n int)",
        f"CREATE VIEW {VIEWS}.mine AS SELECT 1",
    )


# The writer -----------------------------------------------------------------------------------


def test_the_writer_has_run_days_and_changes_no_row_and_no_table(lender: str) -> None:
    with psycopg.connect(lender) as owner:
        assert owner.execute("SELECT count(*) > 0 FROM task").fetchone() == (True,)
    refuses(
        as_user(lender, "airflow_user"),
        "UPDATE task SET reason_code = 'another'",
        "ALTER TABLE task ADD COLUMN more int",
        "DROP TABLE task",
        "TRUNCATE task",
        "DELETE FROM schema_change",
        f"SELECT 1 FROM {VIEWS}.call_list",
    )


def test_the_writer_is_told_that_the_owner_must_open_the_warehouse_first(
    lender: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = Contracts(tmp_path / "later")
    contracts.set("task", "remark", physicalType="varchar")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    with pytest.raises(WarehouseError, match="airflow_user may not change them"):
        open_warehouse(as_user(lender, "airflow_user"))


# Changes below a view -------------------------------------------------------------------------


def test_a_type_may_widen_below_the_views_and_the_same_roles_read_them(
    lender: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = as_user(lender, "call_center")
    with psycopg.connect(reader) as connection:
        before = connection.execute(f"SELECT * FROM {VIEWS}.call_list ORDER BY 1, 2, 3").fetchall()
    contracts = Contracts(tmp_path / "later")
    contracts.set("task", "revision", physicalType="bigint")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    open_warehouse(lender).close()
    with psycopg.connect(reader) as connection:
        after = connection.execute(f"SELECT * FROM {VIEWS}.call_list ORDER BY 1, 2, 3").fetchall()
    assert after == before
    refuses(as_user(lender, "sms_gateway"), f"SELECT 1 FROM {VIEWS}.call_list")


def test_roles_belong_to_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "roles"]) == 1
    assert "Roles are those of a PostgreSQL server" in capsys.readouterr().err
