"""What the embedded Airflow is told, and where its secrets are."""

import socket
import stat
from pathlib import Path

import pytest

from postloan.errors import PostloanError
from postloan.local_airflow.environment import (
    PREFERRED_PORT,
    airflow_environment,
    choose_port,
    component_environment,
    known_port,
    password,
    password_file,
)
from postloan.settings import settings


def test_all_state_is_below_the_home_folder(home: Path) -> None:
    environment = airflow_environment(settings(), 8080)
    for name in ("AIRFLOW_HOME", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"):
        assert environment[name].startswith(f"{home}/")
    assert f"sqlite:///{home}/airflow/" in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]


def test_the_api_server_gives_up_on_a_locked_database_sooner_than_the_others(home: Path) -> None:
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    common = airflow_environment(settings(), 8080)[name]
    assert common.endswith("?timeout=60")
    impatient = component_environment(settings(), "api-server")[name]
    assert impatient == common.replace("timeout=60", "timeout=2")
    assert component_environment(settings(), "scheduler") == {}


def test_no_proxy_comes_between_the_processes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "bank.example")
    environment = airflow_environment(settings(), 8080)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "bank.example,127.0.0.1"


def test_secrets_are_random_kept_and_private(home: Path) -> None:
    first, again = (airflow_environment(settings(), 8080) for _ in range(2))
    names = (
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__CORE__FERNET_KEY",
    )
    assert [first[n] for n in names] == [again[n] for n in names]
    assert len({first[n] for n in names}) == 3
    for path in (home / "airflow" / "secrets.json", password_file(settings())):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_airflow_on_the_machine_has_no_say(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", "/elsewhere")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "elsewhere")
    monkeypatch.setenv("AIRFLOW_CONN_CORE", "postgresql://core")
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__NAMESPACE", "our_bank")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = airflow_environment(settings(), 8080)
    assert environment["AIRFLOW__OPENLINEAGE__NAMESPACE"] == "our_bank"
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] != "/elsewhere"
    assert "AIRFLOW__SMTP__SMTP_HOST" not in environment
    assert environment["AIRFLOW_CONN_CORE"] == "postgresql://core"
    assert "PYTHONDONTWRITEBYTECODE" not in environment


def test_a_port_in_use_is_avoided_and_the_choice_is_kept(home: Path) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        taken = occupied.getsockname()[1]
        (home / "airflow").mkdir(parents=True)
        (home / "airflow" / "port").write_text(f"{taken}\n")
        port = choose_port(settings())
        assert port != taken
        assert known_port(settings()) == port
    assert choose_port(settings()) in (port, PREFERRED_PORT)


def test_damaged_secrets_are_named(home: Path) -> None:
    password(settings())
    password_file(settings()).write_text("{")
    with pytest.raises(PostloanError, match=r"passwords\.json is damaged"):
        password(settings())
