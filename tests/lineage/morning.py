"""What the small lender of these tests delivers, and what was delivered at a line of a file."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from postloan.lineage.task_lineage import LineageStep, explain_task
from tests.support.deliveries import CUSTOMER, NEXT_DAY, OPENING_DAY, Lender
from tests.support.whole_day import run_whole_day

REMINDED, CALLED, STUDENT, BORROWER, SUED = "C1", "C2", "C3", "C4", "C5"
PEOPLE = (REMINDED, CALLED, STUDENT, BORROWER, SUED)


def _days_before(days: int) -> str:
    """The due date that makes a loan so many days past due on the next day."""
    return (NEXT_DAY - timedelta(days=days)).isoformat()


def _loan(customer_id: str) -> dict[str, str]:
    return {
        "loan_id": customer_id.replace("C", "L"),
        "customer_id": customer_id,
        "product": "consumer",
        "currency": "CNY",
        "principal": "1200.00",
        "disbursed_on": "2026-01-05",
        "loan_status": "active",
    }


def instalment(loan_id: str, number: int, due_on: str) -> dict[str, str]:
    """A row of the feed, of 100.00."""
    return {
        "loan_id": loan_id,
        "instalment_no": str(number),
        "due_on": due_on,
        "amount_due": "100.00",
    }


def payment(repayment_id: str, loan_id: str, paid_on: str, amount: str) -> dict[str, str]:
    """A row of the feed; it names no instalment."""
    return {
        "repayment_id": repayment_id,
        "loan_id": loan_id,
        "paid_on": paid_on,
        "amount": amount,
        "payment_type": "regular",
    }


def _consent(consent_id: str, customer_id: str, purpose: str) -> dict[str, str]:
    return {
        "consent_id": consent_id,
        "customer_id": customer_id,
        "purpose": purpose,
        "consent_kind": "separate",
        "granted_on": "2026-01-05",
    }


def _enrolment(effective_on: str, status_code: str) -> dict[str, str]:
    return {
        "customer_id": STUDENT,
        "institution_id": "U1",
        "effective_on": effective_on,
        "code_system": "cn",
        "status_code": status_code,
    }


def deliver_opening(lender: Lender) -> None:
    """The full book: one loan each, of which two are past due already."""
    lender.send(
        customer=[
            {**CUSTOMER, "customer_id": c, "phone": f"1540000000{n}"}
            for n, c in enumerate(PEOPLE, 1)
        ],
        loan=[_loan(c) for c in PEOPLE],
        instalment=[
            instalment("L1", 1, _days_before(61)),
            instalment("L1", 2, _days_before(1)),
            instalment("L2", 1, _days_before(38)),
            instalment("L2", 2, _days_before(8)),
            instalment("L3", 1, "2027-01-05"),
            instalment("L4", 1, "2027-01-05"),
            instalment("L5", 1, _days_before(91)),
        ],
        repayment=[
            payment("R1", "L1", _days_before(61), "100.00"),
            payment("R2", "L2", _days_before(38), "100.00"),
        ],
        consent=[
            _consent("K1", STUDENT, "registry_query"),
            _consent("K2", BORROWER, "bureau_query"),
        ],
        hold=[
            {
                "hold_id": "H1",
                "customer_id": CALLED,
                "hold_kind": "complaint",
                "starts_on": "2026-03-01",
                "ends_on": "2026-04-01",
            }
        ],
        pause=[
            {
                "pause_id": "P1",
                "loan_id": "L5",
                "starts_on": _days_before(50),
                "ends_on": _days_before(49),
                "pause_reason": "disaster",
            }
        ],
    )
    lender.send(source="student_registry", enrolment=[_enrolment("2025-09-01", "01")])
    lender.send(source="credit_bureau", bureau_loan=[])
    lender.send(
        source="feedback",
        complaint=[
            {
                "complaint_id": "B1",
                "customer_id": CALLED,
                "received_at": "2026-05-01 10:00:00",
                "complaint_kind": "conduct",
                "complaint_state": "upheld",
                "closed_on": "2026-05-09",
            }
        ],
        privacy_request=[
            {
                "request_id": "Q1",
                "customer_id": CALLED,
                "request_kind": "access",
                "received_at": "2026-06-01 10:00:00",
                "request_state": "granted",
                "closed_on": "2026-06-03",
            }
        ],
        consent_change=[
            {
                "change_id": "D1",
                "customer_id": STUDENT,
                "purpose": "marketing",
                "change_kind": "withdrawn",
                "changed_on": "2026-07-01",
            }
        ],
    )


def deliver_next_day(lender: Lender) -> None:
    """A part payment, a student who left, and five other lenders."""
    lender.send(NEXT_DAY, repayment=[payment("R3", "L2", "2026-11-20", "30.00")])
    lender.send(NEXT_DAY, "feedback", complaint=[])
    lender.send(NEXT_DAY, "student_registry", enrolment=[_enrolment("2026-11-10", "03")])
    lender.send(
        NEXT_DAY,
        "credit_bureau",
        bureau_loan=[
            {
                "customer_id": BORROWER,
                "account_ref": f"A{n}",
                "lender_id": f"B{n}",
                "opened_on": "2025-01-05",
                "balance": "500.00",
                "overdue_amount": "0.00",
            }
            for n in range(1, 6)
        ],
    )


@dataclass(frozen=True)
class Morning:
    """The lender with its task files published."""

    lender: Lender

    def task_id(self, queue: str, customer_id: str, day: date = NEXT_DAY) -> str:
        """The only task of a customer in a queue."""
        rows = self.lender.warehouse.fetch(
            "select distinct task_id from task where queue = $queue and customer_id = $customer "
            "and business_date = cast($day as date) and task_action = 'added'",
            {"queue": queue, "customer": customer_id, "day": day},
        )
        ((task_id,),) = rows
        return str(task_id)

    def chain(self, queue: str, customer_id: str) -> list[LineageStep]:
        """The chain behind that task."""
        return explain_task(self.lender.warehouse, self.task_id(queue, customer_id))

    def delivered(self, step: LineageStep) -> Mapping[str, str]:
        """What stands in the landing zone at the line that a step names."""
        assert step.source
        assert step.delivered_on
        assert step.file_name
        assert step.line_no
        path = self.lender.folder(step.delivered_on, step.source) / step.file_name
        lines = path.read_text(encoding="utf-8").splitlines()
        (row,) = csv.DictReader(io.StringIO(f"{lines[0]}\n{lines[step.line_no - 1]}\n"))
        return row

    def told_sha256(self, step: LineageStep) -> str:
        """The hash that the manifest of the step's delivery gives for its file."""
        assert step.source
        assert step.delivered_on
        manifest = self.lender.manifest(step.delivered_on, step.source)
        (told,) = [f["sha256"] for f in manifest["files"] if f["file"] == step.file_name]
        return str(told)


def live_through_a_day(lender: Lender) -> Morning:
    """The opening of the book and one business date, from the files to the published tasks."""
    deliver_opening(lender)
    run_whole_day(lender.warehouse, OPENING_DAY)
    deliver_next_day(lender)
    run_whole_day(lender.warehouse, NEXT_DAY)
    return Morning(lender)
