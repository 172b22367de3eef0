"""What the teams report back stops contact with the next files, and no longer than it may."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.errors import RuleError
from postloan.rules.packs import rule_book
from postloan.rules.tables import compile_rules
from tests.support.decision_book import Book
from tests.support.rule_files import RuleFiles

DAY = date(2026, 11, 20)
YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)
LATER = DAY + timedelta(days=2)
TODAY = BusinessDay(DAY, 1, YESTERDAY)
AT_NOON = datetime.fromisoformat("2026-11-19 12:00:00")
HOUSE = "contact/house.yaml"


@pytest.fixture
def debtor(book: Book) -> Book:
    """One debtor who is owed a message and a call."""
    book.customer("C1")
    book.loan("L1", "C1")
    book.past_due(DAY, "L1", "C1", 8)
    return book


def complaint(book: Book, received_on: date = DAY, **values: Any) -> None:
    told = {"complaint_kind": "conduct", "complaint_state": "received", **values}
    book.fact(
        "complaint", received_on, complaint_id="K", customer_id="C1", received_at=AT_NOON, **told
    )


def request(book: Book, received_on: date = DAY, **values: Any) -> None:
    told = {"request_kind": "channel_opt_out", "request_state": "received", **values}
    book.fact(
        "privacy_request",
        received_on,
        request_id="Q",
        customer_id="C1",
        received_at=AT_NOON,
        **told,
    )


def outcome(book: Book, number: int, **values: Any) -> None:
    told = {
        "channel": "phone",
        "counterpart": "third_party",
        "result": "wrong_number",
        "attempted_at": AT_NOON,
        **values,
    }
    book.fact("contact_outcome", DAY, outcome_id=f"O{number}", customer_id="C1", **told)


def contacted(book: Book) -> set[str]:
    """The queues in which the debtor stands today."""
    book.publish(TODAY)
    return {queue for queue in ("sms_reminder", "call_list") if book.tasks(DAY, queue)}


def refusals(book: Book, queue: str) -> list[tuple[str, str]]:
    """(reason, rule) of the denials of a queue."""
    return [(reason, rule) for _, reason, rule in book.denials(DAY, queue)]


BOTH = {"sms_reminder", "call_list"}


def test_without_feedback_the_debtor_is_contacted(debtor: Book) -> None:
    assert contacted(debtor) == BOTH
    assert refusals(debtor, "call_list") == []


@pytest.mark.parametrize(
    ("known_on", "values", "is_stopped"),
    [
        (TOMORROW, {}, False),
        (DAY, {}, True),
        (DAY, {"closed_on": LATER, "complaint_state": "upheld"}, True),
        (DAY, {"closed_on": TOMORROW, "complaint_state": "upheld"}, False),
        (DAY, {"complaint_state": "upheld"}, True),
        (DAY, {"loan_id": "L2"}, True),
    ],
    ids=["not known yet", "open", "closed later", "closed tomorrow", "no date", "another loan"],
)
def test_an_open_complaint_pauses_contact(
    debtor: Book, known_on: date, values: dict[str, Any], is_stopped: bool
) -> None:
    complaint(debtor, known_on, **values)
    assert contacted(debtor) == (set() if is_stopped else BOTH)
    assert refusals(debtor, "call_list") == (
        [("hold_complaint", "CN-COL-020")] if is_stopped else []
    )


def test_a_complaint_about_one_loan_is_of_the_person(debtor: Book) -> None:
    debtor.loan("L2", "C1")
    debtor.past_due(DAY, "L2", "C1", 9, "30.00")
    complaint(debtor, loan_id="L1")
    assert contacted(debtor) == set()


@pytest.mark.parametrize(
    ("known_on", "values", "expected"),
    [
        (TOMORROW, {"channel": "sms"}, BOTH),
        (DAY, {"channel": "sms"}, {"call_list"}),
        (DAY, {"channel": "sms", "request_state": "granted", "closed_on": DAY}, {"call_list"}),
        (DAY, {"channel": "sms", "request_state": "withdrawn", "closed_on": DAY}, BOTH),
        (DAY, {"channel": "phone"}, {"sms_reminder"}),
        (DAY, {}, set()),
    ],
    ids=["not known yet", "asked", "granted", "taken back", "phone", "all channels"],
)
def test_a_channel_that_was_refused_is_not_used(
    debtor: Book, known_on: date, values: dict[str, Any], expected: set[str]
) -> None:
    request(debtor, known_on, **values)
    assert contacted(debtor) == expected
    closed = "sms_reminder" not in expected
    assert refusals(debtor, "sms_reminder") == (
        [("opted_out_of_sms", "HOUSE-CON-013")] if closed else []
    )


@pytest.mark.parametrize(
    ("kind", "state", "rule"),
    [
        ("deletion", "received", "CN-PII-008"),
        ("deletion", "granted", "CN-PII-008"),
        ("restriction", "received", "HOUSE-CON-016"),
        ("deletion", "refused", None),
        ("access", "received", None),
    ],
)
def test_data_that_is_to_be_deleted_goes_out_in_no_file(
    debtor: Book, kind: str, state: str, rule: str | None
) -> None:
    closed_on = DAY if state == "refused" else None
    request(debtor, request_kind=kind, request_state=state, closed_on=closed_on)
    assert contacted(debtor) == (set() if rule else BOTH)
    assert refusals(debtor, "call_list") == ([(f"{kind}_requested", rule)] if rule else [])


def test_a_number_of_somebody_else_is_not_used_again(debtor: Book) -> None:
    outcome(debtor, 1)
    assert contacted(debtor) == set()
    assert refusals(debtor, "call_list") == [("reported_wrong_number", "HOUSE-CON-011")]


def test_a_number_on_which_the_debtor_was_reached_later_is_used(debtor: Book) -> None:
    outcome(debtor, 1)
    later = AT_NOON + timedelta(hours=1)
    outcome(debtor, 2, attempted_at=later, counterpart="debtor", result="connected")
    assert contacted(debtor) == BOTH


@pytest.mark.parametrize(("phone", "is_used"), [("15400000077", True), ("15400000001", False)])
def test_another_number_is_used_and_the_same_one_sent_again_is_not(
    debtor: Book, phone: str, is_used: bool
) -> None:
    outcome(debtor, 1, result="invalid_number", counterpart="nobody")
    debtor.customer("C1", DAY, phone=phone)
    assert contacted(debtor) == (BOTH if is_used else set())


@pytest.mark.parametrize(
    ("known_on", "is_stopped"), [(TOMORROW, False), (DAY, True)], ids=["not known yet", "told"]
)
def test_a_consent_withdrawn_with_a_team_counts_at_once(
    book: Book, known_on: date, is_stopped: bool
) -> None:
    book.customer("C1")
    consent = {"customer_id": "C1", "purpose": "registry_query", "consent_kind": "separate"}
    book.fact("consent", DAY, consent_id="S1", granted_on=date(2026, 1, 1), **consent)
    book.fact(
        "consent_change",
        known_on,
        change_id="D1",
        customer_id="C1",
        purpose="registry_query",
        change_kind="withdrawn",
        changed_on=DAY,
    )
    book.student_alert(DAY, "C1")
    assert book.publish(TODAY).counts["tasks_student_alert"] == int(not is_stopped)
    told = [("no_consent_registry_query", "CN-PII-016")]
    assert refusals(book, "student_alert") == (told if is_stopped else [])


@pytest.mark.parametrize(
    ("changed_on", "granted_on", "is_stopped"),
    [
        (date(2027, 3, 1), date(2026, 1, 1), True),
        (date(2026, 11, 12), date(2026, 11, 15), True),
        (date(2026, 11, 19), DAY, False),
    ],
    ids=["dated ahead", "dated before the consent", "and given again"],
)
def test_a_doubtful_withdrawal_counts(
    book: Book, changed_on: date, granted_on: date, is_stopped: bool
) -> None:
    book.customer("C1")
    consent = {"customer_id": "C1", "purpose": "registry_query", "consent_kind": "separate"}
    book.fact("consent", granted_on, consent_id="S1", granted_on=granted_on, **consent)
    change: dict[str, Any] = {"purpose": "registry_query", "change_kind": "withdrawn"}
    book.fact("consent_change", change_id="D0", customer_id="C2", changed_on=changed_on, **change)
    book.fact(
        "consent_change", DAY, change_id="D1", customer_id="C1", changed_on=changed_on, **change
    )
    book.student_alert(DAY, "C1")
    assert book.publish(TODAY).counts["tasks_student_alert"] == int(not is_stopped)


def test_alerts_wait_while_nobody_can_read_what_a_row_about_the_customer_forbids(
    book: Book,
) -> None:
    place = {"business_date": DAY, "source": "feedback", "feed": "consent_change", "line_no": 2}
    file = {**place, "file_sha256": "f" * 64}
    book.warehouse.append_rows(
        "refused_restriction",
        [{**file, "rows_in": 1, "column_name": "purpose", "reason": "not_in_list"}],
    )
    book.warehouse.append_rows("refused_name", [{**file, "subject": "customer", "spelling": "C1"}])
    for number in (1, 2):
        book.customer(f"C{number}")
        for purpose in ("registry_query", "bureau_query"):
            book.fact(
                "consent",
                consent_id=f"S{number}-{purpose}",
                customer_id=f"C{number}",
                purpose=purpose,
                consent_kind="separate",
                granted_on=date(2026, 1, 1),
            )
        book.student_alert(DAY, f"C{number}")
        book.multi_lender_alert(DAY, f"C{number}")
    counts = book.publish(TODAY).counts
    assert (counts["tasks_student_alert"], counts["tasks_multi_lender_alert"]) == (1, 1)
    for queue in ("student_alert", "multi_lender_alert"):
        assert refusals(book, queue) == [("hold_unclear_row", "HOUSE-UNC-001")]


def test_feedback_protects_on_dates_before_the_plan_asked_for_it_too() -> None:
    def asked(on: date) -> set[tuple[str, str]]:
        rows = compile_rules(rule_book(), on)["rule_queue_check"]
        return {(r["queue"], r["check_name"]) for r in rows}

    assert asked(date(2026, 11, 1)) == asked(date(2026, 10, 31))


def test_a_rule_about_something_that_no_feed_can_say_is_refused(rule_files: RuleFiles) -> None:
    rule_files.change(HOUSE, {"result: wrong_number": "result: wrong_nomber"})
    with pytest.raises(RuleError, match="HOUSE-CON-011: result wrong_nomber is none of connected"):
        compile_rules(rule_book(), DAY)


@pytest.mark.parametrize(
    ("told", "is_stopped"),
    [
        ("change", True),
        ("request", True),
        ("request for all", True),
        ("consent", True),
        ("change given again", False),
        ("change of marketing", False),
        ("request of marketing", False),
        ("never asked", False),
    ],
)
def test_nothing_goes_outside_the_house_after_its_consent_was_withdrawn(
    debtor: Book, told: str, is_stopped: bool
) -> None:
    book, (how, _, what) = debtor, told.partition(" ")
    purpose = "marketing" if "marketing" in what else "share_with_vendor"
    if how == "change":
        change: dict[str, Any] = {
            "customer_id": "C1",
            "purpose": purpose,
            "consent_kind": "general",
        }
        is_given = "given" in what
        days = {"withdrawn": YESTERDAY, "given": DAY} if is_given else {"withdrawn": DAY}
        for kind, on in days.items():
            key = {"change_id": kind, "change_kind": kind, "changed_on": on}
            book.fact("consent_change", on, **key, **change)
    elif how == "request":
        asked = None if "all" in what else purpose
        request(book, request_kind="consent_withdrawal", purpose=asked)
    elif how == "consent":
        given: dict[str, Any] = {"consent_id": "S1", "customer_id": "C1", "purpose": purpose}
        given |= {"granted_on": date(2026, 1, 1), "withdrawn_on": DAY, "consent_kind": "general"}
        book.fact("consent", DAY, **given)
    assert contacted(book) == (set() if is_stopped else BOTH)
    told_why = [("withdrawn_share_with_vendor", "HOUSE-PRO-034")]
    assert refusals(book, "call_list") == (told_why if is_stopped else [])
