"""What tasks tell OpenLineage: files and tables, and nothing else; nothing at all unless asked."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter
from airflow.utils.state import TaskInstanceState
from openlineage.client import OpenLineageClient
from openlineage.client.transport.file import FileConfig, FileTransport

from postloan.business_day.ledger import open_day
from postloan.orchestration.lineage_events import warehouse_namespace
from postloan.orchestration.operators import BusinessStep, IngestDelivery, WarehouseOperator
from postloan.steps import STEPS
from postloan.warehouse import open_warehouse
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, Lender

RUN_ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def run(operator: WarehouseOperator, day: date) -> None:
    """Execute a task as Airflow would, with as much of its context as it looks at."""
    context: Any = {
        "partition_key": day.isoformat(),
        "dag_run": SimpleNamespace(run_type="manual"),
    }
    operator.execute(context)


def emitted(operator: WarehouseOperator, folder: Path) -> dict[str, Any]:
    """The event of a finished task, as Airflow's provider writes it to a file."""
    manager = ExtractorManager()  # type: ignore[no-untyped-call]
    lineage = manager.extract_metadata(
        SimpleNamespace(run_id="manual"), operator, TaskInstanceState.SUCCESS, None
    )
    path = folder / "events.jsonl"
    transport = FileTransport(FileConfig(log_file_path=str(path), append=True))
    OpenLineageAdapter(OpenLineageClient(transport=transport)).complete_task(
        run_id=RUN_ID,
        job_name=operator.task_id,
        end_time="2026-11-20T02:00:00Z",
        task=lineage,
        nominal_start_time=None,
        nominal_end_time=None,
        owners=None,
        tags=None,
        job_description=None,
    )
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    return event


def names(event: dict[str, Any], side: str) -> set[str]:
    return {dataset["name"] for dataset in event[side]}


@pytest.fixture
def landing(home: Path) -> Path:
    """The landing zone of a lender that has sent its opening delivery."""
    with open_warehouse("duckdb:///:memory:") as unused:
        lender = Lender(home, unused)
        lender.send(customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    return lender.landing


def test_an_ingestion_tells_its_files_and_the_tables_it_writes(
    landing: Path, tmp_path: Path
) -> None:
    task = IngestDelivery(task_id="ingest", source="core_banking")
    run(task, OPENING_DAY)
    event = emitted(task, tmp_path)
    folder = landing / "core_banking" / OPENING_DAY.isoformat()
    assert {str(folder / "loan.csv"), str(folder / "repayment.csv")} <= names(event, "inputs")
    assert {"loan", "repayment", "delivery", "quarantine"} <= names(event, "outputs")
    spaces = {dataset["namespace"] for dataset in event["outputs"]}
    assert spaces == {f"duckdb://{landing.parent}/warehouse.duckdb"}


def test_a_step_tells_the_tables_it_reads_and_writes_and_no_value(
    landing: Path, tmp_path: Path
) -> None:
    run(IngestDelivery(task_id="ingest", source="core_banking"), OPENING_DAY)
    with open_warehouse() as warehouse:
        assert open_day(warehouse, OPENING_DAY, after_cut_off=True).opened
    task = BusinessStep(step=STEPS["stage_overdue_loans"], outlets=[])
    run(task, OPENING_DAY)
    event = emitted(task, tmp_path)
    assert {"loan", "instalment", "repayment", "rule_past_due"} <= names(event, "inputs")
    assert names(event, "outputs") == {
        "loan_delinquency", "loan_stage", "stage_event", "customer_delinquency",
    }  # fmt: skip
    # Temporary tables in between are nobody's data set.
    assert "open_loan" not in names(event, "inputs")
    assert "sql" not in event["job"]["facets"]
    assert OPENING_DAY.isoformat() not in json.dumps(event)
    assert CUSTOMER["customer_id"] not in json.dumps(event["job"])


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("duckdb:////data/warehouse.duckdb?threads=2", ("duckdb:///data/warehouse.duckdb", "")),
        ("postgresql://me:secret@db:6432/bank", ("postgres://db:6432", "bank.public.")),
        ("postgresql+psycopg://me@db/bank", ("postgres://db:5432", "bank.public.")),
        ("spark:////srv/lake?master=local[2]", ("file", "/srv/lake/")),
        ("spark:///s3a://bank/lake?remote=sc://host", ("s3a://bank", "lake/")),
    ],
)
def test_the_warehouse_is_named_without_credentials(url: str, told: tuple[str, str]) -> None:
    assert warehouse_namespace(url) == told


@pytest.mark.parametrize(
    ("transport", "is_off"), [("", "True"), ('{"type": "file", "log_file_path": "/x"}', "False")]
)
def test_nothing_listens_until_a_transport_is_configured(
    home: Path, transport: str, is_off: str
) -> None:
    """Airflow's provider itself decides, in a process that is started as a task is."""
    clean = {k: v for k, v in os.environ.items() if "OPENLINEAGE" not in k}
    switched = {"AIRFLOW__OPENLINEAGE__TRANSPORT": transport} if transport else {}
    program = (
        "from airflow.providers.openlineage import conf\n"
        "from airflow.providers.openlineage.plugins.openlineage import OpenLineageProviderPlugin\n"
        "print(conf.is_disabled(), len(OpenLineageProviderPlugin.listeners))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**clean, **switched, "AIRFLOW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said == [is_off, "0" if is_off == "True" else "1"]
