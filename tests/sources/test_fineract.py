"""Apache Fineract: what its own payloads become, and when a date is ready."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.sources.config import Rest, read_connector
from postloan.sources.http import Client
from postloan.sources.rest import fetch_rest
from postloan.sources.result import Endpoint, NotReadyError, Order
from postloan.warehouse import Warehouse
from tests.sources.conftest import Start
from tests.support.deliveries import Lender
from tests.support.real_data import real_data

DAY = date(2024, 6, 20)
CONFIG = Rest.model_validate(
    {
        "kind": "rest",
        "connection": "fineract",
        "connector": "fineract",
        "requests_per_second": 1000,
        "codes": {
            "product": {"7": "student"},
            "customer_group": {"31": "student"},
            "relation": {"Parent": "parent"},
        },
    }
)


@pytest.fixture
def core() -> dict[str, Any]:
    """A Fineract with one loan that is past due and one that is overpaid."""
    folder = real_data("fineract")

    def read(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))

    loans, loan, client = read("loans_list")["pageItems"], read("loan_get"), read("client_get")
    return {
        "answers": {
            "/businessdate": read("businessdate"),
            "/loans/oldest-cob-closed": read("oldest_cob"),
            "/loans/is-catch-up-running": {"catchUpRunning": False},
            "/loans/locked": {"page": 0, "limit": 50, "content": []},
            "/loans/1001": loan,
            "/loans/1002": loans[1],
            "/clients/27": client,
            "/clients/28": {"id": 28},
            "/clients/27/familymembers": read("client_familymembers"),
            "/loans/1001/delinquency-actions": read("delinquency_actions"),
        },
        "lists": {"/loans": {"field": "pageItems", "style": "offset", "items": loans}},
    }


def fetched(core: dict[str, Any], serve: Start, wanted: Order) -> None:
    wanted.workshop.mkdir(parents=True, exist_ok=True)
    endpoint = Endpoint(url=serve(_paged(core)).url)
    with Client(CONFIG, endpoint, lambda _: None) as client:
        fetch_rest(wanted, CONFIG, read_connector("fineract"), client)


def _paged(core: dict[str, Any]) -> dict[str, Any]:
    return {**core, "parameters": {"place": "offset", "size": "limit"}}


def rows(wanted: Order, feed: str) -> list[dict[str, str]]:
    with (wanted.folder / f"{feed}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_loan_is_as_far_past_due_as_fineract_says(
    core: dict[str, Any], serve: Start, lender: Lender, warehouse: Warehouse
) -> None:
    wanted = Order("core_banking", DAY, lender.landing, opening=True)
    fetched(core, serve, wanted)
    result = lender.take_in(DAY)
    assert result.rows_quarantined == 0
    overdue = warehouse.fetch(
        """
        select min(i.due_on) as oldest, sum(i.amount_due) - max(p.paid) as overdue
        from instalment as i
        cross join (select sum(signed_amount) as paid from repayment) as p
        where i.due_on < cast($day as date)
        """,
        {"day": DAY},
    )
    assert [str(o[1]) for o in overdue] == ["2700.00"]
    paid = lender.paid(DAY, loan_id="1001")
    assert str(paid) == "2800.00"
    # 2,200.00 of it cover February and March; April is paid in part and is the oldest open one.
    third = [i for i in rows(wanted, "instalment") if i["instalment_no"] == "3"]
    assert (DAY - date.fromisoformat(third[0]["due_on"])).days == 66


def test_what_each_feed_gets(core: dict[str, Any], serve: Start, tmp_path: Path) -> None:
    wanted = Order("core_banking", DAY, tmp_path, opening=True)
    fetched(core, serve, wanted)
    loans = {r["loan_id"]: r for r in rows(wanted, "loan")}
    assert (loans["1001"]["product"], loans["1001"]["loan_status"]) == ("student", "active")
    assert loans["1001"]["principal"] == "12000.0"
    assert loans["1001"]["disbursed_on"] == "2024-01-15"
    assert loans["1002"]["loan_status"] == "settled"
    assert loans["1002"]["status_on"] != ""
    # The row of the disbursement has no number and is not due.
    assert len(rows(wanted, "instalment")) == 12
    customer = next(r for r in rows(wanted, "customer") if r["customer_id"] == "27")
    assert (customer["customer_group"], customer["birth_on"]) == ("student", "2002-05-04")
    assert [r["relation"] for r in rows(wanted, "emergency_contact")] == ["parent"]
    hold = rows(wanted, "hold")[0]
    # The pause was to last until the 15th and was resumed on the 10th.
    assert (hold["starts_on"], hold["ends_on"]) == ("2024-07-01", "2024-07-10")
    bookings = {r["repayment_id"]: r for r in rows(wanted, "repayment")}
    assert set(bookings) == {"5002", "5003", "5004", "5004-reversal", "5005"}
    assert bookings["5004-reversal"]["reverses_id"] == "5004"
    assert bookings["5004-reversal"]["paid_on"] == "2024-04-22"
    assert bookings["5005"]["paid_on"] == "2024-04-28"


def test_later_fetches_bring_what_became_known_since(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    cursors = {"repayment": "2024-04-20"}
    wanted = Order("core_banking", DAY, tmp_path, opening=False, cursors=cursors)
    fetched(core, serve, wanted)
    # 5005 is dated the 28th of April and became known in May; 5004 was taken back on the 22nd.
    assert {r["repayment_id"] for r in rows(wanted, "repayment")} == {"5005", "5004-reversal"}
    manifest = json.loads((wanted.folder / "manifest.json").read_text(encoding="utf-8"))
    # The 20th is not closed yet: what is booked on it later is asked for again.
    assert manifest["cursors"] == {"repayment": "2024-06-19"}


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("/loans/is-catch-up-running", {"catchUpRunning": True}, "catching up"),
        ("/loans/locked", {"content": [{"loanId": 1001}]}, "1 loans are locked"),
        ("/loans/oldest-cob-closed", {"cobProcessedDate": [2024, 6, 18]}, "2024-06-18"),
    ],
)
def test_nothing_is_fetched_before_the_day_is_closed(
    core: dict[str, Any], serve: Start, tmp_path: Path, path: str, content: Any, words: str
) -> None:
    core["answers"][path] = content
    with pytest.raises(NotReadyError, match=words):
        fetched(core, serve, Order("core_banking", DAY, tmp_path, opening=True))


def test_a_date_that_has_not_begun_is_not_ready(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    later = Order("core_banking", DAY + timedelta(days=1), tmp_path, opening=False)
    with pytest.raises(NotReadyError, match="still 2024-06-20"):
        fetched(core, serve, later)
