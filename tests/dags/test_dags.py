"""Would Airflow accept the DAGs, and are they labelled as the manuals promise?"""

import ast
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Asset
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction

from postloan.local_airflow.control import pools
from postloan.local_airflow.follow import CHAIN
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from postloan.settings import REPOSITORY, settings
from postloan.steps import GATE, STEPS, Step

DAGS = REPOSITORY / "dags"
DAG_IDS = {
    "ingest_core_banking",
    "ingest_student_registry",
    "ingest_credit_bureau",
    "ingest_feedback",
    "open_business_day",
    *STEPS,
    "approve_legal_cases",
    "expire_old_data",
    "suppress_contacts",
}
MANUAL_ROWS = ("Starts when", "Partition", "Clear and rerun", "If it fails")
WAIT_FOR_A_PERSON = (
    "decide_on_cases.ask_for_decision",
    "decide_on_cases.ask_second_person",
)


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(DAGS))


def dag_of(bag: DagBag, dag_id: str) -> DAG:
    found = bag.dags[dag_id]
    assert isinstance(found, DAG)
    return found


def listened_to(dag: DAG) -> set[str]:
    """Names of the assets whose events start a DAG."""
    condition = dag.timetable.asset_condition
    single = [condition] if isinstance(condition, Asset) else []
    return {a.name for a in getattr(condition, "objects", single)}


def test_exactly_these_dags(bag: DagBag) -> None:
    # An empty or misplaced folder would pass every other check in this file.
    assert bag.import_errors == {}
    assert set(bag.dags) == DAG_IDS


def test_the_chain_is_made_of_dags() -> None:
    assert {GATE, *CHAIN} < DAG_IDS


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_is_found_under_its_name_and_is_short(bag: DagBag, dag_id: str) -> None:
    path = Path(dag_of(bag, dag_id).fileloc)
    assert path.name == f"{dag_id}.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_can_be_stored(bag: DagBag, dag_id: str) -> None:
    assert DagSerialization.serialize_dag(dag_of(bag, dag_id))["dag_id"] == dag_id


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_has_a_manual_and_a_runbook(bag: DagBag, dag_id: str) -> None:
    manual = dag_of(bag, dag_id).doc_md or ""
    rows = [line.split("|")[1].strip() for line in manual.splitlines() if line.startswith("| ")]
    assert rows[-4:] == list(MANUAL_ROWS)
    assert f"docs/runbooks/{dag_id}.md" in manual
    assert (REPOSITORY / "docs" / "runbooks" / f"{dag_id}.md").exists()


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_never_catches_up_and_never_starts_paused(bag: DagBag, dag_id: str) -> None:
    dag = dag_of(bag, dag_id)
    assert dag.catchup is False
    # An event that arrives while a DAG is paused is lost.
    assert dag.is_paused_upon_creation is False
    assert "postloan" in dag.tags
    assert len(dag.tags) >= 2


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_tasks_have_an_owner_retries_a_time_limit_and_a_pool(bag: DagBag, dag_id: str) -> None:
    for task in dag_of(bag, dag_id).tasks:
        assert task.owner == "postloan-operations"
        assert (task.retries or 0) >= 2
        assert task.retry_delay >= timedelta(seconds=5)
        # A person may take days, and holds no worker meanwhile.
        assert bool(task.execution_timeout) != (task.task_id in WAIT_FOR_A_PERSON)
        # A source that answers slowly must not keep the warehouse waiting.
        assert task.pool == ("sources" if task.task_id == "fetch" else "warehouse")
        assert task.pool in {pool.name for pool in pools(settings())}


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_a_dag_listens_to_at_most_one_asset_but_the_gate(bag: DagBag, dag_id: str) -> None:
    expected = {GATE: 5}.get(
        dag_id, 0 if dag_id.startswith(("ingest_", "expire_", "suppress_")) else 1
    )
    assert len(listened_to(dag_of(bag, dag_id))) == expected


def test_the_chain_hands_on_one_asset_from_dag_to_dag(bag: DagBag) -> None:
    links = [GATE, *CHAIN, "approve_legal_cases"]
    for upstream, downstream in pairwise(links):
        emitted = {a.name for a in dag_of(bag, upstream).get_task(upstream).outlets}
        assert listened_to(dag_of(bag, downstream)) == emitted


def test_a_closed_date_wakes_the_next_one(bag: DagBag) -> None:
    wakes = dag_of(bag, "close_business_day").get_task("wake_next_date")
    assert wakes.upstream_task_ids == {"close_business_day"}
    assert {a.name for a in wakes.outlets} < listened_to(dag_of(bag, GATE))


@pytest.mark.parametrize("dag_id", [d for d in sorted(DAG_IDS) if d.startswith("ingest_")])
def test_a_night_run_is_for_the_day_that_has_ended(bag: DagBag, dag_id: str) -> None:
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag_of(bag, dag_id)))
    info = stored.timetable.next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(None, None, catchup=False)
    )
    assert info is not None
    local = info.run_after.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.hour, local.minute) == (0, 30)
    assert info.partition_key == (local.date() - timedelta(days=1)).isoformat()


def test_contacts_are_suppressed_before_anybody_may_be_contacted(bag: DagBag) -> None:
    dag = dag_of(bag, "suppress_contacts")
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    info = stored.timetable.next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(None, None, catchup=False)
    )
    assert info is not None
    local = info.run_after.astimezone(ZoneInfo("Asia/Shanghai"))
    assert info.partition_key == (local.date() - timedelta(days=1)).isoformat()
    windows = [
        row["window_start"]
        for day in (date(2010, 1, 1), date(2026, 11, 20), date(2030, 1, 1))
        for row in compile_rules(rule_book(), day)["rule_contact_check"]
        if row["window_start"]
    ]
    earliest = datetime.combine(local.date(), time.fromisoformat(min(windows)))
    ahead = earliest - local.replace(tzinfo=None)
    assert timedelta(minutes=5) <= ahead <= timedelta(hours=1)


@pytest.mark.parametrize("task_id", WAIT_FOR_A_PERSON)
def test_silence_never_approves(bag: DagBag, task_id: str) -> None:
    task = dag_of(bag, "approve_legal_cases").get_task(task_id)
    assert isinstance(task, HITLOperator)
    assert task.defaults is None
    assert task.response_timeout is None
    # What is shown is data: it must never be taken for a template.
    assert list(task.template_fields) == []


def test_dag_files_hold_no_logic() -> None:
    for path in DAGS.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        branches = [
            n for n in ast.walk(tree) if isinstance(n, ast.If | ast.For | ast.While | ast.Try)
        ]
        assert branches == [], path.name


def test_airflow_files_our_modules_under_their_full_names(tmp_path: Path) -> None:
    # A stray "calendar" or "statistics" of ours would replace the library's in every process.
    plugins = REPOSITORY / "plugins"
    program = f"""
import sys
from itertools import pairwise
from airflow.plugins_manager import ensure_plugins_loaded, get_import_errors
ensure_plugins_loaded()
assert get_import_errors() == {{}}, get_import_errors()
from airflow.sdk.plugins_manager import integrate_macros_plugins
integrate_macros_plugins()
import postloan.orchestration.operators
ours = [
    n for n, m in sys.modules.items()
    if str(getattr(m, "__file__", "")).startswith({str(plugins)!r})
]
print("\\n".join(sorted({{n.split(".")[0] for n in ours}})))
"""
    environment = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.splitlines()[-2:] == ["postloan", "postloan_plugin"], told.stdout


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_is_a_function_of_its_room_and_a_dag_of_its_name(step: Step) -> None:
    assert step.work.__module__ == f"postloan.{step.area}.{step.name}"
    assert step.name in DAG_IDS
