"""Feeds that nothing reads yet: what is right is loaded, what is not waits with its reason."""

from datetime import date
from typing import Any

import pytest

from postloan.business_day.ledger import read_book
from postloan.cli.summary import show_summary
from postloan.contracts import catalogue
from postloan.settings import settings
from tests.support.debtors import Debtors
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    ROOMS_TO_COME,
    Lender,
)

Row = dict[str, str]
Fault = tuple[Row, str, str]
"""What a row says otherwise than a good one; the column at fault and the reason."""

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}

WHOSE = {"customer_id": "C1"}
AT, LATER = "2026-11-20 10:00:00", "2026-11-20 10:20:00"

GOOD: dict[str, Row] = {
    "loan_terms": {
        "loan_id": "L1",
        "effective_on": "2026-01-05",
        "annual_rate": "0.152",
        "penalty_rate": "0.228",
        "declared_purpose": "education",
        "branch_id": "B012",
        "region_code": "310000",
        "renewal_of": "L0",
        "guarantee_kind": "guarantor",
    },
    "guarantor": {
        "guarantor_id": "G1",
        "loan_id": "L1",
        "guarantor_kind": "person",
        "guarantor_name": "测试丙",
        "relation": "parent",
        "liability": "joint",
        "guaranteed_amount": "1200.00",
        "guaranteed_from": "2026-01-05",
        "guaranteed_until": "2027-07-05",
    },
    "collateral": {
        "collateral_id": "D1",
        "loan_id": "L1",
        "security_kind": "mortgage",
        "asset_kind": "vehicle",
        "appraised_value": "3000.00",
        "currency": "CNY",
        "appraised_on": "2026-01-02",
        "registered_on": "2026-01-06",
        "priority": "1",
    },
    "customer_preference": {
        **WHOSE,
        "channel": "any",
        "wish": "accepted",
        "agreed_from": "18:00",
        "agreed_until": "20:00",
        "time_zone": "Asia/Shanghai",
        "language": "ug-CN",
        "told_on": "2026-11-20",
    },
    "address_check": {
        **WHOSE,
        "check_id": "A1",
        "address_kind": "home",
        "checked_on": "2026-11-20",
        "method": "field_visit",
        "result": "moved",
        "collector_id": "E001",
    },
    "visit_report": {
        **WHOSE,
        "visit_id": "T1",
        "loan_id": "L1",
        "planned_at": AT,
        "arrived_at": AT,
        "left_at": LATER,
        "place_kind": "home",
        "persons": "2",
        "collector_id": "E001",
        "second_collector_id": "E002",
        "counterpart": "debtor",
        "result": "talked",
        "entry": "none",
        "recording_uri": "recordings/T1",
    },
    "contact_note": {
        **WHOSE,
        "note_id": "N1",
        "loan_id": "L1",
        "noted_at": AT,
        "topic": "promise",
        "note_text": "第一行\n第二行",
        "language": "zh",
    },
    "quality_finding": {
        **WHOSE,
        "finding_id": "J1",
        "outcome_id": "F1",
        "collector_id": "E001",
        "reviewed_on": "2026-11-20",
        "finding_kind": "off_script",
        "severity": "minor",
        "finding_state": "open",
    },
    "file_acknowledgement": {
        "acknowledgement_id": "Z1",
        "file_date": "2026-11-19",
        "queue": "call_list",
        "revision": "1",
        "file_kind": "tasks",
        "received_at": AT,
        "file_state": "accepted_in_part",
        "rows_received": "10",
        "rows_refused": "1",
        "refusal": "incomplete",
        "file_sha256": "0" * 64,
    },
    "asset_clue": {
        **WHOSE,
        "clue_id": "X1",
        "found_on": "2026-11-20",
        "clue_kind": "vehicle",
        "found_in": "public_register",
        "estimated_value": "50000.00",
        "currency": "CNY",
        "clue_state": "new",
        "detail": "小型客车",
    },
    "agency": {
        "agency_id": "AG1",
        "agency_name": "示范催收",
        "contract_from": "2026-01-01",
        "contract_until": "2027-12-31",
        "is_listed": "true",
        "has_violations": "false",
    },
    "team": {"team_id": "T1", "team_name": "电话组", "work_kind": "phone", "most_cases": "180"},
    "collector": {
        "collector_id": "E001",
        "collector_name": "测试丁",
        "team_id": "T1",
        "experience": "senior",
        "starts_on": "2020-01-01",
        "licence_no": "ZG1",
        "licence_until": "2027-12-31",
        "may_visit": "true",
        "languages": "zh ug-CN",
    },
    "training": {
        "training_id": "Y1",
        "collector_id": "E001",
        "subject": "law",
        "trained_on": "2026-05-01",
        "is_passed": "true",
        "score": "88",
        "valid_until": "2027-05-01",
    },
}

BAD: dict[str, list[Fault]] = {
    "loan_terms": [
        ({"annual_rate": "15.2"}, "annual_rate", "out_of_range"),
        ({"annual_rate": "0.1520001"}, "annual_rate", "too_many_decimals"),
        ({"annual_rate": ""}, "annual_rate", "missing_value"),
        ({"penalty_rate": "-0.1"}, "penalty_rate", "out_of_range"),
        ({"declared_purpose": "stocks"}, "declared_purpose", "not_in_list"),
        ({"region_code": "上海"}, "region_code", "bad_pattern"),
        ({"loan_id": "L404"}, "loan_id", "orphan"),
    ],
    "guarantor": [
        ({"loan_id": "L404"}, "loan_id", "orphan"),
        ({"guarantor_kind": "friend"}, "guarantor_kind", "not_in_list"),
        ({"guarantor_name": ""}, "guarantor_name", "missing_value"),
        ({"guaranteed_amount": "0.00"}, "guaranteed_amount", "out_of_range"),
        ({"guaranteed_until": "2027-02-30"}, "guaranteed_until", "not_a_date"),
    ],
    "collateral": [
        ({"loan_id": "L404"}, "loan_id", "orphan"),
        ({"asset_kind": "painting"}, "asset_kind", "not_in_list"),
        ({"appraised_value": "-1.00"}, "appraised_value", "out_of_range"),
        ({"priority": "0"}, "priority", "out_of_range"),
        ({"currency": "yuan"}, "currency", "bad_pattern"),
    ],
    "customer_preference": [
        ({"customer_id": "C404", "channel": "any"}, "customer_id", "orphan"),
        ({"channel": "wechat"}, "channel", "not_in_list"),
        ({"channel": "phone", "wish": ""}, "wish", "missing_value"),
        ({"channel": "sms", "agreed_from": "25:00"}, "agreed_from", "bad_pattern"),
        ({"channel": "email", "time_zone": "+08:00"}, "time_zone", "bad_pattern"),
        ({"channel": "letter", "language": "中文"}, "language", "bad_pattern"),
    ],
    "address_check": [
        ({"customer_id": "C404"}, "customer_id", "orphan"),
        ({"result": "gone"}, "result", "not_in_list"),
        ({"method": ""}, "method", "missing_value"),
        ({"checked_on": "20.11.2026"}, "checked_on", "not_a_date"),
    ],
    "visit_report": [
        ({"customer_id": "C404"}, "customer_id", "orphan"),
        ({"arrived_at": "2026-11-20 25:00:00"}, "arrived_at", "not_a_timestamp"),
        ({"persons": "0"}, "persons", "out_of_range"),
        ({"place_kind": "garden"}, "place_kind", "not_in_list"),
        ({"collector_id": ""}, "collector_id", "missing_value"),
        ({"recording_uri": "r" * 301}, "recording_uri", "too_long"),
    ],
    "contact_note": [
        ({"customer_id": "C404"}, "customer_id", "orphan"),
        ({"note_text": ""}, "note_text", "missing_value"),
        ({"note_text": "长" * 4001}, "note_text", "too_long"),
        ({"topic": "weather"}, "topic", "not_in_list"),
    ],
    "quality_finding": [
        ({"customer_id": "C404"}, "customer_id", "orphan"),
        ({"finding_kind": "rude"}, "finding_kind", "not_in_list"),
        ({"reviewed_on": ""}, "reviewed_on", "missing_value"),
    ],
    "file_acknowledgement": [
        ({"queue": "Call list"}, "queue", "bad_pattern"),
        ({"file_sha256": "abc"}, "file_sha256", "bad_pattern"),
        ({"revision": "0"}, "revision", "out_of_range"),
        ({"rows_received": "ten"}, "rows_received", "not_a_number"),
        ({"file_state": "lost"}, "file_state", "not_in_list"),
    ],
    "asset_clue": [
        ({"customer_id": "C404"}, "customer_id", "orphan"),
        ({"found_in": "social_network"}, "found_in", "not_in_list"),
        ({"estimated_value": "-1.00"}, "estimated_value", "out_of_range"),
        ({"detail": "长" * 1001}, "detail", "too_long"),
    ],
    "agency": [
        ({"is_listed": "perhaps"}, "is_listed", "not_a_boolean"),
        ({"agency_name": ""}, "agency_name", "missing_value"),
        ({"contract_from": "2026-13-01"}, "contract_from", "not_a_date"),
    ],
    "team": [
        ({"work_kind": "sales"}, "work_kind", "not_in_list"),
        ({"most_cases": "0"}, "most_cases", "out_of_range"),
        ({"region_code": "华东"}, "region_code", "bad_pattern"),
    ],
    "collector": [
        ({"experience": "expert"}, "experience", "not_in_list"),
        ({"may_visit": ""}, "may_visit", "missing_value"),
        ({"languages": "中文"}, "languages", "bad_pattern"),
        ({"licence_until": "soon"}, "licence_until", "not_a_date"),
    ],
    "training": [
        ({"collector_id": "E404"}, "collector_id", "orphan"),
        ({"subject": "cooking"}, "subject", "not_in_list"),
        ({"score": "101"}, "score", "out_of_range"),
        ({"is_passed": ""}, "is_passed", "missing_value"),
    ],
}

CONTRADICTING: dict[str, list[tuple[Row, str]]] = {
    "loan_terms": [
        ({"penalty_rate": "0.1"}, "Being late costs less"),
        ({"renewal_of": "L1"}, "renews itself"),
    ],
    "guarantor": [({"guaranteed_until": "2026-01-04"}, "ends before it starts")],
    "collateral": [
        ({"appraised_on": ""}, "no day or no currency"),
        ({"released_on": "2026-01-05"}, "before it was registered"),
    ],
    "customer_preference": [
        ({"channel": "phone", "agreed_until": ""}, "one end alone"),
        ({"channel": "sms", "agreed_until": "17:00"}, "before they begin"),
        ({"channel": "email", "ends_on": "2026-11-19"}, "before it was told"),
    ],
    "address_check": [
        ({"collector_id": ""}, "on the spot by nobody"),
        ({"task_id": "404"}, "never issued"),
    ],
    "visit_report": [
        ({"left_at": "2026-11-20 09:00:00"}, "over before it began"),
        ({"persons": "1"}, "Fewer than two"),
        ({"recording_uri": ""}, "no recording"),
        ({"entry": "without_consent"}, "without consent"),
        ({"counterpart": "nobody"}, "with nobody"),
        ({"task_id": "404"}, "never issued"),
    ],
    "contact_note": [({"loan_id": ""}, "names no loan")],
    "quality_finding": [
        ({"severity": ""}, "no severity"),
        ({"outcome_id": ""}, "neither an attempt nor a visit"),
        ({"finding_state": "upheld"}, "decided on no day"),
    ],
    "file_acknowledgement": [
        ({"rows_refused": "11"}, "More rows are refused"),
        ({"refusal": ""}, "for no reason"),
    ],
    "asset_clue": [
        ({"currency": ""}, "no currency"),
        ({"clue_state": "verified"}, "looked into on no day"),
    ],
    "agency": [
        ({"contract_until": "2025-12-31"}, "ends before it starts"),
        ({"has_violations": "true"}, "on the list of partners"),
    ],
    "team": [({}, "same name")],
    "collector": [
        ({"ends_on": "2019-12-31"}, "before the first day"),
        ({"licence_until": ""}, "no last day"),
    ],
    "training": [({"valid_until": "2026-04-30"}, "before it was taken")],
}


def under_its_own_key(feed: str, number: int, changes: Row) -> Row:
    """A good row with changes, under another key than the others."""
    first, *others = catalogue().feeds[feed].table.key
    own = {} if changes.keys() & {first, *others} else {first: f"{GOOD[feed][first]}-{number}"}
    if feed == "loan_terms":
        own = {"effective_on": date(2026, 2, number + 1).isoformat()}
    return {**GOOD[feed], **own, **changes}


def lines(rows: list[Row]) -> list[int]:
    """The line on which each row of a file begins; a note may be of several."""
    broken = ["".join(row.values()).count("\n") for row in rows]
    return [2 + n + sum(broken[:n]) for n in range(len(rows))]


def rows_told(files: dict[str, list[Row]]) -> dict[str, int]:
    return {feed: len(rows) for feed, rows in files.items()}


def test_every_such_feed_is_optional_and_tried_here() -> None:
    assert GOOD.keys() == BAD.keys() == CONTRADICTING.keys() == ROOMS_TO_COME
    assert not [f for f in ROOMS_TO_COME if catalogue().feeds[f].is_required]
    checks = {f: len(catalogue().feeds[f].table.checks) for f in ROOMS_TO_COME}
    assert {f: len(told) for f, told in CONTRADICTING.items()} == checks


@pytest.fixture(params=["core_banking", "feedback"])
def source(request: pytest.FixtureRequest) -> str:
    """A source that sends some of them."""
    return str(request.param)


@pytest.fixture
def feeds(source: str) -> list[str]:
    """Those that the source sends."""
    return [feed for feed in GOOD if catalogue().feeds[feed].source == source]


def test_a_good_row_is_loaded_and_each_bad_one_waits_with_its_reason(
    source: str, feeds: list[str], lender: Lender
) -> None:
    lender.deliver(**BOOK)
    files = {}
    for feed in feeds:
        bad = [under_its_own_key(feed, n, changes) for n, (changes, _, _) in enumerate(BAD[feed])]
        files[feed] = [GOOD[feed], *bad, GOOD[feed]]
    result = lender.deliver(NEXT_DAY, source, opening=False, rows_told=rows_told(files), **files)
    counts = {c.feed: (c.rows_in, c.rows_loaded, c.rows_quarantined) for c in result.feeds}
    for feed, rows in files.items():
        assert counts[feed] == (len(rows), 1, len(rows) - 1)
        assert lender.warehouse.fetch(f"select line_no, received_on from {feed}") == [(2, NEXT_DAY)]
        key = catalogue().feeds[feed].table.key[-1]
        reasons = [*((c, r) for _, c, r in BAD[feed]), (key, "duplicate_key")]
        assert lender.warehouse.fetch(
            "select file_name, line_no, column_name, reason from quarantine "
            "where feed = $feed order by line_no",
            {"feed": feed},
        ) == [
            (f"{feed}.csv", line, column, reason)
            for line, (column, reason) in zip(lines(rows)[1:], reasons, strict=True)
        ]


def test_what_contradicts_itself_is_loaded_with_a_warning(
    source: str, feeds: list[str], lender: Lender
) -> None:
    lender.deliver(**BOOK)
    files = {
        feed: [
            GOOD[feed],
            *(under_its_own_key(feed, n, row) for n, (row, _) in enumerate(CONTRADICTING[feed])),
        ]
        for feed in feeds
    }
    result = lender.deliver(NEXT_DAY, source, opening=False, rows_told=rows_told(files), **files)
    assert result.rows_quarantined == 0
    for feed in feeds:
        warned = " ".join(str(w) for w in result.warnings if feed in str(w))
        for _, words in CONTRADICTING[feed]:
            assert words in warned, feed


def test_a_lender_who_sends_none_of_them_notices_nothing(
    lender: Lender, capsys: pytest.CaptureFixture[str]
) -> None:
    debtors = Debtors(lender)
    debtors.open((1, 2))
    lender.send(NEXT_DAY)
    lender.send(NEXT_DAY, "feedback", complaint=[])
    debtors.run()
    assert debtors.contacted() == {"C1", "C2"}
    assert debtors.shut() == set()
    day = read_book(lender.warehouse)[NEXT_DAY]
    show_summary(settings(), NEXT_DAY)
    told = f"{day.reason} {capsys.readouterr().out}"
    assert "Gates before contact" in told
    assert not [feed for feed in ROOMS_TO_COME if feed in told]
    # What may restrict is watched, as everything of that kind that a lender may not have.
    gates = "select distinct feed, outcome from gate_check"
    named = [row for row in lender.warehouse.fetch(gates) if row[0] in ROOMS_TO_COME]
    assert named == [("customer_preference", "not_applicable")]
    assert not [feed for feed in ROOMS_TO_COME if lender.warehouse.count(feed)]
