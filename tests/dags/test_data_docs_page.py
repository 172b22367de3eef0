"""The button on an ingest run, and the pages behind it, served by Airflow's own API server."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from airflow.api_fastapi.app import create_app, purge_cached_app
from airflow.utils.db import initdb
from fastapi.testclient import TestClient

from postloan.ingestion.checks.data_docs import page_path
from postloan.orchestration.links import DataDocsLink
from postloan.orchestration.operators import IngestDelivery

DAY = date(2026, 11, 20)


@pytest.fixture
def server(home: Path) -> Iterator[TestClient]:
    """The API server with our plugin and one page."""
    path = page_path(home / "data_docs", "core_banking", DAY, 2)
    path.parent.mkdir(parents=True)
    path.write_text("<p>checked</p>", encoding="utf-8")
    (home / "secret.html").write_text("secret", encoding="utf-8")
    initdb()
    purge_cached_app()
    yield TestClient(create_app("core"), raise_server_exceptions=True)
    purge_cached_app()


def signed_in(server: TestClient) -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="a", role="viewer"))
    return {"Authorization": f"Bearer {token}"}


def test_pages_are_served_to_whoever_may_see_the_dags(server: TestClient) -> None:
    page = "/postloan/data_docs/core_banking/2026-11-20/r2/index.html"
    listed = "/postloan/data_docs/core_banking/2026-11-20/"
    for url in (page, listed):
        assert server.get(url).status_code == 401
    answer = server.get(page, headers=signed_in(server))
    assert (answer.status_code, answer.text) == (200, "<p>checked</p>")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "r2/index.html" in server.get(listed, headers=signed_in(server)).text


@pytest.mark.parametrize(
    "url",
    [
        "core_banking/2026-11-20/r9/index.html",
        "core_banking/2026-11-20/r2/..%2f..%2f..%2f..%2fsecret.html",
        "..%2f..%2fcore_banking/2026-11-20/r2/index.html",
        "core_banking/..%2f..%2f../r2/index.html",
        "core_banking/2026-11-20/r-1/index.html",
        "core_banking/2026-11-21/",
    ],
)
def test_nothing_else_is_served(server: TestClient, url: str) -> None:
    answer = server.get(f"/postloan/data_docs/{url}", headers=signed_in(server))
    assert answer.status_code in (404, 422)
    assert "secret" not in answer.text


def test_the_button_leads_to_the_revision() -> None:
    task = IngestDelivery(task_id="ingest", source="core_banking")
    assert [link.name for link in task.operator_extra_links] == ["Data Docs"]
    task.docs_place = "core_banking/2026-11-20/r2/index.html"
    link = DataDocsLink().get_link(task, ti_key=None)
    assert link == "/postloan/data_docs/core_banking/2026-11-20/r2/index.html"
