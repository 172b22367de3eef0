"""Sources behind real servers, reached as in an installation: by Airflow connections.

`python -m postloan feed fetch` runs in a process of its own; what it may know stands in its
environment.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from postloan.settings import REPOSITORY
from tests.landing.fetch.conftest import Installation, Start
from tests.support.deliveries import CUSTOMER, LOAN, OPENING_DAY, Lender
from tests.support.registry import CHANGES, scenario

SECRET, OTHER_SECRET = "s3cret-of-the-lender", "s3cret-of-last-year"  # made up


@pytest.fixture
def engine() -> str:
    """Sources are fetched before the warehouse; one engine shows it."""
    return "duckdb"


# SFTP ----------------------------------------------------------------------------------------


@dataclass
class SftpServer:
    """A running server and the delivery that lies there."""

    host_key: str
    port: int
    sender: Lender

    @property
    def host(self) -> str:
        return f"[127.0.0.1]:{self.port}"


@pytest.fixture
def sftp(lender: Lender, tmp_path: Path) -> Iterator[SftpServer]:
    sender = Lender(tmp_path / "elsewhere", lender.warehouse)
    sender.send(customer=[CUSTOMER], loan=[LOAN])
    script = REPOSITORY / "tests" / "support" / "sftp_source.py"
    with subprocess.Popen(
        [sys.executable, str(script), str(sender.landing), SECRET],
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        port, key = (process.stdout.readline().strip() for _ in range(2))
        yield SftpServer(key, int(port), sender)
        process.kill()


@pytest.fixture
def by_sftp(installed: Installation, sftp: SftpServer) -> Installation:
    """Core banking delivers to an SFTP server whose key is known."""
    installed.source(
        "core_banking",
        'kind: files\nconnection: core_sftp\npath: "sftp://core/{source}/{business_date}"\n',
    )
    installed.connection(
        "core_sftp", conn_type="sftp", host="127.0.0.1", port=sftp.port, login="bureau",
        password=SECRET,
    )  # fmt: skip
    installed.trusts(sftp.host, sftp.host_key)
    return installed


def test_a_delivery_on_an_sftp_server_is_fetched_byte_for_byte(
    by_sftp: Installation, sftp: SftpServer
) -> None:
    said = by_sftp.fetch("core_banking")
    assert said.returncode == 0, said.stderr
    assert "loan                                1 rows" in said.stdout
    theirs = sftp.sender.folder(OPENING_DAY)
    ours = by_sftp.home / "landing" / "core_banking" / OPENING_DAY.isoformat()
    for path in theirs.iterdir():
        assert (ours / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("trouble", ["password", "host key", "no server"])
def test_an_sftp_server_that_cannot_be_entered_is_told_without_a_secret(
    by_sftp: Installation, sftp: SftpServer, trouble: str
) -> None:
    terms = {"conn_type": "sftp", "host": "127.0.0.1", "port": sftp.port, "login": "bureau"}
    wrong: dict[str, Any] = {"password": {"password": OTHER_SECRET}, "no server": {"port": 1}}
    by_sftp.connection("core_sftp", **{**terms, "password": SECRET, **wrong.get(trouble, {})})
    if trouble == "host key":
        by_sftp.trusts("another.example", sftp.host_key)
    said = by_sftp.fetch("core_banking")
    assert said.returncode == 1, said.stdout
    (line,) = said.stderr.splitlines()
    assert "core_banking 2026-11-19" in line
    assert "connection" in line
    assert SECRET not in said.stdout + said.stderr
    assert OTHER_SECRET not in said.stdout + said.stderr
    folder = by_sftp.home / "landing" / "core_banking" / OPENING_DAY.isoformat()
    assert not (folder / "manifest.json").exists()


def test_the_key_of_the_host_may_stand_in_the_connection(
    by_sftp: Installation, sftp: SftpServer
) -> None:
    by_sftp.trusts("another.example", sftp.host_key)
    known = json.loads(by_sftp.connections["AIRFLOW_CONN_CORE_SFTP"])
    by_sftp.connection("core_sftp", **known, extra={"host_key": sftp.host_key})
    assert by_sftp.fetch("core_banking").returncode == 0


def test_a_delivery_that_is_still_being_written_there_is_fetched_when_it_is_whole(
    by_sftp: Installation, sftp: SftpServer
) -> None:
    folder = sftp.sender.folder(OPENING_DAY)
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").unlink()
    said = by_sftp.fetch("core_banking")
    assert said.returncode == 1
    assert re.fullmatch(
        "postloan: core_banking 2026-11-19: the source has not written manifest.json to "
        r"sftp://\S+ \(connection 'core_sftp'\) yet\.\n",
        said.stderr,
    )
    (folder / "manifest.json").write_bytes(manifest)
    assert by_sftp.fetch("core_banking").returncode == 0
    again = by_sftp.fetch("core_banking").stdout
    assert again == "core_banking 2026-11-19 is complete: nothing to fetch.\n"


def test_an_address_that_no_provider_reads_is_told_with_what_to_install(
    installed: Installation,
) -> None:
    installed.source("core_banking", 'kind: files\npath: "gs://bank/{business_date}"\n')
    said = installed.fetch("core_banking")
    assert said.returncode == 1
    assert "reads gs://" in said.stderr
    assert "for s3://, make setup-s3" in said.stderr


# REST ----------------------------------------------------------------------------------------


def by_rest(installed: Installation, url: str, auth: str, **terms: Any) -> None:
    """The student registry is asked over HTTP."""
    installed.source(
        "student_registry",
        "kind: rest\nconnection: registry\nconnector: student_registry\n"
        f"requests_per_second: 1000\nauth: {{kind: {auth}}}\n",
    )
    connector = installed.include / "sources" / "connectors" / "student_registry" / "connector.yaml"
    text = connector.read_text(encoding="utf-8")
    connector.write_text(text.replace("size: 500", "size: 2"), encoding="utf-8")
    scheme, _, address = url.partition("://")
    host, _, port = address.partition(":")
    installed.connection(
        "registry", conn_type="http", schema=scheme, host=host, port=int(port), **terms
    )


def registry() -> dict[str, Any]:
    """A service whose token expires with the second request on the list of changes."""
    named = {"place": "cursor", "size": "pageSize"}
    return scenario(("expire", 2), token=True, parameters=named)


def fetched_students(installed: Installation) -> int:
    folder = installed.home / "landing" / "student_registry" / OPENING_DAY.isoformat()
    return len((folder / "enrolment.csv").read_text(encoding="utf-8").splitlines()) - 1


def test_a_token_that_expires_while_a_list_is_read_is_renewed(
    installed: Installation, serve: Start
) -> None:
    service = serve(registry())
    by_rest(installed, service.url, "oauth2", login="lender", password=SECRET)
    said = installed.fetch("student_registry")
    assert (said.returncode, said.stderr) == (0, "")
    assert fetched_students(installed) == 5
    assert sum(line.startswith("POST") for line in service.asked) == 2


def test_a_bearer_token_that_has_expired_is_told_and_a_new_one_goes_on_where_it_was(
    installed: Installation, serve: Start
) -> None:
    # The service lets in who holds `t0`, and after the second request on the list only `t1`.
    service = serve(registry())
    by_rest(installed, service.url, "bearer", password="t0")  # noqa: S106 (made up)
    said = installed.fetch("student_registry")
    assert said.returncode == 1
    assert "answers 401" in said.stderr
    assert "token" in said.stderr
    assert "Bearer" not in said.stdout + said.stderr
    by_rest(installed, service.url, "bearer", password="t1")  # noqa: S106 (made up)
    assert installed.fetch("student_registry").returncode == 0
    assert fetched_students(installed) == 5
    pages = [line for line in service.asked if line.startswith(f"GET {CHANGES}")]
    assert len(pages) == len(set(pages)) + 1, "a page that was read already was asked for again"


def test_a_connection_that_is_not_there_is_told_with_the_name_of_its_variable(
    installed: Installation, serve: Start
) -> None:
    by_rest(installed, serve({}).url, "none")
    installed.connections.clear()
    said = installed.fetch("student_registry")
    assert said.returncode == 1
    assert "AIRFLOW_CONN_REGISTRY" in said.stderr
