"""The picture of a step shows what the step does."""

from datetime import date
from pathlib import Path

from postloan.business_day.ledger import open_day
from postloan.contracts import catalogue
from postloan.ingestion.deliver import ingest
from postloan.landing.sample import write_sample
from postloan.orchestration.step_tables import models_of
from postloan.reference.steps import steps_page
from postloan.settings import settings
from postloan.steps import CHAIN, STEPS
from postloan.warehouse import open_warehouse

OPENING, DAY = date(2026, 11, 19), date(2026, 11, 20)


def test_every_select_that_a_step_runs_is_in_its_picture(home: Path) -> None:
    place = settings()
    write_sample(place.landing, loans=60, days=1, seed=5, last_business_date=DAY)
    for day in (OPENING, DAY):
        with open_warehouse() as warehouse:
            for source in catalogue().sources():
                if (place.landing / source / day.isoformat()).is_dir():
                    ingest(warehouse, source, day, place.landing, place.scratch, place.quarantine)
            opened = open_day(warehouse, day, after_cut_off=True).day
        assert opened
        for step in CHAIN:
            with open_warehouse() as warehouse:
                step.work(warehouse, opened)
                assert set(warehouse.models_run) <= {m.model.name for m in models_of(step)}, (
                    step.name
                )


def test_a_table_stands_after_what_it_is_made_of() -> None:
    names = [m.model.name for m in models_of(STEPS["publish_task_files"])]
    assert names.index("eligible_task") < names.index("task_change") < names.index("task_recall")
    page = steps_page()
    assert "    eligible_task --> task_change" in page
    assert all(f"/{name}.sql`" in page for name in names)
