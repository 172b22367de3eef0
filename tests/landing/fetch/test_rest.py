"""A REST source, with everything that goes wrong on the way."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.business_day.ledger import close_day, open_day
from postloan.errors import ContractError, DeliveryError
from postloan.ingestion.loading.ledger import read_cursors
from postloan.landing.fetch.config import Rest
from postloan.landing.fetch.http import Client
from postloan.landing.fetch.rest import fetch_rest
from postloan.landing.fetch.result import Endpoint, Order, SourceUnavailableError
from postloan.risk.raise_student_alerts import raise_student_alerts
from postloan.settings import REPOSITORY
from tests.landing.fetch.conftest import Service, Start
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.registry import (
    CHANGES,
    DAY,
    INSTITUTIONS,
    change,
    changes_of,
    config,
    connector,
    lists,
    order,
    scenario,
)
from tests.support.rule_files import RuleFiles

SECRET = "s3cret-of-the-lender"  # noqa: S105 (made up)


def fetched(
    service: Service,
    wanted: Order,
    how: Rest | None = None,
    style: str = "cursor",
) -> list[float]:
    """Fetch; the waits that were made."""
    waits: list[float] = []
    endpoint = Endpoint(url=service.url, login="lender", password=SECRET)
    wanted.workshop.mkdir(parents=True, exist_ok=True)
    with Client(how or config(), endpoint, waits.append) as client:
        fetch_rest(wanted, how or config(), connector(style), client)
    return waits


def students(wanted: Order) -> list[str]:
    with (wanted.folder / "enrolment.csv").open(encoding="utf-8") as stream:
        return [row["customer_id"] for row in csv.DictReader(stream)]


ALL = ["C1", "C2", "C3", "C4", "C5"]


@pytest.mark.parametrize("style", ["page", "offset", "cursor", "link"])
def test_every_way_of_paging_brings_every_row_once(
    serve: Start, tmp_path: Path, style: str
) -> None:
    wanted = order(tmp_path)
    fetched(serve(scenario(style=style)), wanted, style=style)
    assert students(wanted) == ALL


@pytest.mark.parametrize(
    ("fault", "waits"),
    [("500", [1.0, 2.0]), ("429", [7.0, 7.0]), ("timeout", [1.0, 2.0]), ("truncated", [1.0, 2.0])],
)
def test_what_passes_by_itself_is_waited_for(
    serve: Start, tmp_path: Path, fault: str, waits: list[float]
) -> None:
    wanted = order(tmp_path)
    assert fetched(serve(scenario((fault, 2), (fault, 3))), wanted) == waits
    assert students(wanted) == ALL


def test_a_source_that_asks_for_too_long_a_wait_is_not_waited_for(
    serve: Start, tmp_path: Path
) -> None:
    service, short = serve(scenario(("429", 2))), config(longest_wait_seconds=6)
    with pytest.raises(SourceUnavailableError, match="answers 429; it asks to wait 7 seconds"):
        fetched(service, order(tmp_path), short)
    assert sum(CHANGES in line for line in service.asked) == 2


def test_a_source_that_stays_away_is_waited_for_no_longer_than_the_limit(
    serve: Start, tmp_path: Path
) -> None:
    service = serve(scenario(*[("500", n) for n in range(2, 8)]))
    waits: list[float] = []
    patient = config(longest_wait_seconds=3)
    wanted = order(tmp_path)
    wanted.workshop.mkdir(parents=True)
    with (
        Client(patient, Endpoint(url=service.url), waits.append) as client,
        pytest.raises(SourceUnavailableError, match="answers 500"),
    ):
        fetch_rest(wanted, patient, connector(), client)
    # The next one would have been four seconds.
    assert waits == [1.0, 2.0]


def test_an_expired_token_is_renewed_once(serve: Start, tmp_path: Path) -> None:
    service = serve(scenario(("expire", 2), token=True))
    wanted = order(tmp_path)
    fetched(service, wanted, config("oauth2"))
    assert students(wanted) == ALL
    assert sum(line.startswith("POST") for line in service.asked) == 2


def test_a_list_that_shifts_while_it_is_read_is_read_again(serve: Start, tmp_path: Path) -> None:
    service = serve(scenario(("shift", 2)))
    wanted = order(tmp_path)
    fetched(service, wanted)
    # C3 moved away from the second page: read once through, it would be missing or twice.
    assert students(wanted) == ALL
    assert sum(CHANGES in line for line in service.asked) == 6


def test_a_list_that_never_stands_still_is_not_delivered(serve: Start, tmp_path: Path) -> None:
    wanted = order(tmp_path)
    with pytest.raises(SourceUnavailableError, match="changed while it was read"):
        fetched(serve(scenario(("shift", 2), ("shift", 5), ("shift", 8))), wanted)
    assert not (wanted.folder / "manifest.json").exists()


def test_a_source_that_stays_away_leaves_no_delivery_and_tells_no_secret(
    serve: Start, tmp_path: Path
) -> None:
    service = serve(scenario(*[("500", n) for n in range(2, 8)]))
    wanted = order(tmp_path)
    with pytest.raises(SourceUnavailableError, match="answers 500") as told:
        fetched(service, wanted, config("basic"))
    assert SECRET not in str(told.value)
    assert SECRET not in repr(Endpoint(password=SECRET))
    assert not (wanted.folder / "manifest.json").exists()
    fetched(service, wanted, config("basic"))
    assert students(wanted) == ALL
    first_page = f"GET {CHANGES}?orderBy=changeId&size=2"
    assert service.asked.count(first_page) == 1


def test_a_refusal_is_told_at_once(serve: Start, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="answers 404"):
        fetched(serve({}), order(tmp_path))


def test_a_killed_fetch_goes_on_after_the_last_good_page(serve: Start, tmp_path: Path) -> None:
    service = serve(scenario(("hang", 3)))
    program = f"""
from pathlib import Path
from postloan.landing.fetch.http import Client
from postloan.landing.fetch.rest import fetch_rest
from postloan.landing.fetch.result import Endpoint
from tests.support.registry import config, connector, order
how = config(timeout_seconds=60)
with Client(how, Endpoint(url={service.url!r})) as client:
    wanted = order(Path({str(tmp_path / "landing")!r}))
    wanted.workshop.mkdir(parents=True)
    fetch_rest(wanted, how, connector(), client)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={"PYTHONPATH": f"{REPOSITORY / 'plugins'}:{REPOSITORY}"},
    )
    while process.poll() is None and not (service.log.exists() and len(service.asked) >= 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wanted = order(tmp_path / "landing")
    assert not (wanted.folder / "manifest.json").exists()
    assert len(service.asked) == 4
    fetched(service, wanted)
    assert len(service.asked) == 5
    assert students(wanted) == ALL


def test_the_next_fetch_asks_for_changes_since_the_last(serve: Start, lender: Lender) -> None:
    lender.deliver(NEXT_DAY, opening=False, customer=[{**CUSTOMER, "customer_id": c} for c in ALL])
    service = serve(scenario())
    fetched(service, order(lender.landing))
    assert lender.take_in(NEXT_DAY, "student_registry").rows_loaded == 5
    later: date = NEXT_DAY + timedelta(days=1)
    cursors = read_cursors(lender.warehouse, "student_registry", later)
    assert cursors == {"enrolment_change/10001": "2026-11-05T08:00:00Z"}
    # The same date asked again begins where the day before ended.
    assert read_cursors(lender.warehouse, "student_registry", NEXT_DAY) == {}
    tomorrow = Order("student_registry", later, lender.landing, opening=False, cursors=cursors)
    fetched(service, tomorrow)
    assert students(tomorrow) == []
    assert "changedSince=2026-11-05T08%3A00%3A00Z" in service.asked[-1]
    manifest = json.loads((tomorrow.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["cursors"] == cursors


@pytest.mark.parametrize(
    ("selected", "refusal", "told"),
    [
        ("(select content from read_text('{secret}'))", DeliveryError, "Permission Error"),
        ("(select max(x) from read_csv('{secret}') as t(x))", DeliveryError, "Permission Error"),
        ("current_setting('temp_directory')", ContractError, r"current_setting\(\), so its rows"),
        ("cast(today() as varchar)", ContractError, r"enrolment.sql calls today\(\)"),
    ],
)
def test_a_connector_reads_what_the_source_sent_and_nothing_else(
    serve: Start,
    tmp_path: Path,
    rule_files: RuleFiles,
    selected: str,
    refusal: type[Exception],
    told: str,
) -> None:
    (tmp_path / "secret").write_text("nobody's\n", encoding="utf-8")
    path = rule_files.folder / "sources/connectors/student_registry/sql/enrolment.sql"
    text = path.read_text(encoding="utf-8")
    other = selected.format(secret=tmp_path / "secret") + " as institution_id,"
    path.write_text(text.replace("item ->> '$.institutionId' as institution_id,", other))
    wanted = order(tmp_path / "landing")
    with pytest.raises(refusal, match=told):
        fetched(serve(scenario()), wanted)
    assert not (wanted.folder / "manifest.json").exists()
    path.write_text(text, encoding="utf-8")
    fetched(serve(scenario()), wanted)
    assert students(wanted) == ALL


def test_status_codes_stay_as_sent_and_the_last_word_counts(serve: Start, tmp_path: Path) -> None:
    said = scenario()
    said["lists"][CHANGES]["items"].append(
        change(6, studentRef="C1", codeSystem="nsc", statusCode="W")
    )
    wanted = order(tmp_path)
    fetched(serve(said), wanted)
    with (wanted.folder / "enrolment.csv").open(encoding="utf-8") as stream:
        first = next(csv.DictReader(stream))
    assert (first["code_system"], first["status_code"]) == ("nsc", "W")
    assert (first["effective_on"], first["reported_on"]) == ("2026-10-01", "2026-11-06")


def three_institutions(*faults: tuple[str, str, int]) -> dict[str, Any]:
    """Three institutions on two pages, with three, no and three changes."""
    told = {
        "10001": [change(n, institutionId="10001") for n in (1, 3, 5)],
        "10002": [],
        "10003": [change(n, institutionId="10003") for n in (2, 4, 6)],
    }
    planted = [{"path": p, "nth": nth, "fault": fault} for p, fault, nth in faults]
    return {"lists": lists(told), "faults": planted}


def test_every_institution_is_read_to_its_last_page(serve: Start, tmp_path: Path) -> None:
    service, wanted = serve(three_institutions()), order(tmp_path)
    fetched(service, wanted)
    assert students(wanted) == ["C1", "C2", "C3", "C4", "C5", "C6"]
    asked = [line.split()[1].split("?")[0] for line in service.asked]
    assert Counter(asked) == {
        INSTITUTIONS: 2,
        changes_of("10001"): 2,
        changes_of("10002"): 1,
        changes_of("10003"): 2,
    }


def test_a_fetch_goes_on_at_the_right_page_of_the_right_institution(
    serve: Start, tmp_path: Path
) -> None:
    broken = changes_of("10003")
    service = serve(three_institutions(*[(broken, "500", n) for n in range(2, 8)]))
    wanted = order(tmp_path)
    with pytest.raises(SourceUnavailableError, match=broken):
        fetched(service, wanted)
    before = len(service.asked)
    fetched(service, wanted)
    assert students(wanted) == ["C1", "C2", "C3", "C4", "C5", "C6"]
    # Nothing but the page that was missing.
    (last,) = service.asked[before:]
    assert last.startswith(f"GET {broken}?")
    assert "place=2" in last


def test_each_institution_is_asked_for_changes_since_its_own_last_one(
    serve: Start, tmp_path: Path
) -> None:
    wanted = order(tmp_path)
    fetched(serve(three_institutions()), wanted)
    manifest = json.loads((wanted.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["cursors"] == {
        "enrolment_change/10001": "2026-11-05T08:00:00Z",
        "enrolment_change/10003": "2026-11-06T08:00:00Z",
    }
    later = Order(
        "student_registry", DAY + timedelta(days=1), tmp_path, opening=False,
        cursors=manifest["cursors"],
    )  # fmt: skip
    # 10001 told late what the other institution had passed already; 10002 tells its first change.
    said = three_institutions()
    late = change(7, institutionId="10001", changedAt="2026-11-05T20:00:00Z")
    first = change(8, institutionId="10002", changedAt="2026-11-01T00:00:00Z")
    said["lists"][changes_of("10001")]["items"].append(late)
    said["lists"][changes_of("10002")]["items"].append(first)
    fetched(serve(said), later)
    assert students(later) == ["C7", "C8"]


def test_a_status_alerts_the_day_it_is_received_and_holds_from_the_day_it_took_effect(
    serve: Start, lender: Lender
) -> None:
    received = NEXT_DAY
    student = {**CUSTOMER, "customer_group": "student"}
    consent = {"consent_id": "A1", "customer_id": "C1", "purpose": "registry_query"}
    consent |= {"consent_kind": "separate", "granted_on": "2026-01-01"}
    lender.deliver(
        OPENING_DAY, customer=[student], loan=[LOAN], instalment=[INSTALMENT], consent=[consent]
    )
    lender.deliver(received)
    left = change(1, statusCode="03", effectiveDate="2026-09-01", reportedDate="2026-11-05")
    fetched(serve({"lists": lists({"10001": [left]})}), order(lender.landing))
    assert lender.take_in(received, "student_registry").rows_loaded == 1
    for day in (OPENING_DAY, received):
        gate = open_day(lender.warehouse, day, after_cut_off=True)
        assert gate.day, gate.reason
        raise_student_alerts(lender.warehouse, gate.day)
        close_day(lender.warehouse, gate.day)
    alerts = lender.warehouse.fetch(
        "select business_date, effective_on, reported_on, delivered_on, canonical_status "
        "from student_alert"
    )
    assert alerts == [(received, date(2026, 9, 1), date(2026, 11, 5), received, "withdrawn")]
    assert lender.warehouse.fetch("select canonical_status, effective_on from student_status") == [
        ("withdrawn", date(2026, 9, 1))
    ]
