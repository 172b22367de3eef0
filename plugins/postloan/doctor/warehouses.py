"""The warehouse: can it be reached, may we work in it, and do its tables fit the contracts."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from postloan.contracts import catalogue
from postloan.doctor.finding import Finding
from postloan.errors import PostloanError, WarehouseError
from postloan.local_airflow.control import SERVER_SLOTS
from postloan.settings import Settings
from postloan.warehouse import Warehouse
from postloan.warehouse.capabilities import engine_of
from postloan.warehouse.connect import connect
from postloan.warehouse.migration import pending
from postloan.warehouse.postgres.roles import WRITER
from postloan.warehouse.redacted_url import without_password

TOPIC = "Warehouse"
OLDEST_JAVA = 17

POSTGRES = """
    SELECT
        current_setting('server_version') AS version,
        current_setting('TimeZone') AS timezone,
        current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend') AS free_connections,
        current_user::text AS who,
        current_schema()::text AS schema,
        has_schema_privilege(current_schema(), 'CREATE') AS may_create,
        has_database_privilege(current_database(), 'TEMP') AS may_use_temporary
"""
CLOSED_TABLES = """
    SELECT relname::text FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        AND NOT (has_table_privilege(oid, 'SELECT') AND (relname = 'schema_change'
            OR has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'DELETE')))
"""


def warehouse(home: Settings) -> Iterator[Finding]:
    """The engine that POSTLOAN_WAREHOUSE names."""
    url = home.warehouse_url
    yield Finding(TOPIC, "POSTLOAN_WAREHOUSE", without_password(url))
    scheme = urlsplit(url).scheme.split("+")[0]
    looks = {"duckdb": _duckdb, "postgresql": _postgres, "postgres": _postgres, "spark": _spark}
    look = looks.get(scheme)
    if look is None:
        words = f"'{scheme}' is no known engine"
        yield Finding.missing(TOPIC, "engine", words, f"Use one of {', '.join(looks)}.")
        return
    yield from look(url)


# DuckDB ---------------------------------------------------------------------------------------


def _duckdb(url: str) -> Iterator[Finding]:
    from postloan.warehouse.duckdb.engine import DuckDBWarehouse

    yield Finding(TOPIC, "engine", f"DuckDB {metadata.version('duckdb')}")
    path = url.removeprefix("duckdb:///").partition("?")[0]
    if path == ":memory:" or not Path(path).exists():
        yield Finding(TOPIC, "file", "not there yet; made on first use")
        return
    if not os.access(path, os.R_OK | os.W_OK):
        remedy = f"Give this user the right to read and write {path}."
        yield Finding.missing(TOPIC, "file", "cannot be read and written by this user", remedy)
        return
    yield Finding(TOPIC, "file", f"{Path(path).stat().st_size / 2**20:,.0f} MiB")
    try:
        opened = DuckDBWarehouse(path, patience_seconds=0)
    except WarehouseError as error:
        yield _not_opened(error)
        return
    with opened:
        yield from _tables(opened)


def _not_opened(error: WarehouseError) -> Finding:
    """Another process at work is no fault; a damaged file is one."""
    if "in use by another process" not in str(error):
        return Finding.missing(TOPIC, "file", str(error), "Restore it from the last copy.")
    holder = re.search(r"PID (\d+)", str(error.__cause__))
    words = f"in use by process {holder[1]}" if holder else "in use by another process"
    remedy = "One process works in a DuckDB file at a time; others wait for it."
    return Finding.note(TOPIC, "lock", words, remedy)


# PostgreSQL -----------------------------------------------------------------------------------


def _postgres(url: str) -> Iterator[Finding]:
    try:
        opened = connect(url)
    except WarehouseError as error:
        yield Finding.missing(TOPIC, "engine", str(error))
        return
    with opened:
        yield from _server(opened)
        yield from _tables(opened)


def _server(opened: Warehouse) -> Iterator[Finding]:
    with engine_of(opened).connect() as connection:
        found = connection.exec_driver_sql(POSTGRES).mappings().one()
        closed = [n for (n,) in connection.exec_driver_sql(CLOSED_TABLES).fetchall()]
    yield Finding(TOPIC, "engine", f"PostgreSQL {found['version']}")
    yield Finding(TOPIC, "text", "UTF-8, compared by code point as on the other engines")
    yield Finding(TOPIC, "time zone", f"{found['timezone']} in our sessions")
    yield _rights(found["who"], found["schema"], may_create=bool(found["may_create"]))
    if not found["may_use_temporary"]:
        remedy = f"GRANT TEMPORARY ON DATABASE … TO {found['who']}"
        yield Finding.missing(TOPIC, "rights", "no temporary tables may be made", remedy)
    if set(closed) & set(catalogue().tables):
        words = f"{found['who']} may not read and write {len(closed)} tables, such as {min(closed)}"
        remedy = f"GRANT {WRITER} TO {found['who']}, after: python -m postloan admin roles --apply"
        yield Finding.missing(TOPIC, "rights", words, remedy)
    free = f"{found['free_connections']} are free"
    if found["free_connections"] < SERVER_SLOTS:
        words = f"{free}, {SERVER_SLOTS} tasks may want one each"
        yield Finding.note(TOPIC, "connections", words, "Raise max_connections of the server.")
    else:
        yield Finding(TOPIC, "connections", free)


def _rights(who: str, schema: str | None, *, may_create: bool) -> Finding:
    if schema is None:
        remedy = f"CREATE SCHEMA …; ALTER ROLE {who} SET search_path = …"
        return Finding.missing(TOPIC, "rights", "no schema of the search path exists", remedy)
    if not may_create:
        words = f"{who} may not make or change tables in the schema {schema}"
        remedy = "Their owner opens the warehouse after contracts have changed."
        return Finding.note(TOPIC, "rights", words, remedy)
    return Finding(TOPIC, "rights", f"{who} may work in the schema {schema}")


# Spark ----------------------------------------------------------------------------------------


def _spark(_url: str) -> Iterator[Finding]:
    """What Spark needs on this machine; its cluster is asked when the warehouse is opened."""
    remedy = "pip install -r requirements-spark.txt"
    try:
        yield Finding(TOPIC, "engine", f"PySpark {metadata.version('pyspark')}")
    except metadata.PackageNotFoundError:
        yield Finding.missing(TOPIC, "engine", "PySpark is not installed", remedy)
    yield _java()


def _java() -> Finding:
    java = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{java}/bin") if java else shutil.which("java")
    remedy = f"Install Java {OLDEST_JAVA} or newer, on Debian: apt-get install default-jre-headless"
    if program is None:
        return Finding.missing(TOPIC, "Java", "not found", remedy)
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 (found on the path)
    version = re.search(r'version "((?:1\.)?(\d+)[^"]*)"', told.stderr)
    words = f"{version[1]} at {program}" if version else f"{program} does not say its version"
    if version is None or int(version[2]) < OLDEST_JAVA:
        return Finding.missing(TOPIC, "Java", words, remedy)
    return Finding(TOPIC, "Java", words)


# All engines ----------------------------------------------------------------------------------


def _tables(opened: Warehouse) -> Iterator[Finding]:
    """Whether the tables are what the contracts say, or what opening the warehouse would do."""
    try:
        changes, refused = pending(opened)
    except PostloanError as error:
        yield Finding.missing(TOPIC, "tables", str(error))
        return
    if refused:
        words = "the contracts ask for changes that would lose data"
        yield Finding.missing(TOPIC, "tables", words, "\n".join(refused))
    elif changes:
        made = sum(change.creates for change in changes)
        words = f"{made} to be made, {len(changes) - made} changes, when it is opened next"
        yield Finding(TOPIC, "tables", words)
    else:
        yield Finding(TOPIC, "tables", "as the contracts say")
