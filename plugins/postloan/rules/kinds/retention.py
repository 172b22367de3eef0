"""How long data is kept; Python reads it where data goes."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from postloan.contracts import catalogue
from postloan.rules.model import Cited, Pack, Part, Words
from postloan.rules.values import Distinct, IfTold, Positive, exactly_one, required

LAST_LOAN = "last_loan"
LAST_ACTIVITY = "last_activity"

LEDGER = frozenset({"loan", "instalment", "repayment", "delivery", "delivery_requeue"})
"""What days past due are computed from, and what a date is known to have been computed from."""

EXPIRES = "expires"
"""Term of the contract of a feed whose rows speak of a time gone by: they may go with the time."""

Files = Literal["data_docs", "deliveries", "manifests", "quarantine", "task_files"]

_SOME_TARGET: dict[str, Any] = {"anyOf": [required("tables"), required("files")]}


class Keep(Part, json_schema_extra={"minProperties": 1, "maxProperties": 1}):
    """Never so short that the next business date misses the state it builds on."""

    days: IfTold[Annotated[int, Field(ge=31)]] = None
    years: IfTold[Positive] = None

    _one_unit = model_validator(mode="after")(exactly_one("days", "years"))

    def told(self) -> str:
        """The time in words."""
        return f"{self.years} years" if self.days is None else f"{self.days} days"

    def back_from(self, day: date) -> date:
        """The oldest business date that is kept, as of another."""
        if self.days is not None:
            return day - timedelta(days=self.days)
        year = day.year - (self.years or 0)
        # 29 February has no counterpart in most years: the day before keeps more.
        return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


class RetentionRule(Cited, json_schema_extra=_SOME_TARGET):
    """How long some tables and files are kept."""

    id: str
    title: Words
    keep: Keep
    counts_from: Literal["business_date", "last_activity", "last_loan"] = "business_date"
    activity: IfTold[Annotated[Distinct[str], Field(min_length=1)]] = None
    tables: IfTold[Distinct[str]] = None
    files: IfTold[Distinct[Files]] = None

    @property
    def counts_from_last_loan(self) -> bool:
        """Whether rows stay while a loan of the customer is owed."""
        return self.counts_from == LAST_LOAN

    @model_validator(mode="after")
    def _keeps_something(self) -> Self:
        if self.tables is None and self.files is None:
            raise ValueError("keeps nothing. Name tables, files or both.")
        return self

    @model_validator(mode="after")
    def _activity_is_of_customers(self) -> Self:
        if (self.counts_from == LAST_ACTIVITY) != (self.activity is not None):
            raise ValueError("counts_from last_activity and activity belong together.")
        tables = catalogue().tables
        for name in self.activity or ():
            if name not in tables or "customer_id" not in tables[name].column_names:
                raise ValueError(f"activity names {name}, which is no table of customers.")
        return self

    @model_validator(mode="after")
    def _tables_may_go(self) -> Self:
        for name in self.tables or ():
            _check_table(name, from_loan=self.counts_from_last_loan)
        return self


def _check_table(name: str, *, from_loan: bool) -> None:
    known = catalogue()
    if name in LEDGER:
        raise ValueError(
            f"{name} holds facts, which days past due are computed from; they never expire. Take "
            f"it off the list."
        )
    if name not in known.tables or not known.tables[name].partition:
        raise ValueError(f"{name} is no table that is kept by business date.")
    columns = known.tables[name].column_names
    if from_loan and not {"customer_id", "loan_id"} & set(columns):
        raise ValueError(f"{name} is no table of customers; it has no last loan.")
    if name in known.feeds and not from_loan and not known.feeds[name].terms.get(EXPIRES):
        raise ValueError(
            f"{name} may hold the latest that is known of a customer. Let it count from "
            f"{LAST_LOAN}, or say in its contract that its rows expire."
        )


class RetentionTimes(Pack):
    """Times that data is kept; of several for the same thing the longest counts."""

    kind: Literal["retention"]
    rules: Annotated[tuple[RetentionRule, ...], Field(min_length=1)]
