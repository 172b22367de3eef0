"""Fixtures that all kinds of tests share."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings as of_hypothesis

from postloan import quiet_exit
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.engines import ENGINES
from tests.support.memory import TestMemory, running_memory
from tests.support.postgres import TestServer, running_server
from tests.support.rule_files import RuleFiles, copy_include
from tests.support.spark import TestLake, running_lake, why_no_spark

quiet_exit.install()
# No test is timed: a busy machine is no fault of the code.
of_hypothesis.register_profile("untimed", deadline=None)
of_hypothesis.load_profile("untimed")

SPARK_BY_DEFAULT = (
    *(
        f"tests/warehouse/test_{name}.py"
        for name in (
            *("delta", "parity", "warehouse"),
            *("spark_deliveries", "spark_lake", "spark_plans", "spark_url"),
        )
    ),
    "tests/chaos/test_killed_writes.py",
)
"""Where Spark takes part in every run. Everywhere, it takes the better part of an hour."""


POSTGRES_BY_DEFAULT = (
    *(
        f"tests/{area}/"
        for area in (
            *("access", "business_day", "chaos", "contracts"),
            *("dags", "journey", "sql", "warehouse"),
        )
    ),
    *(
        f"tests/{name}.py"
        for name in (
            "contact/restrictions/test_refused_rows_hold",
            "contact/restrictions/test_release_commands",
            "contact/test_protected_persons",
            "delinquency/test_known_by_then",
            "delinquency/test_stages",
            "doctor/test_doctor",
            "ingestion/test_bad_input",
            "ingestion/test_reprocess",
            "landing/fetch/test_files_and_sql",
            "legal/test_legal_cases",
            "lineage/test_task_lineage",
            "publication/test_publication",
            "retention/test_expire",
            "risk/test_credit_scores",
        )
    ),
)
"""Where PostgreSQL takes part in every run: each SQL file, whatever is about engines, and one file
of each area that runs its steps. What the others ask is settled in SELECTs, of which the tests of
parity and `tests/sql` show that PostgreSQL answers them alike."""

WITH_MANY_DAYS = (
    *(
        f"tests/{area}/"
        for area in ("contact", "legal", "publication/recalls", "retention", "rules")
    ),
    *(
        f"tests/{name}.py"
        for name in (
            *("delinquency/test_versions_command", "delinquency/test_independent_count"),
            *("delinquency/test_known_by_then", "delinquency/test_shuffled_chain"),
            *("delinquency/test_shuffled_days", "ingestion/test_late_arrivals"),
            *("ingestion/test_planted_defects", "ingestion/test_quarantine_files"),
            *("ingestion/test_reprocess", "ingestion/test_whose_corrections"),
            *("landing/fetch/test_connections", "landing/fetch/test_fineract"),
            *("landing/fetch/test_swapped_folders", "lineage/test_later_corrections"),
            *("lineage/test_task_lineage", "publication/test_kill", "publication/test_publication"),
            *("warehouse/test_schema_changes", "warehouse/test_transfer"),
            "warehouse/test_one_answer",
        )
    ),
)
"""Where tests take business dates or deliveries of their own, and each takes seconds to be planned.

Of each such file `make test` runs the first test and every fourth after it (`POSTLOAN_SOME_DAYS`),
`make test-all` and whoever calls pytest all of them. What they differ in is also among the cases
of `tests/sql`.
"""

LONG = (
    *("warehouse/test_parity", "chaos/test_killed_day", "sql/test_models"),
    *(
        "delinquency/test_shuffled_chain",
        "chaos/test_killed_writes",
        "delinquency/test_independent_count",
    ),
    *("generative/test_protecting_facts", "delinquency/test_shuffled_days"),
    *("generative/test_feed_fuzzer", "warehouse/test_schema_changes"),
    *("local_airflow/test_together", "contact/test_protection", "warehouse/test_delta"),
    "ingestion/test_planted_defects",
)
"""Files that take minutes. They come first: one that comes last lets the other processes wait."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out engines where they take no part unless all is asked for; long files come first."""
    left_out = {item for item in items if _is_left_out(item)} | _further_days(items)
    config.hook.pytest_deselected(items=list(left_out))
    order = {f"tests/{name}.py": place for place, name in enumerate(LONG)}
    items[:] = sorted(
        (item for item in items if item not in left_out),
        key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)),
    )


def _further_days(items: list[pytest.Item]) -> set[pytest.Item]:
    """Tests with business dates of their own that a run of some of them leaves out."""
    if not os.environ.get("POSTLOAN_SOME_DAYS"):
        return set()
    seen: Counter[tuple[str, str]] = Counter()
    found: set[pytest.Item] = set()
    for item in items:
        if item.nodeid.startswith(WITH_MANY_DAYS):
            callspec = getattr(item, "callspec", None)
            engine = str(callspec.params.get("engine", "")) if callspec else ""
            one = (item.nodeid.partition("::")[0], engine)
            if seen[one] % 4:
                found.add(item)
            seen[one] += 1
    return found


def _is_left_out(item: pytest.Item) -> bool:
    if item.get_closest_marker("spark"):
        is_default = item.nodeid.startswith(SPARK_BY_DEFAULT)
        return not is_default and os.environ.get("POSTLOAN_TEST_SPARK") != "all"
    if item.get_closest_marker("postgres"):
        is_default = item.nodeid.startswith(POSTGRES_BY_DEFAULT)
        return not is_default and os.environ.get("POSTLOAN_TEST_POSTGRES") != "all"
    return False


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own for every test; none can touch the one of an installation.

    Commands take rights from whatever they make; the next test begins with the rights of this one.
    """
    folder, umask = tmp_path / "home", os.umask(0o022)
    monkeypatch.setenv("POSTLOAN_HOME", str(folder))
    monkeypatch.delenv("POSTLOAN_WAREHOUSE", raising=False)
    yield folder
    os.umask(umask)


@pytest.fixture(scope="session")
def duckdb_memory() -> Iterator[TestMemory]:
    """A DuckDB in memory for the session."""
    with running_memory() as memory:
        yield memory


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """A real PostgreSQL for the session; tests that need one skip where it cannot start."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"no PostgreSQL can be started here: {error}")
        yield server


@pytest.fixture
def postgres_url(postgres_server: TestServer) -> Iterator[str]:
    """URL of a PostgreSQL database that holds all tables and no rows."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def spark_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLake]:
    """A lake for the session, and the Spark application that works on it."""
    reason = why_no_spark()
    if reason:
        pytest.skip(reason)
    with running_lake(tmp_path_factory.mktemp("lake")) as lake:
        yield lake


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the engine; a test that uses it runs once on each."""
    return str(request.param)


@pytest.fixture
def warehouse_url(engine: str, home: Path, request: pytest.FixtureRequest) -> str:
    """URL of an empty warehouse that several connections can open one after the other."""
    if engine == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    if engine.startswith("spark"):
        return str(request.getfixturevalue("spark_lake").url_of(home / "lake"))
    return f"duckdb:///{home}/warehouse.duckdb"


@pytest.fixture
def warehouse(engine: str, request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """An empty warehouse, once per engine."""
    with ExitStack() as stack:
        if engine == "duckdb":
            memory: TestMemory = request.getfixturevalue("duckdb_memory")
            url = stack.enter_context(memory.emptied())
        if engine == "postgres":
            server: TestServer = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.emptied())
        if engine.startswith("spark"):
            lake: TestLake = request.getfixturevalue("spark_lake")
            more = {"local_rows": 0} if engine == "spark_jobs" else {}
            url = stack.enter_context(lake.emptied(**more))
        yield stack.enter_context(open_warehouse(url))


@pytest.fixture
def rule_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RuleFiles:
    """A copy of `include/` that the test may change; the product reads the copy."""
    files = copy_include(tmp_path)
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(files.folder))
    return files
