"""Business dates through a real scheduler, from the landing zone to published files.

The tests tell one story and run in the order in which they are written.
"""

import json
import time
from collections.abc import Callable

import psutil
import pytest
import requests

from postloan.local_airflow.follow import CHAIN
from postloan.local_airflow.processes import recorded
from postloan.local_airflow.supervisor import COMPONENTS
from postloan.steps import GATE
from tests.journey.conftest import Installation
from tests.support.marks import WORD, leaks

OPENING, FIRST, SECOND, THIRD = "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"

pytestmark = pytest.mark.journey


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.3)


def test_a_run_without_a_business_date_fails_at_once(installation: Installation) -> None:
    api = installation.api()
    for dag_id in ("ingest_core_banking", "stage_overdue_loans"):
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        made = api.call("POST", path, json={"logical_date": None})
        # A run that waited for a retry would not be over in time.
        wait_for(lambda: api.run(dag_id, made["dag_run_id"]).is_over)  # noqa: B023 (used at once)
        run = api.run(dag_id, made["dag_run_id"])
        assert run.state == "failed"
        assert "no partition key" in api.failure(run)


def test_a_date_cannot_be_run_before_the_book_is_open(installation: Installation) -> None:
    # The registry is late: it delivers after the cut-off.
    late = installation.home / "landing" / "student_registry" / FIRST
    late.rename(installation.home / "late")
    # The second date is taken in first: it waits for the first one.
    refused = installation.command("day", "run", "--date", SECOND)
    assert refused.returncode == 1
    assert "python -m postloan day open" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_book_is_opened_and_nobody_is_contacted(installation: Installation) -> None:
    told = installation.succeed("day", "open", "--date", OPENING)
    for dag_id in ("ingest_core_banking", GATE, *CHAIN):
        assert f"{dag_id} " in told
    assert "opening of the book" in told
    queues = {path.split("/")[1] for path in installation.published()}
    assert queues
    assert queues.isdisjoint({"sms_reminder", "call_list"})


def test_a_business_day_goes_from_deliveries_to_task_files(installation: Installation) -> None:
    told = installation.succeed("day", "run", "--date", FIRST)
    assert "Opened without" in told
    assert "enrolment" in told
    files = [path for path in installation.published() if path.startswith(FIRST)]
    manifests = [p for p in files if p.endswith("manifest.json")]
    assert any("/call_list/" in p or "/sms_reminder/" in p for p in manifests)
    assert len(files) > len(manifests)


def test_the_same_date_again_changes_no_byte(installation: Installation) -> None:
    before = installation.published()
    told = installation.succeed("day", "run", "--date", FIRST)
    assert "nothing has changed" in told
    assert installation.published() == before


def test_events_carry_counts_and_tasks_show_their_sql(installation: Installation) -> None:
    api = installation.api()
    run = api.runs("stage_overdue_loans", FIRST)[0]
    assert api.event_facts(run)["past_due_loans"] > 0
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/stage_overdue_loans"
    shown = api.call("GET", path)["rendered_fields"]["sql"]
    assert "loan_stage" in shown
    assert f"'{FIRST}'" in shown
    assert "$business_date" not in shown


def test_a_button_on_the_run_leads_to_what_was_checked(installation: Installation) -> None:
    api = installation.api()
    run = api.runs("ingest_core_banking", FIRST)[0]
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
    links: dict[str, str] = {}
    for task in api.task_states(run):
        links |= api.call("GET", f"{path}/{task}/links")["extra_links"]
    page = f"{api.url}{links['Data Docs']}"
    with requests.Session() as visitor:
        visitor.trust_env = False
        assert visitor.get(page, timeout=30).status_code == requests.codes.unauthorized
        # What the browser keeps once a person has logged in.
        form = {"username": api.user, "password": api.password}
        token = visitor.post(f"{api.url}/auth/token", json=form, timeout=30).json()["access_token"]
        visitor.cookies.set("_token", token)
        shown = visitor.get(page, timeout=30)
    assert shown.ok
    assert FIRST in shown.text
    assert "repayment" in shown.text


def is_closed(installation: Installation, day: str, revision: int) -> bool:
    return f"{day}  closed   revision {revision}" in installation.command("day", "status").stdout


def test_the_date_that_was_taken_in_before_it_follows_by_itself(installation: Installation) -> None:
    wait_for(lambda: is_closed(installation, SECOND, 1), seconds=240)
    assert "nothing has changed" in installation.succeed("day", "run", "--date", SECOND)
    # Taken in before the book was open, its rows referred to nothing; now they do.
    summary = json.loads((installation.home / "reports" / f"{SECOND}.json").read_text())
    assert {d["rows_quarantined"] for d in summary["deliveries"]} == {0}


def test_a_late_delivery_is_the_next_revision(installation: Installation) -> None:
    before = installation.published()
    late = installation.home / "landing" / "student_registry" / FIRST
    (installation.home / "late").rename(late)
    told = installation.succeed("day", "run", "--date", FIRST)
    assert "revision 2" in told
    # The date that was built on it is run again by itself.
    wait_for(lambda: is_closed(installation, SECOND, 2), seconds=240)
    after = installation.published()
    assert {path: after[path] for path in before} == before
    summary = json.loads((installation.home / "reports" / f"{FIRST}.json").read_text())
    assert "no contact is added" in summary["steps"]["publish_task_files"]["note"]


def test_reconcile_runs_what_nobody_has_taken_in(installation: Installation) -> None:
    told = installation.succeed("day", "reconcile")
    assert f"{THIRD}: delivered, and never taken in" in told
    assert "up to date" in installation.succeed("day", "reconcile")
    assert is_closed(installation, THIRD, 1)


def test_two_commands_follow_one_date_through_kills(installation: Installation) -> None:
    first = installation.begin("day", "run", "--date", SECOND)
    assert first.stdout
    assert SECOND in first.stdout.readline()
    second = installation.begin("day", "run", "--date", SECOND)
    for name in ("api-server", "scheduler", "dag-processor", "api-server"):
        time.sleep(1.5)
        psutil.Process(recorded(installation.settings())[name].pid).kill()
    told, told_to_the_second = first.communicate(timeout=300)[0], second.communicate(timeout=300)[0]
    assert first.returncode == 0, told
    assert second.returncode == 0, told_to_the_second
    assert "Airflow answers again" in told
    assert f"(process {first.pid}, since " in told_to_the_second
    assert "nothing has changed" in told_to_the_second


def test_a_killed_airflow_is_mended_by_the_next_command(installation: Installation) -> None:
    started = recorded(installation.settings())
    for name in ("supervisor", "scheduler"):
        psutil.Process(started[name].pid).kill()
    told = installation.succeed("day", "run", "--date", SECOND)
    assert "nothing has changed" in told
    mended = recorded(installation.settings())
    assert set(COMPONENTS) < set(mended)
    assert not any(started[name].is_alive() for name in COMPONENTS)


def test_no_personal_value_has_left_its_place(installation: Installation) -> None:
    """Logs, Airflow's database with its XComs, lineage events, reports, pages: after all that."""
    home = installation.home
    assert list(leaks(home, installation.marks)) == []
    assert (home / "lineage.jsonl").stat().st_size > 0
    for place in ("airflow/airflow.db", "airflow/logs", "data_docs", "reports"):
        assert (home / place).exists()
    # The sweep can fail: the same files beside one that holds a name.
    leak = home / "airflow" / "logs" / "leak.log"
    leak.write_text(f"no such customer: 范{WORD}", encoding="utf-16")
    assert [found.partition(":")[0] for found in leaks(home, installation.marks)] == [
        "airflow/logs/leak.log"
    ]
    leak.unlink()


def test_nothing_is_open_to_anybody_else(installation: Installation) -> None:
    home = installation.home
    paths = [home, *(path for path in home.rglob("*") if not path.is_symlink())]
    assert [str(path) for path in paths if path.lstat().st_mode & 0o077] == []
