"""A small hand-made book for tests of decisions: facts and stages, one call each.

All names and numbers are invented; the numbers are of a block that no operator was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.business_date import BusinessDay
from postloan.business_day.result import StepResult
from postloan.legal.approve_legal_cases import Request, Verdict, decide
from postloan.legal.start_legal_preparation import start_legal_preparation
from postloan.publication.publish_task_files import publish_task_files
from postloan.rules.tables import publish_rules
from postloan.warehouse import Warehouse

LONG_AGO = date(2020, 1, 1)
NOTICE = timedelta(days=30)
STAGES = ((90, "severe", 4), (30, "escalation", 3), (15, "early_warning", 2), (1, "reminder", 1))
PHONE = "15400000001"


def stage_of(days_past_due: int) -> tuple[str, int]:
    """Stage and rank of the house rules; 0 days are current."""
    return next(
        ((stage, rank) for bound, stage, rank in STAGES if days_past_due >= bound), ("current", 0)
    )


def at(days: int, days_past_due: int, on: date) -> date:
    """The day on which a loan that is `days_past_due` on a date was `days` past due."""
    return on - timedelta(days=days_past_due - days)


@dataclass
class Book:
    """Writes facts and stages into a warehouse and runs the decision steps on them."""

    warehouse: Warehouse
    outbox: Path
    line: int = 0

    def fact(self, feed: str, received_on: date = LONG_AGO, **values: Any) -> None:
        """One row of a feed."""
        self.line += 1
        row = {**values, "received_on": received_on, "line_no": self.line}
        self.warehouse.append_rows(feed, [row])

    def customer(self, customer_id: str, received_on: date = LONG_AGO, **values: Any) -> None:
        """A customer with a valid number, unless told otherwise."""
        person = {"customer_name": "测试甲", "phone": PHONE, "customer_group": "employed", **values}
        self.fact("customer", received_on, customer_id=customer_id, **person)

    def loan(self, loan_id: str, customer_id: str, **values: Any) -> None:
        """An active loan of a customer."""
        terms = {
            "product": "consumer",
            "currency": "CNY",
            "loan_status": "active",
            "contract_id": f"K-{loan_id}",
            "principal": Decimal("1000.00"),
            "disbursed_on": date(2024, 1, 1),
            **values,
        }
        self.fact("loan", loan_id=loan_id, customer_id=customer_id, **terms)

    def past_due(
        self,
        on: date,
        loan_id: str,
        customer_id: str,
        days_past_due: int,
        amount: str = "100.00",
        **values: Any,
    ) -> None:
        """What staging writes for one loan on one date; 0 days past due are a cure."""
        stage, rank = stage_of(days_past_due)
        bound = next((b for b, s, _ in STAGES if s == stage), 0)
        common = {"business_date": on, "loan_id": loan_id, "customer_id": customer_id}
        common |= {"known_from": on, "version_no": 1}
        terms = {"product": "consumer", "currency": values.pop("currency", "CNY")}
        staged = {
            "stage": stage,
            "stage_rank": rank,
            "previous_stage": stage,
            "is_opening": False,
            "is_paused": False,
            "was_paused": False,
            "stage_entered_on": at(bound, days_past_due, on),
            "episode_started_on": at(1, days_past_due, on),
        }
        days = {"days_past_due": days_past_due, "calendar_days_past_due": days_past_due}
        overdue = {"oldest_unpaid_due_on": at(0, days_past_due, on), "overdue_instalments": 1}
        for name in overdue:
            overdue[name] = values.pop(name, overdue[name])
        split = {k: values.pop(k) for k in list(values) if k.startswith("overdue_")}
        self.warehouse.append_rows(
            "loan_stage",
            [
                {
                    **common,
                    **terms,
                    **staged,
                    **days,
                    **values,
                    "overdue_amount": Decimal(amount),
                }
            ],
        )
        if rank:
            self.warehouse.append_rows(
                "loan_delinquency",
                [
                    {
                        **common,
                        **terms,
                        **overdue,
                        **split,
                        **days,
                        "paused_days": 0,
                        "is_paused": values.get("is_paused", False),
                        "overdue_amount": Decimal(amount),
                    }
                ],
            )

    def debtor(self, on: date, number: int, days_past_due: int, **values: Any) -> None:
        """A customer `C<n>` with the one loan `L<n>`, past due on a date."""
        self.customer(f"C{number}", phone=f"1540000{number:04d}")
        self.loan(f"L{number}", f"C{number}")
        self.past_due(on, f"L{number}", f"C{number}", days_past_due, **values)

    def instalment(self, loan_id: str, due_on: date, amount: str = "100.00") -> None:
        """The one instalment of a loan."""
        terms: dict[str, Any] = {
            "instalment_no": 1,
            "due_on": due_on,
            "amount_due": Decimal(amount),
        }
        self.fact("instalment", loan_id=loan_id, **terms)

    def hold(
        self,
        customer_id: str,
        starts_on: date,
        ends_on: date | None = None,
        hold_kind: str = "complaint",
        loan_id: str | None = None,
    ) -> None:
        """A hold on a customer, or on one loan, that was announced some weeks before."""
        self.fact(
            "hold",
            starts_on - NOTICE,
            hold_id=f"H{self.line}",
            customer_id=customer_id,
            loan_id=loan_id,
            hold_kind=hold_kind,
            starts_on=starts_on,
            ends_on=ends_on,
        )

    def pause(
        self,
        loan_id: str,
        starts_on: date,
        ends_on: date | None = None,
        pause_reason: str = "moratorium",
        received_on: date | None = None,
    ) -> None:
        """A pause of one loan, announced some weeks before unless told otherwise."""
        self.fact(
            "pause",
            received_on or starts_on - NOTICE,
            pause_id=f"P{self.line}",
            loan_id=loan_id,
            starts_on=starts_on,
            ends_on=ends_on,
            pause_reason=pause_reason,
        )

    def student_alert(self, on: date, customer_id: str, **values: Any) -> None:
        """An adverse change at school."""
        self.warehouse.append_rows(
            "student_alert",
            [
                {
                    "business_date": on,
                    "customer_id": customer_id,
                    "institution_id": "U1",
                    "alert": "status_change",
                    "canonical_status": "withdrawn",
                    "previous_status": "enrolled",
                    "severity": "high",
                    "effect": "contract_review",
                    "effective_on": on,
                    "reported_on": on,
                    "delivered_on": on,
                    "code_system": "cn",
                    "status_code": "03",
                    "rule_id": "enrolment_status_map",
                    "rule_version": "test",
                    **values,
                }
            ],
        )

    def multi_lender_alert(self, on: date, customer_id: str) -> None:
        """Debt with several lenders."""
        self.warehouse.append_rows(
            "multi_lender_alert",
            [
                {
                    "business_date": on,
                    "customer_id": customer_id,
                    "alert_level": "high",
                    "previous_level": "none",
                    "open_lenders": 6,
                    "open_debts": 6,
                    "new_lenders_short": 3,
                    "new_lenders_long": 4,
                    "open_balance": Decimal("90000.00"),
                    "overdue_with_others": Decimal("0.00"),
                    "monthly_payment": Decimal("4000.00"),
                    "own_payment": Decimal("100.00"),
                    "average_income": None,
                    "debt_to_income": None,
                    "bureau_delivered_on": on,
                    "rules_met": "open_lenders",
                    "rule_id": "multi_lender",
                    "rule_version": "test",
                }
            ],
        )

    def forget_stages(self, on: date) -> None:
        """Take the stages of a date back, as a new revision of the date does."""
        for table in ("loan_stage", "loan_delinquency"):
            self.warehouse.delete_partition(table, on)

    def prepare(self, day: BusinessDay) -> StepResult:
        """Publish the rules, run `start_legal_preparation` and close the date."""
        publish_rules(self.warehouse, day.date)
        result = start_legal_preparation(self.warehouse, day)
        self.close(day)
        return result

    def close(self, day: BusinessDay, load_no: int | None = None) -> None:
        """Note in the book of dates that a date is closed."""
        key = {"business_date": day.date, "revision": day.revision}
        row = {
            **key,
            "day_state": "closed",
            "is_opening": day.is_opening,
            "previous_date": day.previous_date,
            "input_fingerprint": "made by hand",
            "load_no": load_no,
        }
        self.warehouse.replace_slice("business_day", key, [row])

    def loaded(self, on: date, feed: str = "customer", load_no: int | None = None) -> None:
        """Note in the ledger that a delivery of a date is loaded."""
        row = {
            "business_date": on,
            "source": "core_banking",
            "feed": feed,
            "revision": 1,
            "is_opening": False,
            "file_name": "made by hand",
            "file_sha256": "none",
            "contract_version": "1.0.0",
            "rows_in": 1,
            "rows_loaded": 1,
            "rows_quarantined": 0,
            "load_no": load_no,
        }
        self.warehouse.append_rows("delivery", [row])

    def answer(
        self, request: Request, user: str, decision: str = "approved", reason: str = "papers exist"
    ) -> StepResult:
        """One person says the same of every case of a question."""
        verdicts = [Verdict(case.case_id, decision, reason) for case in request.cases]
        return decide(
            self.warehouse,
            request.asked_on,
            request.round,
            verdicts,
            decided_by=user,
            outbox=self.outbox,
        )

    def answer_each(
        self, request: Request, user: str, said: Mapping[str, str | None]
    ) -> StepResult:
        """One person says something of each loan; of None nothing."""
        verdicts = [
            Verdict(case.case_id, decision, "papers exist")
            for case in request.cases
            if (decision := said[case.loan_id])
        ]
        key = (request.asked_on, request.round)
        return decide(self.warehouse, *key, verdicts, decided_by=user, outbox=self.outbox)

    def publish(self, day: BusinessDay) -> StepResult:
        """Publish the rules and run `publish_task_files`."""
        publish_rules(self.warehouse, day.date)
        return publish_task_files(self.warehouse, day, self.outbox)

    def tasks(self, on: date, queue: str) -> list[str]:
        """Candidate keys of the tasks of a queue that stand."""
        return [
            key
            for (key,) in self.warehouse.fetch(
                "select candidate_key from task as t where business_date = cast($on as date) "
                "and queue = $queue and task_action = 'added' and not exists ("
                "select 1 from task as r where r.task_id = t.task_id and r.queue = t.queue "
                "and r.task_action = 'recalled' and r.revision > t.revision "
                "and r.business_date = t.business_date) order by candidate_key",
                {"on": on, "queue": queue},
            )
        ]

    def denials(self, on: date, queue: str = "sms_reminder") -> list[tuple[str, str, str]]:
        """(candidate key, reason, rule) of the denials of a queue."""
        return [
            (key, reason, rule)
            for key, reason, rule in self.warehouse.fetch(
                "select candidate_key, reason, rule_id from contact_denial "
                "where business_date = cast($on as date) and queue = $queue "
                "order by candidate_key, reason",
                {"on": on, "queue": queue},
            )
        ]
