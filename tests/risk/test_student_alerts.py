"""Alerts to students: once, only with consent, and not where they merely change school."""

from datetime import date, timedelta

from tests.risk.book import OPENING, Book, later

STEP = "raise_student_alerts"
ALERT = "customer_id, institution_id, alert, canonical_status, severity, effect"


def night(book: Book, on: date) -> dict[str, int]:
    """Counts of the step on a date that follows the day before it; the opening follows none."""
    previous = None if on == OPENING else on - timedelta(days=1)
    return dict(book.students(on, previous).counts)


def test_an_adverse_status_is_raised_on_the_night_it_is_known_and_not_again(book: Book) -> None:
    book.borrower("C1", "registry_query")
    book.delivered("enrolment", OPENING)
    book.enrolment(OPENING, "C1", "01", effective_on=later(-400))
    assert night(book, OPENING) == {"status_changes": 1, "alerts": 0, "registry_consent_missing": 0}
    book.enrolment(later(1), "C1", "03", effective_on=later(-20))
    assert night(book, later(1)) == {
        "status_changes": 1,
        "alerts": 1,
        "alerts_status_change": 1,
        "registry_consent_missing": 0,
    }
    assert night(book, later(2))["alerts"] == 0
    # The registry sends the same status once more, now with today's date.
    book.enrolment(later(3), "C1", "03", effective_on=later(3))
    assert night(book, later(3))["alerts"] == 0
    assert book.rows("student_alert", ALERT, later(1)) == [
        ("C1", "U1", "status_change", "withdrawn", "high", "contract_review")
    ]


def test_what_is_adverse_at_the_opening_is_raised_on_no_night(book: Book) -> None:
    book.borrower("C1", "registry_query")
    book.enrolment(OPENING, "C1", "03")
    assert [night(book, later(n))["alerts"] for n in range(3)] == [0, 0, 0]


def test_whoever_has_died_is_no_longer_contacted(book: Book) -> None:
    book.borrower("C1", "registry_query")
    night(book, OPENING)
    book.enrolment(later(1), "C1", "D", code_system="nsc")
    assert night(book, later(1))["alerts"] == 1
    assert book.rows("student_alert", ALERT, later(1)) == [
        ("C1", "U1", "status_change", "deceased", "high", "stop_contact")
    ]


def test_reports_without_consent_are_counted_and_not_used(book: Book) -> None:
    for customer_id in ("C1", "C2", "C3", "C4"):
        book.borrower(customer_id)
    book.consent("C1", "registry_query")
    book.consent("C2", "registry_query", consent_kind="general")
    book.consent("C3", "bureau_query")
    night(book, OPENING)
    # C4 was reported yesterday; C2 twice today, for two schools.
    book.enrolment(OPENING, "C4", "03")
    for customer_id in ("C1", "C2", "C3"):
        book.enrolment(later(1), customer_id, "03")
    book.enrolment(later(1), "C2", "03", institution_id="U2")
    assert night(book, later(1))["registry_consent_missing"] == 2
    assert book.rows("student_alert", "customer_id", later(1)) == [("C1",)]
    assert book.rows("student_status", "customer_id", later(1)) == [("C1",)]


def test_consent_that_is_given_later_brings_the_alert(book: Book) -> None:
    book.borrower("C1")
    book.enrolment(OPENING, "C1", "03")
    night(book, OPENING)
    book.consent("C1", "registry_query", received_on=later(1))
    assert [night(book, later(n))["alerts"] for n in (1, 2)] == [1, 0]


def test_a_transfer_waits_sixty_days_for_enrolment_elsewhere(book: Book) -> None:
    for customer_id in ("C1", "C2"):
        book.borrower(customer_id, "registry_query")
        book.enrolment(OPENING, customer_id, "01", effective_on=later(-400))
    night(book, OPENING)
    for customer_id in ("C1", "C2"):
        book.enrolment(later(3), customer_id, "10", effective_on=later(1))
    assert night(book, later(3)) == {
        "status_changes": 2,
        "alerts": 0,
        "registry_consent_missing": 0,
    }
    book.enrolment(later(40), "C2", "01", institution_id="U2", effective_on=later(30))
    assert [night(book, later(n))["alerts"] for n in (40, 60, 61, 62)] == [0, 0, 1, 0]
    assert book.rows("student_alert", "customer_id, alert", later(61)) == [
        ("C1", "transfer_not_resumed")
    ]


def test_nights_that_nobody_ran_are_caught_up(book: Book) -> None:
    book.borrower("C1", "registry_query")
    night(book, OPENING)
    book.enrolment(later(1), "C1", "10")
    book.students(later(1), OPENING)
    # The wait was over on day 61; the nights around it did not run.
    assert book.students(later(70), later(50)).counts["alerts_transfer_not_resumed"] == 1
    assert book.students(later(71), later(70)).counts["alerts"] == 0


def test_a_code_that_nobody_has_mapped_is_told_apart(book: Book) -> None:
    book.borrower("C1", "registry_query")
    night(book, OPENING)
    book.enrolment(later(1), "C1", "77")
    assert night(book, later(1))["alerts_unmapped_status"] == 1
    assert book.rows("student_alert", ALERT, later(1)) == [
        ("C1", "U1", "unmapped_status", "unmapped", "medium", "extend_crosswalk")
    ]


def test_a_registry_that_has_not_delivered_lately_is_noted(book: Book) -> None:
    # The bureau delivers, which says nothing about the registry.
    book.delivered("bureau_loan", OPENING)
    book.delivered("bureau_loan", later(61))
    note = book.students(OPENING, None).note
    assert note == "not refreshed: enrolment was never delivered"
    assert book.measures(OPENING, STEP)["alerts"] == (0, note)
    book.delivered("enrolment", later(1))
    assert book.students(later(61), later(60)).note == ""
    note = book.students(later(62), later(61)).note
    assert note == f"not refreshed: enrolment last came for {later(1)}, more than 60 days ago"
    # On a past date that is run again the delivery is not known yet.
    assert book.students(OPENING, None).note == "not refreshed: enrolment was never delivered"


def test_a_repeated_run_gives_the_same_rows(book: Book) -> None:
    book.borrower("C1", "registry_query")
    book.borrower("C2")
    tables = ("student_status", "student_alert")
    book.enrolment(OPENING, "C1", "01")
    night(book, OPENING)
    for customer_id in ("C1", "C2"):
        book.enrolment(later(1), customer_id, "02")
    night(book, later(1))
    book.enrolment(later(2), "C1", "11")
    night(book, later(2))
    first = [book.whole(later(n), *tables) for n in range(3)]
    for n in range(3):
        night(book, later(n))
    assert [book.whole(later(n), *tables) for n in range(3)] == first
    assert [len(f["student_alert"]) for f in first] == [0, 1, 1]
