"""A legal case as the people who approve are shown it, and what has changed since the last time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from postloan.legal.requests import Shown
from postloan.wording import message


@dataclass(frozen=True)
class Change:
    """One thing that differs from what was shown the last time.

    Attributes:
        what: `case`, `customer`, `product`, `claim`, `principal`, `interest`, `fees`, `scope`,
            `stage`, `limitation`, `missing`, `student`, `routes`, `plan` or `approvals`.
        before, now: what was shown then and is shown now, of `case` and `missing` as a message;
            empty where there is nothing.
    """

    what: str
    before: str
    now: str


@dataclass(frozen=True)
class WaitingCase:
    """A case as it is shown to the people who approve: numbers and codes, nothing personal.

    Attributes:
        case_id: number of the case.
        loan_id: the loan.
        customer_id: the debtor of the loan by now.
        currency: currency of the claim.
        claim_amount: what is overdue.
        claim_scope: `whole` where nothing is left to fall due, else `part`.
        days_past_due: days past due on the date asked.
        limitation_earliest_on: the limitation period ends on this day or later.
        missing_items: codes of the items the case file lacks; an approval needs a reason then.
        is_full_time_student: some routes are closed.
        plan: what is known of a plan or a promise, codes and dates; empty where nothing is.
        approvals_needed: how many different people must approve.
        approved_by: who has approved exactly this already.
        product: product family of the loan; empty in questions of an earlier version.
        claim_principal, claim_interest, claim_fee: the parts of the claim, where they are known.
        missing_zh, missing_en: titles of the missing items.
        dunning_zh, dunning_en: what was asked for and what was reported of it.
        changes: what differs from the last question; None where the case was never shown.
    """

    case_id: str
    loan_id: str
    customer_id: str
    currency: str
    claim_amount: Decimal
    claim_scope: str
    days_past_due: int
    limitation_earliest_on: date | None
    missing_items: tuple[str, ...]
    is_full_time_student: bool
    plan: str
    approvals_needed: int
    approved_by: tuple[str, ...]
    product: str = ""
    claim_principal: Decimal | None = None
    claim_interest: Decimal | None = None
    claim_fee: Decimal | None = None
    missing_zh: str = ""
    missing_en: str = ""
    dunning_zh: str = ""
    dunning_en: str = ""
    changes: tuple[Change, ...] | None = None


def waiting_list(
    cases: Mapping[str, Shown],
    before: Mapping[str, Shown],
    approved: Mapping[str, tuple[str, ...]],
    moved: Mapping[str, tuple[date, str]],
) -> tuple[WaitingCase, ...]:
    """The cases of a question as they are shown.

    Args:
        cases: the cases, in the order of the question.
        before: what was shown of them in the question before.
        approved: who has approved them already.
        moved: what became of them since, with its date: an approval of before has ended with it.
    """
    return tuple(
        _waiting_case(case, before.get(case_id), approved.get(case_id, ()), moved.get(case_id))
        for case_id, case in cases.items()
    )


def _waiting_case(
    case: Shown,
    before: Shown | None,
    approved: tuple[str, ...],
    moved: tuple[date, str] | None,
) -> WaitingCase:
    row = case.row
    return WaitingCase(
        case_id=case.case_id,
        loan_id=row["loan_id"],
        customer_id=row["customer_id"],
        currency=row["currency"],
        claim_amount=row["claim_amount"],
        claim_scope=row["claim_scope"],
        days_past_due=row["days_past_due"],
        limitation_earliest_on=row["limitation_earliest_on"],
        missing_items=case.missing_items,
        is_full_time_student=row["is_full_time_student"],
        plan=row["plan"] or "",
        approvals_needed=case.approvals_needed,
        approved_by=approved,
        product=row["product"] or "",
        claim_principal=row["claim_principal"],
        claim_interest=row["claim_interest"],
        claim_fee=row["claim_fee"],
        missing_zh=row["missing_zh"] or "",
        missing_en=row["missing_en"] or "",
        dunning_zh=row["dunning_zh"] or "",
        dunning_en=row["dunning_en"] or "",
        changes=None if before is None else tuple(_changes(before, case, moved)),
    )


def _changes(before: Shown, now: Shown, moved: tuple[date, str] | None) -> Iterator[Change]:
    """What of substance differs, and what became of the case; days that pass are no change."""
    if moved:
        on, event = moved
        was = message("question_case_moved", case_event=event, on=str(on))
        yield Change("case", was, "question_case_anew")
    then, today = _substance(before), _substance(now)
    for what, old in then.items():
        if old != today[what]:
            yield Change(what, old, today[what])


def _substance(case: Shown) -> dict[str, str]:
    row = case.row
    return {
        "customer": row["customer_id"],
        "product": row["product"] or "",
        "claim": f"{row['claim_amount']:,.2f} {row['currency']}",
        "principal": _amount(row["claim_principal"]),
        "interest": _amount(row["claim_interest"]),
        "fees": _amount(row["claim_fee"]),
        "scope": row["claim_scope"] or "",
        "stage": row["stage"] or "",
        "limitation": str(row["limitation_earliest_on"] or ""),
        "missing": _missing(case),
        "student": "full_time_student" if row["is_full_time_student"] else "",
        "routes": row["excluded_routes"] or "",
        "plan": row["plan"] or "",
        "approvals": str(row["approvals_needed"]),
    }


def _missing(case: Shown) -> str:
    """Titles in every language; codes, where a question of before had no titles."""
    zh, en = case.row["missing_zh"], case.row["missing_en"]
    if not en:
        return ", ".join(case.missing_items)
    return message("question_missing", titles_zh=zh or en, titles_en=en)


def _amount(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"
