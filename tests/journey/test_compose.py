"""`docker-compose.yaml`: is it whole, and do its commands complete a business day?

There is no Docker engine in a test. The services run as plain processes with the commands and the
environment of the file; only places differ: host names, ports, folders.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from postloan.access.users import users
from postloan.cli import main
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.environment import new_compose_environment
from postloan.local_airflow.processes import Started, end
from postloan.settings import REPOSITORY, settings
from tests.journey.conftest import free_port
from tests.support.postgres import TestServer

AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
STATE, CODE = "/var/lib/postloan", "/opt/postloan"


def filled(text: str, values: dict[str, str]) -> str:
    """The file with its variables put in, as Compose does it."""

    def value(match: re.Match[str]) -> str:
        name, kind, words = match.groups()
        if values.get(name):
            return values[name]
        assert kind != "?", f"{name} is asked for and `admin compose-env` does not make it"
        return words or ""

    return VARIABLE.sub(value, text)


@pytest.fixture(scope="module")
def values() -> dict[str, str]:
    return new_compose_environment(1000, 1000, users(settings()))


@pytest.fixture(scope="module")
def compose(values: dict[str, str]) -> dict[str, Any]:
    text = (REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(filled(text, values | {"POSTLOAN_PROFILE": "demo"}))
    return found


def test_every_service_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "prepare", *AIRFLOW_SERVICES}


@pytest.mark.parametrize("name", ["postgres", *AIRFLOW_SERVICES])
def test_services_have_a_health_check_with_patience(compose: dict[str, Any], name: str) -> None:
    check = compose["services"][name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert name == "postgres" or check["timeout"] == "30s"


@pytest.mark.parametrize("name", AIRFLOW_SERVICES)
def test_airflow_starts_when_its_database_is_prepared(compose: dict[str, Any], name: str) -> None:
    needs = compose["services"][name]["depends_on"]
    assert needs["postgres"]["condition"] == "service_healthy"
    assert needs["prepare"]["condition"] == "service_completed_successfully"
    assert f"./var:{STATE}" in compose["services"][name]["volumes"]


def test_no_password_is_in_the_file(values: dict[str, str]) -> None:
    text = (REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8")
    secrets = {k for k in values if "PASSWORD" in k or "SECRET" in k or "KEY" in k}
    asked = {name for name, kind, _ in VARIABLE.findall(text) if kind == "?"}
    assert secrets <= asked
    with pytest.raises(AssertionError, match="asked for"):
        filled(text, {})


def test_the_ui_is_not_published_to_the_network(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize(
    ("extras", "has_java"), [("", False), ("s3", False), ("spark", True), ("s3 spark", True)]
)
def test_the_image_has_what_engine_and_source_ask_for(
    extras: str, has_java: bool, tmp_path: Path
) -> None:
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [line.removeprefix("RUN ") for line in text.splitlines() if line.startswith("RUN ")]
    for name in ("pip", "apt-get", "rm", "mkdir", "chmod"):
        (tmp_path / name).write_text('#!/bin/sh\necho "$0" "$@"\n', encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    said = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(steps)],
        env={"PATH": str(tmp_path), "POSTLOAN_EXTRAS": extras},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (copied,) = re.findall(r"^COPY (requirements.*) \./$", text, re.MULTILINE)
    installed = re.findall(r"-r (\S+)", said)
    assert installed == [
        "requirements.txt",
        *(f"requirements-{extra}.txt" for extra in extras.split()),
    ]
    assert set(installed) <= set(copied.split())
    assert ("openjdk-17" in said) == has_java


def entry_point() -> list[str]:
    """What the image runs every command with."""
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    (found,) = re.findall(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
    words: list[str] = json.loads(found)
    return words


def test_the_image_keeps_what_it_writes_to_itself(tmp_path: Path) -> None:
    command = [*entry_point(), "sh", "-c", 'umask; touch "$0"; mkdir "$1"', "a file", "a folder"]
    said = subprocess.run(command, cwd=tmp_path, umask=0, capture_output=True, check=True).stdout
    assert said == b"0077\n"
    assert (tmp_path / "a file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a folder").stat().st_mode & 0o777 == 0o700


def test_the_state_folder_of_the_image_is_nobody_elses() -> None:
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    about_it = [line for line in text.splitlines() if line.startswith("RUN") and STATE in line]
    assert about_it == [f"RUN mkdir --mode=0700 {STATE}"]


def test_the_mounted_folder_is_made_for_its_owner(tmp_path: Path, home: Path) -> None:
    assert main(["admin", "compose-env", "--to", str(tmp_path / ".env")]) == 0
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


@dataclass
class PlainProcesses:
    """The services of the file as processes of this machine."""

    services: dict[str, Any]
    home: Path
    database: str
    port: int
    started: list[Started] = field(default_factory=list)

    def here(self, text: str) -> str:
        """A value of the file with the places of this machine."""
        return (
            re.sub(
                r"postgresql\+psycopg2://airflow:[^@]+@postgres:5432/airflow", self.database, text
            )
            .replace("http://api-server:8080", f"http://127.0.0.1:{self.port}")
            .replace("http://127.0.0.1:8080", f"http://127.0.0.1:{self.port}")
            .replace(STATE, str(self.home))
            .replace(CODE, str(REPOSITORY))
        )

    def environment(self, name: str) -> dict[str, str]:
        """What the service sees."""
        given = self.services[name]["environment"]
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            # Of the Dockerfile; and the port, which a container has for itself.
            "PYTHONPATH": str(REPOSITORY / "plugins"),
            "AIRFLOW__API__PORT": str(self.port),
            **{key: self.here(str(value)) for key, value in given.items()},
        }

    def start(self, name: str) -> None:
        """Start a service and leave it running."""
        with (self.home.parent / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*entry_point(), *self.services[name]["command"]],
                env=self.environment(name),
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(Started.of(process.pid))

    def run(self, name: str, command: list[str], seconds: float = 300) -> str:
        """Run a command inside a service, as `docker compose exec` does; what it printed."""
        ended = subprocess.run(
            [self.here(word) for word in command],
            env=self.environment(name),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert ended.returncode == 0, f"{command}:\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
        return ended.stdout


@pytest.fixture
def plain(
    compose: dict[str, Any], tmp_path: Path, postgres_server: TestServer
) -> Iterator[PlainProcesses]:
    home = tmp_path / "mounted"
    home.mkdir()
    with postgres_server.database("TEMPLATE template0") as url:
        database = url.replace("postgresql://", "postgresql+psycopg2://", 1)
        processes = PlainProcesses(compose["services"], home, database, free_port())
        try:
            yield processes
        finally:
            end(processes.started)


@pytest.mark.journey
@pytest.mark.postgres
def test_a_business_day_with_the_commands_of_the_file(plain: PlainProcesses) -> None:
    plain.run("prepare", plain.services["prepare"]["command"])
    for name in AIRFLOW_SERVICES:
        plain.start(name)
    password = plain.services["scheduler"]["environment"]["POSTLOAN_AIRFLOW_PASSWORD"]
    api = AirflowApi(f"http://127.0.0.1:{plain.port}", "admin", password)
    deadline = time.monotonic() + 180
    while not api.is_healthy():
        assert time.monotonic() < deadline, "not healthy in time"
        time.sleep(1)
    postloan = ["python", "-m", "postloan"]
    size = ["--loans", "200", "--days", "0"]
    plain.run("scheduler", [*postloan, "feed", "sample", *size, "--until", "2026-11-20"])
    told = plain.run("scheduler", [*postloan, "day", "open", "--date", "2026-11-20"])
    assert "2026-11-20: closed" in told
    assert list((plain.home / "outbox").rglob("manifest.json"))
    for name in AIRFLOW_SERVICES:
        plain.run(name, plain.services[name]["healthcheck"]["test"][1:])
    paths = [plain.home, *(path for path in plain.home.rglob("*") if not path.is_symlink())]
    assert [str(path) for path in paths if path.lstat().st_mode & 0o077] == []
