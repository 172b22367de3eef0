"""Packs of single values and nothing else; a model for each, since each has its own reader."""

from typing import Literal

from pydantic import Field

from postloan.rules.model import Pack, Rows
from postloan.rules.parameters import Count, Number, Parameters, Word


class _Values(Pack):
    kind: Literal["parameters"]
    parameters: Parameters

    def rows(self) -> Rows:
        """The values as rows of `rule_parameter`."""
        yield from self.parameters.rows(self)


class DaysAhead(Parameters):
    """How many days ahead of the book a delivery may be dated."""

    days_ahead: Number


class DeliveryDates(_Values):
    """How far ahead of the book a delivery may be dated."""

    name: Literal["delivery_dates"] = Field(alias="pack")
    parameters: DaysAhead


class ListedAtMost(Parameters):
    """After how many rows, and after how many megabytes, none is listed."""

    listed_rows: Number
    listed_megabytes: Number


class QuarantineFiles(_Values):
    """How much of the refused rows is listed in the files for people."""

    name: Literal["quarantine_files"] = Field(alias="pack")
    parameters: ListedAtMost


class LimitationYears(Parameters):
    """The limitation period of a claim."""

    limitation_years: Count


class Limitation(_Values):
    """How long a claim may be brought to court."""

    name: Literal["cn_limitation"] = Field(alias="pack")
    parameters: LimitationYears


class ExcludedRoutes(Parameters):
    """The route that is closed where the debtor is a full-time student."""

    excluded_for_full_time_students: Word


class LegalRoutes(_Values):
    """Routes that the law keeps from some debtors."""

    name: Literal["cn_legal_routes"] = Field(alias="pack")
    parameters: ExcludedRoutes
