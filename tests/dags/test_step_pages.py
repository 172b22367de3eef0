"""The tab on a DAG that shows the tables of its step, served by Airflow's own API server."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from airflow.api_fastapi.app import create_app, purge_cached_app
from airflow.utils.db import initdb
from fastapi.testclient import TestClient

from postloan.orchestration.step_picture import picture_of
from postloan.orchestration.step_tables import models_of
from postloan.steps import CHAIN, Step
from tests.dags.test_data_docs_page import signed_in

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def server() -> Iterator[TestClient]:
    initdb()
    purge_cached_app()
    yield TestClient(create_app("core"), raise_server_exceptions=True)
    purge_cached_app()


def test_the_tab_stands_on_every_dag(server: TestClient) -> None:
    plugins = server.get("/api/v2/plugins", headers=signed_in(server)).json()["plugins"]
    views = [view for plugin in plugins for view in plugin["external_views"]]
    ours = [v for v in views if v["url_route"] == "postloan_tables"]
    assert [(v["destination"], v["href"]) for v in ours] == [("dag", "/postloan/steps/{DAG_ID}")]


def test_the_page_draws_the_tables_of_the_step_and_lists_them(server: TestClient) -> None:
    url = "/postloan/steps/stage_overdue_loans"
    assert server.get(url).status_code == 401
    answer = server.get(url, headers=signed_in(server))
    drawn = ElementTree.fromstring(re.search("<svg.*</svg>", answer.text, re.DOTALL)[0])  # type: ignore[index]  # noqa: S314 (our own page)
    names = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"loan_delinquency", "instalment_allocation", "loan_stage"} <= set(names)
    assert all(f"/{name}.sql" in answer.text for name in names)
    assert "days past due" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "status"), [("ingest_core_banking", 200), ("..%2fsteps", 404), ("Steps", 422)]
)
def test_what_is_no_step_has_no_picture(server: TestClient, name: str, status: int) -> None:
    answer = server.get(f"/postloan/steps/{name}", headers=signed_in(server))
    assert answer.status_code == status
    assert "<svg" not in answer.text


@pytest.mark.parametrize("step", CHAIN, ids=lambda step: step.name)
def test_no_box_covers_another_and_every_arrow_goes_on(step: Step) -> None:
    picture = picture_of(models_of(step))
    spans = {(b.x, b.y): b for b in picture.boxes}
    assert len(spans) == len(picture.boxes) == len({b.name for b in picture.boxes})
    for box in picture.boxes:
        others = (o for o in picture.boxes if o.x > box.x)
        assert all(o.x >= box.x + box.width for o in others)
        assert box.x + box.width <= picture.width
        assert box.y + box.height <= picture.height
    for arrow in picture.arrows:
        start, *_, end = [float(x) for x in re.findall(r"(-?[0-9]+),", arrow)]
        assert start < end
