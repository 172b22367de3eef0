"""PostgreSQL at work: plans that use its indexes, and writers that do not wait for each other."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from postloan.contracts import catalogue
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.postgres.engine import ANALYZE_FROM_ROWS, postgres_sql
from postloan.warehouse.postgres.indexes import LONGEST_NAME, indexes_of
from postloan.warehouse.restating import _making_versions, _replacing
from postloan.warehouse.statement import Statement
from postloan.warehouse.statements import counting, deleting

pytestmark = pytest.mark.postgres

DAY = date(2026, 11, 20)
DATES = [DAY - timedelta(days=n) for n in range(30)]
LOANS = 2000

STAGES = """
    INSERT INTO loan_stage (
        business_date, loan_id, customer_id, product, currency, days_past_due,
        calendar_days_past_due, is_paused, was_paused, overdue_amount, stage, stage_rank,
        stage_entered_on, previous_stage, episode_started_on, is_opening, known_from, version_no
    )
    SELECT date '2026-11-20' - d, 'L' || n, 'C' || n, 'consumer', 'CNY', 5, 5, false, false, 10,
        'reminder', 1, date '2026-11-01', 'current', date '2026-11-01', false, date '2026-11-01', 1
    FROM generate_series(0, {last_date}) AS d, generate_series(1, {loans}) AS n
"""


@pytest.fixture
def book(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A month of stages, as large as makes a planner choose."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(STAGES.format(last_date=len(DATES) - 1, loans=LOANS))
        connection.execute("ANALYZE loan_stage")
        yield connection


def plan(connection: psycopg.Connection, statement: Statement, **values: object) -> str:
    rows = connection.execute(f"EXPLAIN {postgres_sql(statement.tree)}", values).fetchall()
    return "\n".join(row[0] for row in rows)


# Indexes --------------------------------------------------------------------------------------


def test_one_date_is_read_and_replaced_by_the_index_on_it(book: psycopg.Connection) -> None:
    by_date = "loan_stage", "business_date"
    for statement in (counting(*by_date), deleting(*by_date)):
        chosen = plan(book, statement, partition=DAY)
        assert "loan_stage_by_business_date" in chosen
        assert "Seq Scan on loan_stage" not in chosen


def test_restating_a_date_reads_no_other(book: psycopg.Connection) -> None:
    table = catalogue().tables["loan_stage"]
    keys = ", ".join(table.row_key)
    book.execute(
        f"CREATE TEMPORARY TABLE superseded_row AS SELECT {keys} FROM loan_stage "
        f"WHERE business_date = '{DAY}' LIMIT 500"
    )
    book.execute(
        f"CREATE TEMPORARY TABLE inserted_row AS SELECT * FROM loan_stage "
        f"WHERE business_date = '{DAY}' LIMIT 500"
    )
    removal, _ = _replacing(table)
    versions = Statement(_making_versions(table, inserts=True).tree.expression)
    for statement in (removal, versions):
        chosen = plan(book, statement, business_date=DAY, known_on=DAY)
        assert "loan_stage_by_business_date" in chosen
        assert "Seq Scan on loan_stage" not in chosen


def test_every_index_of_the_contracts_is_there(postgres_url: str) -> None:
    wanted = {name for table in catalogue().tables.values() for name in indexes_of(table)}
    assert all(len(name) <= LONGEST_NAME for name in wanted)
    with psycopg.connect(postgres_url) as connection:
        found = {n for (n,) in connection.execute("SELECT indexname::text FROM pg_indexes")}
    assert wanted <= found


def test_a_session_keeps_out_of_nested_loops_and_sorts_in_memory(postgres_url: str) -> None:
    with open_warehouse(postgres_url) as warehouse:
        settings = "enable_nestloop", "jit", "work_mem", "hash_mem_multiplier"
        found = [warehouse.scalar(f"select current_setting('{s}') as s") for s in settings]
    assert found == ["off", "off", "64MB", "4"]


def test_memory_that_the_server_gives_beyond_ours_is_kept(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET work_mem = '256MB'")
    with open_warehouse(postgres_url) as warehouse:
        assert warehouse.scalar("select current_setting('work_mem') as s") == "256MB"


def test_a_small_temporary_table_is_known_to_the_planner(postgres_url: str) -> None:
    with open_warehouse(postgres_url) as warehouse:
        digits = "(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as t(d)"
        rows = f"select a.d as n from {digits} cross join (select d from {digits}) as a"
        assert (
            warehouse.temporary_from("few", rows.replace("as t(d) cross", "as s(e) cross")) == 100
        )
        known = "select cast(reltuples as integer) as n from pg_class where relname = 'few'"
        assert warehouse.scalar(known) == 100


# Writers at the same time ---------------------------------------------------------------------


@pytest.fixture
def shared_url(postgres_url: str) -> str:
    """A database in which nobody waits for a lock for long: whoever has to, fails."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET lock_timeout = '5s'")
    return postgres_url


def digits(count: int) -> str:
    """SELECT of so many rule parameters of one date; powers of ten."""
    tens = " cross join ".join(
        f"(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as t{n}(d{n})"
        for n in range(len(str(count)) - 1)
    )
    name = " || ".join(f"cast(d{n} as varchar)" for n in range(len(str(count)) - 1))
    return f"""
        select cast($business_date as date) as business_date, 'a' as pack, {name} as parameter,
            'x' as value_text, cast(null as decimal(18, 6)) as value_number,
            cast(null as varchar) as rule_id, cast(null as varchar) as rule_version
        from {tens}
    """


def write(warehouse: Warehouse, table: str, day: date) -> None:
    """Replace a date by so many rows that the planner is told."""
    select = digits(ANALYZE_FROM_ROWS)
    warehouse.replace_partition(catalogue().tables[table], day, select, {"business_date": day})


@contextmanager
def in_other_threads(*works: Callable[[], None]) -> Iterator[None]:
    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(work) for work in works]
        yield
        for work in running:
            work.result(timeout=60)


def test_writers_of_different_dates_do_not_wait_for_each_other(shared_url: str) -> None:
    with open_warehouse(shared_url) as first, open_warehouse(shared_url) as second:
        with first.transaction():
            write(first, "rule_parameter", DAY)
            done = threading.Event()

            def other() -> None:
                write(second, "rule_parameter", DAY - timedelta(days=1))
                done.set()

            with in_other_threads(other):
                assert done.wait(30), "the second writer waited for the end of the first"
        assert first.count("rule_parameter") == 2 * ANALYZE_FROM_ROWS


def test_writers_that_take_tables_in_opposite_order_do_not_stop_each_other(
    shared_url: str,
) -> None:
    meeting = threading.Barrier(2, timeout=30)
    tables = ("rule_parameter", "rule_parameter_too")
    with open_warehouse(shared_url) as maker:
        maker.create_table(replace(catalogue().tables[tables[0]], name=tables[1]))

    def writer(day: date, order: tuple[str, ...]) -> None:
        with open_warehouse(shared_url) as warehouse, warehouse.transaction():
            for name in order:
                select = digits(ANALYZE_FROM_ROWS)
                insert = f"insert into {name} {select}"
                warehouse._driver.execute(  # type: ignore[attr-defined]
                    insert.replace("$business_date", f"date '{day}'")
                )
                warehouse._analyze(name, ANALYZE_FROM_ROWS)  # type: ignore[attr-defined]
                meeting.wait()

    with in_other_threads(
        lambda: writer(DAY, tables), lambda: writer(DAY - timedelta(days=1), tables[::-1])
    ):
        pass
    with open_warehouse(shared_url) as reader:
        assert reader.count("rule_parameter") == 2 * ANALYZE_FROM_ROWS
