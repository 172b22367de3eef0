"""What the people who approve legal cases were asked, and what was shown to them, on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from postloan.errors import PostloanError
from postloan.legal.cases import Moment
from postloan.warehouse import Warehouse

COLUMNS = (
    "case_id",
    "loan_id",
    "customer_id",
    "product",
    "currency",
    "stage",
    "days_past_due",
    "claim_amount",
    "claim_principal",
    "claim_interest",
    "claim_fee",
    "claim_scope",
    "limitation_earliest_on",
    "excluded_routes",
    "is_full_time_student",
    "plan",
    "missing_items",
    "missing_zh",
    "missing_en",
    "dunning_zh",
    "dunning_en",
    "approvals_needed",
    "substance",
)
"""What is kept of a case that is shown; the columns of `legal_case_waiting`."""

NO_SUBSTANCE = (
    "case_id",
    "loan_id",
    "days_past_due",
    "missing_zh",
    "missing_en",
    "dunning_zh",
    "dunning_en",
    "substance",
)
"""What names the case, counts up by itself, or tells of the same in other words.

All other columns are the substance of a decision: of a question (`substance` of
`legal_case_figures`), of what is told as changed (`legal_question`), and of an approval
(`legal_case_change`).
"""

_ON_RECORD = exp.select(*COLUMNS).from_("legal_request_case")
_OF_THE_QUESTION = "asked_on = cast($business_date as date) and round = $round"
_BEFORE_IT = """
    asked_on < cast($business_date as date)
    or (asked_on = cast($business_date as date) and round < $round)
"""
_NEWEST = "row_number() over (partition by case_id order by asked_on desc, round desc) = 1"

SHOWN = _ON_RECORD.where(_OF_THE_QUESTION, dialect="duckdb").order_by("case_id", dialect="duckdb")
SHOWN_BEFORE = _ON_RECORD.where(_BEFORE_IT, dialect="duckdb").qualify(_NEWEST, dialect="duckdb")

REQUESTS = """
    select asked_on, round, known_on, answered_on
    from legal_request
    order by asked_on desc, round desc
"""


@dataclass(frozen=True)
class Shown:
    """A case as a question shows it, with what a new question is asked for when it changes."""

    row: Mapping[str, Any]

    @property
    def case_id(self) -> str:
        """Number of the case."""
        return str(self.row["case_id"])

    @property
    def substance(self) -> str:
        """All that counts of what is shown, as text; see `NO_SUBSTANCE`."""
        return str(self.row["substance"])

    @property
    def missing_items(self) -> tuple[str, ...]:
        """Codes of the items the case file lacks, in the order of the checklist."""
        return tuple(filter(None, (self.row["missing_items"] or "").split(",")))

    @property
    def approvals_needed(self) -> int:
        """How many different people must approve."""
        return int(self.row["approvals_needed"])


@dataclass(frozen=True)
class AskedRequest:
    """A question on record: its date, its number on that date, and when it was answered."""

    asked_on: date
    round: int
    known_on: date
    answered_on: date | None

    @property
    def is_answered(self) -> bool:
        """Whether somebody has answered it, for all of its cases, for some, or in vain."""
        return self.answered_on is not None


def waiting_cases(warehouse: Warehouse, business_date: date) -> dict[str, Shown]:
    """Cases that a person may decide on as of a date, in the order of their numbers."""
    rows = warehouse.read_model("legal_case_waiting", {"business_date": business_date})
    return {row[0]: Shown(dict(zip(COLUMNS, row, strict=True))) for row in rows}


def approvers(warehouse: Warehouse, business_date: date) -> dict[str, tuple[str, ...]]:
    """Who has approved each waiting case already, of the approvals that still count."""
    found: dict[str, tuple[str, ...]] = {}
    for case_id, user in warehouse.read_model(
        "legal_case_approver", {"business_date": business_date}
    ):
        found[case_id] = (*found.get(case_id, ()), user)
    return found


def newest_request(warehouse: Warehouse) -> AskedRequest | None:
    """The question that was asked last; every other one is superseded by it."""
    return next((AskedRequest(*row) for row in warehouse.fetch(REQUESTS)), None)


def request_of(warehouse: Warehouse, asked_on: date, number: int) -> AskedRequest:
    """A question by its date and number.

    Raises:
        PostloanError: no such question was asked.
    """
    for row in warehouse.fetch(REQUESTS):
        if (row[0], row[1]) == (asked_on, number):
            return AskedRequest(*row)
    raise PostloanError(
        f"Nothing was asked about legal cases on {asked_on} in round {number}; nothing was "
        f"decided. Answer a question that was asked."
    )


def shown_cases(warehouse: Warehouse, asked_on: date, number: int) -> dict[str, Shown]:
    """The cases of a question as they were shown."""
    rows = warehouse.fetch(SHOWN, {"business_date": asked_on, "round": number})
    return {row[0]: Shown(dict(zip(COLUMNS, row, strict=True))) for row in rows}


def shown_before(warehouse: Warehouse, asked_on: date, number: int) -> dict[str, Shown]:
    """Every case as it was shown last before a question."""
    rows = warehouse.fetch(SHOWN_BEFORE, {"business_date": asked_on, "round": number})
    return {row[0]: Shown(dict(zip(COLUMNS, row, strict=True))) for row in rows}


def moved_since(warehouse: Warehouse, asked_on: date, number: int) -> dict[str, tuple[date, str]]:
    """What became last of every case between the question that showed it before and this one."""
    rows = warehouse.read_model("case_moved_since", {"business_date": asked_on, "round": number})
    return {case_id: (on, event) for case_id, on, event in rows}


def keep_request(warehouse: Warehouse, moment: Moment, cases: Mapping[str, Shown]) -> int:
    """Put a question on record with all that it shows; its number on its date."""
    asked_on, latest = moment.day.date, newest_request(warehouse)
    number = latest.round + 1 if latest and latest.asked_on == asked_on else 1
    key: dict[str, Any] = {"asked_on": asked_on, "round": number}
    warehouse.append_rows("legal_request", [{**key, "known_on": moment.known_on}])
    warehouse.append_rows("legal_request_case", [{**c.row, **key} for c in cases.values()])
    return number


def mark_answered(warehouse: Warehouse, request: AskedRequest, answered_on: date) -> None:
    """Note on a question when it was first answered, also in vain; what waits on is asked anew."""
    if not request.is_answered:
        key = {"asked_on": request.asked_on, "round": request.round}
        row = {**key, "known_on": request.known_on, "answered_on": answered_on}
        warehouse.replace_slice("legal_request", key, [row])
