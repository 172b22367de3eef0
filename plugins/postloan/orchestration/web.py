"""Pages beside Airflow's own, served by its API server to whoever may see the DAGs.

Source, date and revision come as typed values, and the path is built from them: no request
reaches a file outside the data docs.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, HTTPException
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from postloan.ingestion.checks.data_docs import PAGE, page_path, revisions
from postloan.orchestration.step_picture import picture_of
from postloan.orchestration.step_tables import models_of
from postloan.settings import settings
from postloan.steps import STEPS
from postloan.text.pages import page

Source = Annotated[str, InPath(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Revision = Annotated[int, InPath(ge=1)]

Name = Annotated[str, InPath(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

_TEMPLATES = Path(__file__).with_name("templates")
_LIST, _STEP = _TEMPLATES / "revisions.html.j2", _TEMPLATES / "step.html.j2"

_HEADERS = {
    # The pages are whole in themselves: nothing in them may load or run anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}

app = FastAPI(
    title="Postloan",
    dependencies=[Depends(requires_access_dag(method="GET"))],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)


@app.get("/data_docs/{source}/{day}/")
def list_revisions(source: Source, day: date) -> HTMLResponse:
    """The revisions of one delivery, the newest first."""
    found = revisions(settings().data_docs, source, day)
    if not found:
        raise HTTPException(404, f"No delivery of {source} for {day} has been checked.")
    listed = page(_LIST, title=f"{source} {day}", revisions=found, page=PAGE)
    return HTMLResponse(listed, headers=_HEADERS)


@app.get("/data_docs/{source}/{day}/r{revision}/" + PAGE)
def show_revision(source: Source, day: date, revision: Revision) -> HTMLResponse:
    """What the quality gate found on one revision of a delivery."""
    path = page_path(settings().data_docs, source, day, revision)
    if not path.is_file() or not path.resolve().is_relative_to(settings().data_docs.resolve()):
        raise HTTPException(404, f"Revision {revision} of {source} for {day} has no page.")
    return HTMLResponse(path.read_text(encoding="utf-8"), headers=_HEADERS)


@app.get("/steps/{name}")
def show_step(name: Name) -> HTMLResponse:
    """The tables of a step: what happens inside the one box that it is in Airflow's picture."""
    step = STEPS.get(name)
    models = models_of(step) if step else ()
    about = (
        f"Starts with {step.starts_with}, hands on {step.hands_on}. Blue boxes are tables that "
        "stay, the others live as long as the step; views are left out. Some run on some dates "
        "only."
        if step
        else "No step of the business date: it takes in deliveries, or looks after the lender's "
        "data. What it does stands in its documentation (DAG Docs)."
    )
    rows = (
        (
            f"{m.model.area}/{m.model.name}.sql",
            m.model.title.rstrip("."),
            m.model.write,
            ", ".join(m.elsewhere) or "–",
        )
        for m in models
    )
    shown = page(
        _STEP,
        title=f"{name}: tables",
        about=about,
        picture=picture_of(models),
        header=("SQL file", "What it is", "Rows become", "Reads from elsewhere"),
        rows=tuple(rows),
    )
    return HTMLResponse(shown, headers=_HEADERS)
