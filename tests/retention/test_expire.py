"""What has expired goes, and every deletion is recorded."""

from datetime import date

import pytest

from postloan.errors import DayError
from postloan.retention.expire import Expired
from tests.support.archive import OLD, RECENT, Archive, row

CUTS = {"quarantine": date(2026, 8, 22), "loan_stage": date(2025, 10, 16)}


def test_what_has_expired_goes_and_the_record_says_by_which_rule(archive: Archive) -> None:
    gone = archive.expire()
    assert archive.dates("loan_stage") == archive.dates("quarantine") == [RECENT]
    assert archive.files() == sorted(
        [
            f"landing/core_banking/{RECENT}/loan.csv",
            f"landing/core_banking/{RECENT}/manifest.json",
            f"quarantine/core_banking/{RECENT}/loan.csv",
            f"outbox/{RECENT}/call_list/r1/call_list.csv",
            f"outbox/{OLD}/call_list/r1/call_list.csv",
        ]
    )
    assert gone["loan_stage"] == Expired(
        "loan_stage", "rows", OLD, OLD, 2, "HOUSE-RET-003", "2026.11.30"
    )
    assert gone["manifests of core_banking"].rule_id == "CN-PII-011"
    assert [tuple(vars(e).values()) for e in gone.values()] == archive.records()


def test_facts_never_expire(archive: Archive) -> None:
    archive.expire()
    assert archive.dates("loan", "received_on") == [OLD, RECENT]


def known_customer(archive: Archive, customer: str, *loans: tuple[date, str]) -> None:
    """What was told of a customer long ago, and what became of the loan on which day."""
    archive.warehouse.append_rows(
        "customer", [row("customer", customer_id=customer, received_on=OLD)]
    )
    archive.warehouse.append_rows(
        "extension_request",
        [row("extension_request", request_id=customer, loan_id=f"L-{customer}", received_on=OLD)],
    )
    archive.warehouse.append_rows(
        "loan",
        [
            row("loan", loan_id=f"L-{customer}", customer_id=customer, received_on=day,
                loan_status=status)
            for day, status in loans
        ],
    )  # fmt: skip


def test_a_customer_is_known_until_five_years_after_the_last_loan(archive: Archive) -> None:
    five_years_ago = date(2021, 11, 20)
    day_before = date(2021, 11, 19)
    known_customer(archive, "settled long ago", (OLD, "active"), (day_before, "settled"))
    known_customer(archive, "settled later", (OLD, "active"), (five_years_ago, "settled"))
    known_customer(archive, "still owes", (OLD, "active"))
    known_customer(archive, "written off", (OLD, "active"), (day_before, "written_off"))
    archive.warehouse.append_rows(
        "customer", [row("customer", customer_id="new", received_on=RECENT)]
    )
    archive.warehouse.append_rows(
        "extension_request", [row("extension_request", request_id="new", received_on=RECENT)]
    )
    gone = archive.expire()
    assert gone["customer"].rule_id == "HOUSE-RET-007"
    for table, column in (("customer", "customer_id"), ("extension_request", "request_id")):
        left = archive.warehouse.fetch(f"select {column} from {table} order by {column}")
        assert [name for (name,) in left] == ["new", "settled later", "still owes", "written off"]


def test_what_speaks_of_a_time_gone_by_goes_whoever_owes(archive: Archive) -> None:
    limit = date(2025, 10, 16)
    days = (date.fromordinal(limit.toordinal() - 1), limit, RECENT)
    for table in ("spending", "bureau_delinquency"):
        known_customer(archive, table, (OLD, "active"))
        archive.warehouse.append_rows(
            table, [row(table, customer_id=table, received_on=day) for day in days]
        )
    archive.expire()
    for table in ("spending", "bureau_delinquency"):
        assert archive.dates(table, "received_on") == [limit, RECENT]


def test_what_the_core_said_goes_before_what_the_comparison_found(archive: Archive) -> None:
    book, state = date(2026, 8, 22), date(2025, 10, 16)
    told = {"loan_position": (book, "received_on")}
    found = dict.fromkeys(("position_difference", "position_total"), (state, "business_date"))
    for table, (limit, column) in {**told, **found}.items():
        for day in (date.fromordinal(limit.toordinal() - 1), limit, RECENT):
            archive.warehouse.append_rows(table, [row(table, **{column: day})])
    gone = archive.expire()
    for table, (limit, column) in {**told, **found}.items():
        assert archive.dates(table, column) == [limit, RECENT], table
    assert gone["loan_position"].rule_id == "HOUSE-RET-008"
    assert gone["position_total"].rule_id == "HOUSE-RET-003"


def test_the_newest_rows_of_a_table_stay_however_old(archive: Archive) -> None:
    # Here the tasks: the next business date builds on the newest state there is.
    said = [row("call_list_payload", business_date=OLD, customer_id="C1", task_id="T1")]
    archive.warehouse.append_rows("call_list_payload", said)
    archive.expire()
    assert archive.customers("task") == ["C1", "C2"]
    assert archive.customers("call_list_payload") == ["C1"]
    assert not any(r[0] == "task" for r in archive.records())


def test_records_of_contacts_count_from_the_last_activity(archive: Archive) -> None:
    archive.warehouse.append_rows(
        "contact_denial", [row("contact_denial", business_date=RECENT, customer_id="C1")]
    )
    archive.warehouse.append_rows(
        "task", [row("task", business_date=RECENT, customer_id="C3", task_id="T3")]
    )
    said = [
        row("call_list_payload", business_date=OLD, customer_id=f"C{n}", task_id=f"T{n}")
        for n in (1, 2)
    ]
    archive.warehouse.append_rows("call_list_payload", said)
    assert archive.expire()["task"].quantity == 1
    assert archive.customers("task") == ["C1"]
    # What a task says goes with it, although there is no newer call.
    assert archive.customers("call_list_payload") == ["C1"]


def test_the_first_day_that_is_kept_is_on_the_limit(archive: Archive) -> None:
    for table, cut in CUTS.items():
        day_before = date.fromordinal(cut.toordinal() - 1)
        archive.warehouse.append_rows(
            table, [row(table, business_date=d, line_no=9, raw_text="") for d in (cut, day_before)]
        )
        archive.expire()
        assert archive.dates(table) == [cut, RECENT], table


def test_a_second_run_changes_nothing(archive: Archive) -> None:
    archive.expire()
    files, records = archive.files(), archive.records()
    assert archive.expire() == {}
    assert (archive.files(), archive.records()) == (files, records)


def test_a_dry_run_tells_the_same_and_deletes_nothing(archive: Archive) -> None:
    before = archive.files(), archive.dates("loan_stage")
    told = archive.expire(dry_run=True)
    assert (archive.files(), archive.dates("loan_stage")) == before
    assert archive.records() == []
    assert archive.expire() == told


def test_only_a_date_of_the_book_can_be_the_measure(archive: Archive) -> None:
    with pytest.raises(DayError, match="not in the book of business dates, the newest one is"):
        archive.expire(date(2036, 1, 1))
