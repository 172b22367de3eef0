"""A business date through a real scheduler on every engine: the same bytes, whoever did the work.

They are compared with those of the same dates on DuckDB without Airflow. PostgreSQL takes the
journey by default; `POSTLOAN_JOURNEY_ENGINES=duckdb,postgresql,spark` says which engines do. Beside
Spark on this machine there are `spark-cluster`, a master and two workers, and `spark-connect`, a
server that all tasks share.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.landing.sample import write_sample
from postloan.local_airflow.follow import ALL_DAGS
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.journey.conftest import Installation, running
from tests.support.postgres import TestServer
from tests.support.spark import why_no_spark
from tests.support.spark_cluster import running_cluster, running_connect_server
from tests.support.whole_day import files, run_whole_day

DAY = date(2026, 11, 20)
OPENING = DAY - timedelta(days=1)
NAMES = {
    "duckdb": "DuckDB",
    "postgresql": "PostgreSQL",
    "spark": "Spark",
    "spark-cluster": "Spark",
    "spark-connect": "Spark",
}
CHOSEN = (os.environ.get("POSTLOAN_JOURNEY_ENGINES") or "postgresql").split(",")
NOT_CHOSEN = f"not asked for; POSTLOAN_JOURNEY_ENGINES={','.join(NAMES)} lets all engines travel"
PASSWORD = "sesame-of-the-warehouse"  # noqa: S105 (the server of the test takes any)
PATIENCE_SECONDS = 1800
"""On Spark every task starts a Java of its own."""

pytestmark = pytest.mark.journey


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.skipif(name not in CHOSEN, reason=NOT_CHOSEN))
        for name in NAMES
    ],
)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a sample lender whose two dates were run on DuckDB, without Airflow."""
    home = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(home))
        patch.delenv("POSTLOAN_WAREHOUSE", raising=False)
        write_sample(settings().landing, loans=300, days=1, seed=3, last_business_date=DAY)
        with open_warehouse() as warehouse:
            for day in (OPENING, DAY):
                run_whole_day(warehouse, day)
    return home


@contextmanager
def spark_options(engine: str, folder: Path) -> Iterator[str]:
    """What the URL of a lake says about who does the work, good within the block."""
    if engine == "spark-cluster":
        with running_cluster(folder, memory="1g") as cluster:
            # The first of several tasks would take both cores, and the others wait.
            shared = "conf.spark.executor.memory=600m&conf.spark.cores.max=1"
            yield f"?master={cluster.master}&{shared}"
    elif engine == "spark-connect":
        with running_connect_server(folder) as url:
            yield f"?remote={url}"
    else:
        yield ""


@contextmanager
def empty_warehouse(engine: str, home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a warehouse that holds nothing yet, written as a person would write it."""
    if engine == "postgresql":
        server: TestServer = request.getfixturevalue("postgres_server")
        with server.database() as url:
            yield url.replace(":@", f":{PASSWORD}@")
    elif engine.startswith("spark"):
        if reason := why_no_spark():
            pytest.skip(reason)
        processes = home / "processes"
        processes.mkdir()
        with spark_options(engine, processes) as options:
            yield f"spark:///{home}/lake{options}"
    else:
        yield f"duckdb:///{home}/warehouse.duckdb"


@pytest.fixture(scope="module")
def finished(
    engine: str,
    plain: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Installation]:
    """An installation on the engine: the same deliveries, both dates run, Airflow still up."""
    home = tmp_path_factory.mktemp(engine)
    shutil.copytree(plain / "landing", home / "landing")
    with (
        empty_warehouse(engine, home, request) as url,
        running(Installation(home, url)) as made,
    ):
        made.succeed("day", "open", "--date", f"{OPENING}", seconds=PATIENCE_SECONDS)
        made.succeed("day", "run", "--date", f"{DAY}", seconds=PATIENCE_SECONDS)
        yield made


def test_every_task_file_has_the_bytes_it_has_on_duckdb(
    finished: Installation, plain: Path
) -> None:
    expected = files(plain / "outbox")
    assert any(path.startswith(f"{DAY}/") and path.endswith(".csv") for path in expected)
    assert finished.published() == expected


def test_events_say_which_engine_did_the_work(finished: Installation, engine: str) -> None:
    api = finished.api()
    for dag_id in ALL_DAGS:
        done = [f for run in api.runs(dag_id, f"{DAY}") if (f := api.event_facts(run))]
        assert done, dag_id
        assert all(facts["engine"].startswith(f"{NAMES[engine]} ") for facts in done), dag_id


def test_the_password_of_the_warehouse_is_written_nowhere(
    finished: Installation, engine: str
) -> None:
    assert engine != "postgresql" or PASSWORD in finished.warehouse
    written = [p for p in finished.home.rglob("*") if p.is_file()]
    assert any(p.name == "airflow.db" for p in written)
    assert [p for p in written if PASSWORD.encode() in p.read_bytes()] == []
