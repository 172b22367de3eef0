"""`python -m postloan admin doctor` tells what is missing, and nothing that is secret."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import metadata
from pathlib import Path

import psycopg
import pytest
import yaml

from postloan.cli import main
from postloan.files.modes import keep_private
from postloan.local_airflow.api import AirflowApi
from postloan.settings import REPOSITORY, settings
from postloan.warehouse import open_warehouse
from tests.support.later_contracts import Contracts
from tests.support.postgres import TestServer
from tests.support.rule_files import RuleFiles


@pytest.fixture
def delivered(home: Path) -> None:
    """A home whose required source has delivered before, made as commands make it."""
    keep_private()
    (home / "landing" / "core_banking" / "2026-11-20").mkdir(parents=True)


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["admin", "doctor"])
    return code, capsys.readouterr().out


def line(told: str, what: str) -> str:
    """What was said of one thing, with its remedy."""
    lines = told.splitlines()
    place = next(n for n, text in enumerate(lines) if text.startswith(f"  {what} "))
    more = next((n for n in range(place + 1, len(lines)) if lines[n][2:3] != " "), len(lines))
    return " ".join(lines[place:more])


# Healthy, and not -----------------------------------------------------------------------------


def test_a_working_installation_has_nothing_missing(
    capsys: pytest.CaptureFixture[str], delivered: None, warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", warehouse_url)
    open_warehouse().close()
    code, told = doctor(capsys)
    assert (code, told.splitlines()[-1]) == (0, "Nothing is missing.")
    assert line(told, "tables").endswith("as the contracts say")
    assert "1 dates, the last of 2026-11-20" in line(told, "core_banking")
    assert "it may be left out" in line(told, "student_registry")


def test_looking_changes_nothing(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, told = doctor(capsys)
    assert code == 1
    assert "MISSING" in line(told, "core_banking")
    assert "mkdir -p" in line(told, "core_banking")
    assert "made on first use" in line(told, "file")
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: not Path(path).is_relative_to(tmp_path))
    code, told = doctor(capsys)
    assert code == 1
    assert "cannot be written" in line(told, "POSTLOAN_HOME")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("is_closed", ["home", "above"])
def test_the_home_of_another_user_is_a_finding(home: Path, is_closed: str) -> None:
    # The folders of a test are closed themselves.
    top = Path(tempfile.mkdtemp(prefix="doctor-"))
    inner = top / "home"
    (inner / "landing" / "core_banking" / "2026-11-20").mkdir(parents=True)
    inner.chmod(0o700)
    top.chmod(0o755 if is_closed == "home" else 0o700)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        os.environ["POSTLOAN_HOME"] = str(inner)
        with os.fdopen(writing, "w") as told, redirect_stdout(told):
            code = main(["admin", "doctor"])
            told.write(f"code {code}\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    shutil.rmtree(top)
    assert text.endswith("code 1\n")
    assert "cannot be looked into by this user" in text
    for topic in ("Machine", "What the lender decides", "Warehouse", "Airflow"):
        assert f"\n{topic}" in f"\n{text}"


def test_a_list_of_users_that_cannot_be_read_is_a_finding(
    capsys: pytest.CaptureFixture[str], home: Path, delivered: None
) -> None:
    (home / "users.yaml").write_text("users:\n  - {user: admin}\n", encoding="utf-8")
    code, told = doctor(capsys)
    assert code == 1
    assert "users.yaml, line 2: users.0.airflow_role" in line(told, "users")
    (home / "users.yaml").unlink()
    assert "2 legal approvers" in line(doctor(capsys)[1], "users")


def test_a_package_of_another_version_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = metadata.version
    monkeypatch.setattr(metadata, "version", lambda n: "1.0" if n == "sqlglot" else found(n))
    code, told = doctor(capsys)
    assert code == 1
    assert "sqlglot 1.0 instead of 30." in line(told, "packages")
    assert "make setup" in line(told, "packages")


# include/ -------------------------------------------------------------------------------------


def test_a_rule_that_nobody_approved_is_missing_in_production(
    capsys: pytest.CaptureFixture[str], delivered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_PROFILE", "production")
    code, told = doctor(capsys)
    assert code == 1
    assert "have no approver" in line(told, "rules, profile production")


def test_a_contract_that_cannot_be_read_is_named_and_ends_the_examination(
    capsys: pytest.CaptureFixture[str], rule_files: RuleFiles
) -> None:
    (rule_files.folder / "contracts" / "core_banking" / "loan.yaml").write_text("name: [", "utf-8")
    code, told = doctor(capsys)
    assert code == 1
    assert "MISSING: loan.yaml is not an ODCS contract" in line(told, "contracts")
    assert "Warehouse" not in told


def test_a_source_that_is_fetched_names_its_connection_and_not_what_is_in_it(
    capsys: pytest.CaptureFixture[str],
    delivered: None,
    rule_files: RuleFiles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = rule_files.folder / "sources"
    config = {"kind": "sql", "connection": "the_registry", "feeds": {}}
    (sources / "student_registry.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    _, told = doctor(capsys)
    assert "not known while Airflow is not running" in line(told, "student_registry")
    assert "AIRFLOW_CONN_THE_REGISTRY" in line(told, "student_registry")

    monkeypatch.setenv("AIRFLOW_CONN_THE_REGISTRY", "postgresql://me:s3cret@registry/db")
    code, told = doctor(capsys)
    assert code == 0
    assert "as AIRFLOW_CONN_THE_REGISTRY" in line(told, "student_registry")
    assert "s3cret" not in told


# The warehouse --------------------------------------------------------------------------------


def test_a_file_that_another_process_works_in_is_no_fault(
    capsys: pytest.CaptureFixture[str], delivered: None
) -> None:
    script = (
        "import sys; from postloan.warehouse import open_warehouse\n"
        "with open_warehouse(): print('open', flush=True); sys.stdin.read()"
    )
    path = os.pathsep.join([str(REPOSITORY / "plugins"), str(REPOSITORY)])
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        code, told = doctor(capsys)
        process.communicate()
    assert code == 0
    assert f"note: in use by process {process.pid}" in line(told, "lock")


def test_a_file_that_is_no_warehouse_is_told(
    capsys: pytest.CaptureFixture[str], home: Path, delivered: None
) -> None:
    (home / "warehouse.duckdb").write_text("nonsense" * 1000, encoding="utf-8")
    code, told = doctor(capsys)
    assert code == 1
    assert "MISSING: Cannot open the warehouse" in told
    assert "Restore it from the last copy" in told


def test_changes_that_wait_and_changes_that_are_refused_are_told(
    capsys: pytest.CaptureFixture[str],
    delivered: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_warehouse() as warehouse:
        row = {"business_date": "2026-11-20", "pack": "a", "parameter": "b", "value_text": "c"}
        warehouse.append_rows("rule_parameter", [row])
    contracts = Contracts(tmp_path / "later")
    contracts.set("rule_parameter", "remark", physicalType="varchar")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    code, told = doctor(capsys)
    assert (code, "0 to be made, 1 changes" in line(told, "tables")) == (0, True)

    contracts = Contracts(tmp_path / "wrong")
    contracts.drop("rule_parameter", "value_text")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(contracts.include))
    code, told = doctor(capsys)
    assert code == 1
    assert "rule_parameter.value_text is in no contract any more" in line(told, "tables")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://me:s3cret@host/db", "'oracle' is no known engine"),
        ("postgresql://me:s3cret@127.0.0.1:1/db", "Cannot reach the warehouse"),
        ("postgresql://me:s3cret@more@127.0.0.1/db", "percent-encoded"),
        ("postgresql://127.0.0.1:1/db?user=me&password=s3cret", "Cannot reach the warehouse"),
    ],
)
def test_a_warehouse_out_of_reach_is_told_without_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", url)
    code, told = doctor(capsys)
    assert code == 1
    assert words in line(told, "engine")
    assert "s3cret" not in told


@pytest.fixture
def newcomer(postgres_server: TestServer, postgres_url: str) -> Iterator[str]:
    """URL of a role that may connect to a database that others have made, and no more."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE newcomer LOGIN")
        database = connection.info.dbname
        connection.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        yield postgres_url.replace("postgres:@", "newcomer:@")
        connection.execute("DROP OWNED BY newcomer; DROP ROLE newcomer")


@pytest.mark.postgres
def test_a_role_that_may_not_work_in_the_database_is_told_what_it_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, newcomer: str
) -> None:
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", newcomer)
    code, told = doctor(capsys)
    assert code == 1
    assert "newcomer may not make or change tables in the schema public" in told
    assert "GRANT TEMPORARY ON DATABASE" in told
    assert "GRANT postloan_writer TO newcomer" in told
    assert settings().warehouse_url == newcomer


def test_spark_asks_for_java_and_pyspark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_292\"' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("POSTLOAN_WAREHOUSE", f"spark://{tmp_path}/lake")
    code, told = doctor(capsys)
    assert code == 1
    assert "1.8.0_292" in line(told, "Java")
    assert "Install Java 17 or newer" in line(told, "Java")


# Airflow --------------------------------------------------------------------------------------


@pytest.mark.parametrize("paused", [(), ("suppress_contacts", "publish_task_files")])
def test_a_dag_that_somebody_has_paused_is_told(
    capsys: pytest.CaptureFixture[str],
    delivered: None,
    monkeypatch: pytest.MonkeyPatch,
    paused: tuple[str, ...],
) -> None:
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(AirflowApi, "is_healthy", lambda _: True)
    monkeypatch.setattr(AirflowApi, "paused_dags", lambda _: paused)
    _, told = doctor(capsys)
    assert ("paused DAGs" in told) is bool(paused)
    assert main(["day", "status"]) == 0
    said = capsys.readouterr().out
    assert ("PAUSED in Airflow" in said) is bool(paused)
    if paused:
        assert "WAITS: suppress_contacts, publish_task_files" in line(told, "paused DAGs")
        assert "suppress_contacts" in said


def test_status_says_nothing_of_an_airflow_that_is_away(
    capsys: pytest.CaptureFixture[str], delivered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["day", "status"]) == 0
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", "http://127.0.0.1:1")
    assert main(["day", "status"]) == 0
    assert "PAUSED" not in capsys.readouterr().out
