"""Apache Fineract: what its own payloads become, and when a date is ready."""

import csv
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.business_day.ledger import open_day
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.landing.fetch.config import Rest, read_connector
from postloan.landing.fetch.http import Client
from postloan.landing.fetch.rest import fetch_rest
from postloan.landing.fetch.result import Endpoint, NotReadyError, Order, SourceUnavailableError
from postloan.warehouse import Warehouse
from tests.landing.fetch.conftest import Service, Start
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
    fetch_from(serve(_paged(core)), wanted)


def fetch_from(service: Service, wanted: Order, how: Rest = CONFIG) -> None:
    wanted.workshop.mkdir(parents=True, exist_ok=True)
    with Client(how, Endpoint(url=service.url), lambda _: None) as client:
        fetch_rest(wanted, how, read_connector("fineract"), client)


def _paged(core: dict[str, Any]) -> dict[str, Any]:
    return {**core, "parameters": {"place": "offset", "size": "limit"}}


def rows(wanted: Order, feed: str) -> list[dict[str, str]]:
    with (wanted.folder / f"{feed}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def staged(lender: Lender) -> dict[str, int]:
    """What was fetched is taken in, the date is opened, days past due are computed."""
    assert lender.take_in(DAY).rows_quarantined == 0
    gate = open_day(lender.warehouse, DAY, after_cut_off=True)
    assert gate.day, gate.reason
    return dict(stage_overdue_loans(lender.warehouse, gate.day).counts)


def test_days_past_due_are_those_that_fineract_counts_itself(
    core: dict[str, Any], serve: Start, lender: Lender, warehouse: Warehouse
) -> None:
    fetched(core, serve, Order("core_banking", DAY, lender.landing, opening=True))
    counts = staged(lender)
    ours = warehouse.fetch(
        "select loan_id, days_past_due, overdue_amount from current_loan_delinquency"
    )
    assert ours == [("1001", 66, Decimal("2700.00"))]
    theirs = warehouse.fetch(
        "select loan_id, as_of_on, days_past_due, overdue_amount, principal_outstanding "
        "from loan_position"
    )
    assert theirs == [("1001", DAY, 66, Decimal("2700.00"), Decimal("9500.00"))]
    assert warehouse.fetch("select * from position_difference") == []
    assert counts["loans_compared_with_core"] == 1
    assert counts["loans_differing_from_core"] == 0


def test_where_fineract_counts_otherwise_the_loan_is_listed_with_both_values(
    core: dict[str, Any], serve: Start, lender: Lender, warehouse: Warehouse
) -> None:
    # Its days less the grace of three, as another product of it might be told.
    core["answers"]["/loans/1001"]["delinquent"]["pastDueDays"] = 63
    fetched(core, serve, Order("core_banking", DAY, lender.landing, opening=True))
    assert staged(lender)["loans_differing_from_core"] == 1
    listed = warehouse.fetch(
        "select loan_id, difference, our_days_past_due, core_days_past_due, "
        "our_principal_outstanding, core_principal_outstanding from position_difference"
    )
    assert listed == [
        ("1001", "days_past_due", 66, 63, Decimal("9500.00"), Decimal("9500.00")),
    ]


def a_day_later(core: dict[str, Any], current: list[int]) -> None:
    """Fineract has gone on to a business date, and closed the one before it."""
    closed = [*current[:2], current[2] - 1]
    core["answers"]["/businessdate"] = [
        {"type": "BUSINESS_DATE", "date": current},
        {"type": "COB_DATE", "date": closed},
    ]
    core["answers"]["/loans/oldest-cob-closed"] = {"cobProcessedDate": closed}


def test_figures_of_the_day_after_are_brought_back_to_the_day_that_was_closed(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    # The instalment of the 15th is overdue on the 16th, and was not at the close of the 15th.
    a_day_later(core, [2024, 6, 16])
    core["answers"]["/loans/1001"]["delinquent"]["pastDueDays"] = 62
    day = date(2024, 6, 15)
    wanted = Order("core_banking", day, tmp_path, opening=True)
    fetched(core, serve, wanted)
    (position,) = rows(wanted, "loan_position")
    assert position == {
        "loan_id": "1001",
        "as_of_on": "2024-06-15",
        "days_past_due": "61",
        "overdue_amount": "1600.00",
        "principal_outstanding": "9500.00",
    }


def test_a_loan_that_was_booked_on_since_is_not_compared(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    a_day_later(core, [2024, 6, 21])
    loan = core["answers"]["/loans/1001"]
    since = {**loan["transactions"][1], "id": 5999, "date": [2024, 6, 21]}
    loan["transactions"].append({**since, "submittedOnDate": [2024, 6, 21]})
    wanted = Order("core_banking", DAY, tmp_path, opening=True)
    fetched(core, serve, wanted)
    assert rows(wanted, "loan_position") == []
    assert "5999" not in {r["repayment_id"] for r in rows(wanted, "repayment")}


def test_a_day_that_is_closed_while_loans_are_read_is_read_anew(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    moved = json.loads(json.dumps(core))
    a_day_later(moved, [2024, 6, 21])
    gate = ("/businessdate", "/loans/oldest-cob-closed")
    core["later"] = {path: {"2": moved["answers"][path]} for path in gate}
    wanted = Order("core_banking", DAY, tmp_path, opening=True)
    service = serve(_paged(core))
    with pytest.raises(SourceUnavailableError, match="date 2024-06-20 to 2024-06-21"):
        fetch_from(service, wanted)
    assert not (wanted.folder / "manifest.json").exists()
    fetch_from(service, wanted)
    assert [r["loan_id"] for r in rows(wanted, "loan")] == ["1001", "1002"]
    assert sum(line.startswith("GET /loans/1001?") for line in service.asked) == 2


def test_a_closing_that_begins_while_loans_are_read_leaves_nothing_behind(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    core["later"] = {"/loans/locked": {"2": {"content": [{"loanId": 1001}]}, "3": {"content": []}}}
    wanted = Order("core_banking", DAY, tmp_path, opening=True)
    service = serve(_paged(core))
    with pytest.raises(NotReadyError, match="1 loans are locked"):
        fetch_from(service, wanted)
    fetch_from(service, wanted)
    assert sum(line.startswith("GET /loans/1001?") for line in service.asked) == 2


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
    # The pause was to last until the 15th and was resumed on the 10th.
    assert rows(wanted, "pause") == [
        {
            "pause_id": "1001-1",
            "loan_id": "1001",
            "starts_on": "2024-07-01",
            "ends_on": "2024-07-10",
            "pause_reason": "moratorium",
        }
    ]
    assert rows(wanted, "hold") == []
    bookings = {r["repayment_id"]: r for r in rows(wanted, "repayment")}
    assert set(bookings) == {"5002", "5003", "5004", "5004-reversal", "5005"}
    assert bookings["5004-reversal"]["reverses_id"] == "5004"
    assert bookings["5004-reversal"]["paid_on"] == "2024-04-22"
    assert bookings["5005"]["paid_on"] == "2024-04-28"


def action(number: int, kind: str, *days: list[int]) -> dict[str, Any]:
    """A delinquency action as Fineract tells it; a resume has no end."""
    return {"id": number, "action": kind, **dict(zip(("startDate", "endDate"), days, strict=False))}


PAUSE = action(1, "PAUSE", [2024, 5, 1], [2024, 5, 31])


@pytest.mark.parametrize(
    ("actions", "days", "is_paused"),
    [
        pytest.param([PAUSE], 66 - 30, False, id="to its end"),
        pytest.param([PAUSE, action(2, "RESUME", [2024, 5, 11])], 66 - 10, False, id="resumed"),
        pytest.param([PAUSE, action(2, "RESUME", [2024, 4, 20])], 66 - 30, False, id="too early"),
        pytest.param(
            [PAUSE, action(3, "RESUME", [2024, 5, 21]), action(2, "RESUME", [2024, 5, 11])],
            66 - 10, False, id="resumed twice",
        ),
        pytest.param([PAUSE, action(2, "RESUME", [2024, 6, 11])], 66 - 30, False, id="too late"),
        pytest.param([PAUSE, action(2, "RESUME", [2024, 5, 1])], 66, False, id="taken back"),
        pytest.param([action(1, "PAUSE", [2024, 6, 10], [2024, 6, 30])], 66 - 10, True, id="lasts"),
        pytest.param([action(1, "PAUSE", [2024, 6, 10])], 66 - 10, True, id="without an end"),
        pytest.param(
            [action(1, "PAUSE", [2024, 6, 1]), action(2, "RESUME", [2024, 6, 5])], 66 - 4, False,
            id="without an end, resumed",
        ),
    ],
)  # fmt: skip
def test_a_delinquency_pause_stops_the_days_and_freezes_the_stage(
    core: dict[str, Any],
    serve: Start,
    lender: Lender,
    warehouse: Warehouse,
    actions: list[dict[str, Any]],
    days: int,
    is_paused: bool,
) -> None:
    core["answers"]["/loans/1001/delinquency-actions"] = actions
    fetched(core, serve, Order("core_banking", DAY, lender.landing, opening=True))
    staged(lender)
    ours = "select calendar_days_past_due, days_past_due, is_paused from current_loan_stage"
    assert warehouse.fetch(ours) == [(66, days, is_paused)]
    # Fineract counts the days of the calendar too, so both still agree.
    assert warehouse.count("position_difference") == 0


def test_what_a_pause_stands_for_is_said_by_the_configuration_and_its_end_by_its_own_loan(
    core: dict[str, Any], serve: Start, tmp_path: Path
) -> None:
    core["answers"]["/loans/1001/delinquency-actions"] = [PAUSE]
    core["answers"]["/loans/1002/delinquency-actions"] = [action(2, "RESUME", [2024, 5, 11])]
    wanted = Order("core_banking", DAY, tmp_path, opening=True)
    codes = {**CONFIG.codes, "pause_reason": {"PAUSE": "disaster"}}
    fetch_from(serve(_paged(core)), wanted, CONFIG.model_copy(update={"codes": codes}))
    (pause,) = rows(wanted, "pause")
    assert (pause["pause_reason"], pause["ends_on"]) == ("disaster", "2024-05-31")


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
