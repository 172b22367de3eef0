"""Legal cases are approved in a real Airflow by four users, and by nobody else, whatever is tried.

The tests tell one story and run in the order in which they are written: three cases, one of them
above the amount that takes two people.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import requests

from postloan.local_airflow.api import AirflowApi, Run
from postloan.local_airflow.environment import password
from postloan.settings import include_folder
from postloan.warehouse import open_warehouse
from tests.journey.conftest import Installation, running
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, Lender

DAY = "2026-11-19"
DAG = "approve_legal_cases"
FIRST, SECOND = "decide_on_cases.ask_for_decision", "decide_on_cases.ask_second_person"
ONE, TWO = "legal_approver_1", "legal_approver_2"
OWED = {"L1": "300.00", "L2": "400.00", "L3": "150000.00"}
REFUSED = requests.codes.forbidden

pytestmark = pytest.mark.journey


@dataclass
class Office:
    """The people of one installation, each with a login of their own."""

    installation: Installation
    logins: dict[str, AirflowApi] = field(default_factory=dict)

    def as_(self, user: str) -> AirflowApi:
        """Airflow, logged in as a user."""
        if user not in self.logins:
            home, admin = self.installation.settings(), self.installation.api()
            self.logins[user] = admin.as_user(user, password(home, user))
        return self.logins[user]

    def status(self, user: str, method: str, path: str, **arguments: Any) -> int:
        """The status of what Airflow answers to a user."""
        return self.as_(user)._once(method, path, **arguments).status_code

    def question(self, run: Run, task: str) -> str:
        """Where a question is answered."""
        return f"/api/v2/dags/{DAG}/dagRuns/{run.run_id}/taskInstances/{task}/0/hitlDetails"

    def shown(self, run: Run, task: str) -> dict[str, Any]:
        """A question as Airflow keeps it."""
        found: dict[str, Any] = self.as_("admin").call("GET", self.question(run, task))
        return found

    def state(self, run: Run, task: str) -> str:
        """State of a task of a run."""
        return self.as_("admin").task_states(run).get(task, "")

    def wait(self, run: Run, task: str, *states: str) -> str:
        """Wait until a task is in one of some states."""
        deadline = time.monotonic() + 120
        while (state := self.state(run, task)) not in states:
            assert time.monotonic() < deadline, f"{task} is {state}"
            time.sleep(0.3)
        return state

    def answer(self, user: str, run: Run, task: str, choice: str, **form: Any) -> int:
        """Choose what begins with a word; the status Airflow answers with."""
        # An answer in the very second of its question is lost, and asked for again.
        time.sleep(2)
        options = self.shown(run, task)["options"]
        body = {
            "chosen_options": [next(o for o in options if o.startswith(choice))],
            "params_input": {"reason": "", "exceptions": "", **form},
        }
        return self.status(user, "PATCH", self.question(run, task), json=body)

    def is_asked_again(self, run: Run, task: str) -> bool:
        """Whether a question whose answer did not count waits anew."""
        deadline = time.monotonic() + 120
        while self.shown(run, task)["response_received"]:
            assert time.monotonic() < deadline, "the answer stays"
            time.sleep(0.3)
        return self.wait(run, task, "awaiting_input", "failed") == "awaiting_input"

    def start(self, user: str, **body: Any) -> Run:
        """Start a run for the day."""
        asked = {"logical_date": None, "partition_key": DAY, **body}
        made = self.as_(user).call("POST", f"/api/v2/dags/{DAG}/dagRuns", json=asked)
        return self.as_("admin").run(DAG, made["dag_run_id"])

    def log(self, run: Run, task: str) -> str:
        """What a task has said."""
        path = f"/api/v2/dags/{DAG}/dagRuns/{run.run_id}/taskInstances/{task}"
        asked = {"full_content": True, "map_index": 0}
        return str(self.as_("admin").call("GET", f"{path}/logs/1", params=asked)["content"])

    def decided(self) -> dict[str, tuple[str, str]]:
        """Loan -> decision and who decided."""
        return self.rows(
            "select legal_case.loan_id, decision, decided_by from legal_case_decision "
            "join legal_case using (case_id)"
        )

    def case_ids(self) -> dict[str, str]:
        """Loan -> number of its case."""
        return {k: v[0] for k, v in self.rows("select loan_id, case_id from legal_case").items()}

    def rows(self, sql: str) -> dict[str, Any]:
        """Rows of the warehouse by their first column."""
        with open_warehouse(self.installation.settings().warehouse_url) as warehouse:
            return {row[0]: tuple(row[1:]) for row in warehouse.fetch(sql)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Installation(tmp_path_factory.mktemp("installation"))
    Lender(made.home, None).send(  # type: ignore[arg-type]
        date.fromisoformat(DAY),
        opening=True,
        # What is claimed of one debtor counts together: each has a debtor of its own.
        customer=[{**CUSTOMER, "customer_id": f"C{loan[1:]}"} for loan in OWED],
        loan=[
            {**LOAN, "loan_id": loan, "customer_id": f"C{loan[1:]}", "principal": owed}
            for loan, owed in OWED.items()
        ],
        instalment=[
            {**INSTALMENT, "loan_id": loan, "due_on": "2026-06-01", "amount_due": owed}
            for loan, owed in OWED.items()
        ],
    )
    listed = (include_folder() / "users.yaml").read_text(encoding="utf-8").rstrip()
    (made.home / "users.yaml").write_text(
        f"{listed}\n  - {{user: visitor, airflow_role: viewer}}\n", encoding="utf-8"
    )
    with running(made):
        made.succeed("day", "open", "--date", DAY)
        yield Office(made)


@pytest.fixture(scope="module")
def asked(office: Office) -> Run:
    """The run that the closing of the day has started."""
    deadline = time.monotonic() + 60
    while not (runs := office.as_("admin").runs(DAG, DAY)):
        assert time.monotonic() < deadline, "nobody was asked"
        time.sleep(0.5)
    office.wait(runs[0], FIRST, "awaiting_input")
    return runs[0]


def test_the_configured_approvers_are_asked_and_see_what_they_decide_on(
    office: Office, asked: Run
) -> None:
    shown = office.shown(asked, FIRST)
    assert {u["id"] for u in shown["assigned_users"]} == {ONE, TWO}
    assert shown["defaults"] is None
    for words in ("L3", "150,000.00 CNY", "0 / 2", "0 / 1", "材料缺口", "首次提请"):
        assert words in shown["body"]


@pytest.mark.parametrize("user", ["admin", "operator", "risk_officer", "visitor"])
def test_nobody_else_may_answer(office: Office, asked: Run, user: str) -> None:
    assert office.answer(user, asked, FIRST, "Approve", reason="all is well") == REFUSED
    assert office.decided() == {}


def test_an_administrator_cannot_put_an_answer_or_another_approver_in(
    office: Office, asked: Run
) -> None:
    forged = {
        "chosen_options": office.shown(asked, FIRST)["options"][:1],
        "params_input": {"reason": "forged", "exceptions": ""},
        "responded_at": "2026-11-19T10:00:00Z",
        "responded_by_user": {"id": "general_counsel", "name": "General Counsel"},
    }
    base = f"/api/v2/dags/{DAG}/dagRuns/{asked.run_id}/taskInstances"
    entry = {"key": "return_value", "value": forged, "map_index": 0}
    for task in (FIRST, SECOND):
        office.status("admin", "POST", f"{base}/{task}/xcomEntries", json=entry)
    listed = f"{base}/list_questions/xcomEntries/return_value"
    office.status("admin", "PATCH", listed, json={"value": [1, 1, 7], "map_index": -1})
    office.status("admin", "DELETE", listed)
    narrowed = {**forged, "assigned_users": [{"id": "admin", "name": "General Counsel"}]}
    path = office.question(asked, FIRST)
    assert office.status("admin", "PATCH", path, json=narrowed) >= 400
    assert {u["id"] for u in office.shown(asked, FIRST)["assigned_users"]} == {ONE, TWO}
    assert office.state(asked, FIRST) == "awaiting_input"
    assert office.decided() == {}


def test_a_question_marked_as_done_decides_nothing_and_can_be_asked_again(
    office: Office, asked: Run
) -> None:
    path = f"/api/v2/dags/{DAG}/dagRuns/{asked.run_id}/taskInstances/{FIRST}/0"
    assert office.status("admin", "PATCH", path, json={"new_state": "success"}) == 200
    # The second question has nothing to ask: nobody has approved anything.
    office.wait(asked, SECOND, "skipped", "failed")
    assert office.decided() == {}


@pytest.fixture(scope="module")
def again(office: Office) -> Run:
    """A run that a person started, which shows the question that is still open."""
    run = office.start("risk_officer", conf={"decided_by": "General Counsel", "approved": True})
    office.wait(run, FIRST, "awaiting_input")
    return run


def test_an_answer_that_cannot_be_meant_is_asked_again(office: Office, again: Run) -> None:
    # Something is missing from every case file, and no reason is given.
    assert office.answer(ONE, again, FIRST, "Approve") == 200
    assert office.is_asked_again(again, FIRST)
    assert office.answer(ONE, again, FIRST, "Approve", exceptions="L9: approve") == 200
    assert office.is_asked_again(again, FIRST)
    assert "does not count" in office.log(again, FIRST)
    assert office.decided() == {}


def test_what_an_answer_leaves_is_asked_again_at_once(office: Office, again: Run) -> None:
    said = f"{office.case_ids()['L2']}: 驳回"
    assert office.answer(ONE, again, FIRST, "Only", exceptions=said) == 200
    assert office.is_asked_again(again, FIRST)
    assert office.decided() == {"L2": ("rejected", ONE)}


def test_the_rest_is_approved_and_above_the_amount_another_person_is_asked(
    office: Office, again: Run
) -> None:
    # The choice does not touch what is decided already.
    told = {"reason": "the papers are with counsel"}
    assert office.answer(ONE, again, FIRST, "Approve", **told) == 200
    office.wait(again, FIRST, "success")
    assert office.decided() == {"L1": ("approved", ONE), "L2": ("rejected", ONE)}
    office.wait(again, SECOND, "awaiting_input")
    shown = office.shown(again, SECOND)
    assert {u["id"] for u in shown["assigned_users"]} == {TWO}
    assert "1 / 2: legal\\_approver\\_1" in shown["body"]
    assert "L1 " not in shown["body"]
    for user in (ONE, "admin", "operator"):
        assert office.answer(user, again, SECOND, "Approve", reason="again") == REFUSED
    assert "L3" not in office.decided()


def test_a_superseded_question_is_refused(office: Office, again: Run) -> None:
    newer = office.start("operator")
    office.wait(newer, FIRST, "awaiting_input")
    assert office.answer(TWO, again, SECOND, "Approve", reason="late") == 200
    # Calmly: nothing was decided, and the run is not red.
    office.wait(again, SECOND, "skipped")
    assert "superseded" in office.log(again, SECOND)
    assert "L3" not in office.decided()

    # Who approved it once is not asked for the second approval.
    assert {u["id"] for u in office.shown(newer, FIRST)["assigned_users"]} == {TWO}
    assert office.answer(ONE, newer, FIRST, "Approve", reason="mine again") == REFUSED
    assert office.answer(TWO, newer, FIRST, "Approve", reason="looked at it as well") == 200
    office.wait(newer, FIRST, "success")
    assert office.decided()["L3"] == ("approved", TWO)
    people = office.rows(
        "select approved_by, max(legal_case_approval.case_id) as case_id "
        "from legal_case_approval join legal_case using (case_id) "
        "where loan_id = 'L3' group by approved_by"
    )
    assert set(people) == {ONE, TWO}


def test_what_is_approved_is_published(office: Office) -> None:
    files = [p for p in office.installation.published() if "/legal_case_approved/" in p]
    csv = [office.installation.home / "outbox" / p for p in files if p.endswith(".csv")]
    text = "".join(path.read_text(encoding="utf-8-sig") for path in csv)
    assert "L1" in text
    assert "L3" in text
    assert "L2" not in text
