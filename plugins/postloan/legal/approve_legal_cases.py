"""People decide on legal cases; silence never approves, and an approval is of what stands now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.access.reasons import check_impersonal, named_in, says_something
from postloan.access.users import identity
from postloan.business_day.gates import failed_checks, told
from postloan.business_day.result import StepResult, record
from postloan.errors import PostloanError, SupersededError
from postloan.legal.cases import Moment, judged, newest_moment
from postloan.legal.question import WaitingCase, waiting_list
from postloan.legal.requests import (
    AskedRequest,
    Shown,
    approvers,
    keep_request,
    mark_answered,
    moved_since,
    newest_request,
    request_of,
    shown_before,
    shown_cases,
    waiting_cases,
)
from postloan.publication.ledger import APPROVED, commit_tasks
from postloan.publication.publish import publish_files
from postloan.settings import settings
from postloan.warehouse import Warehouse

__all__ = [
    "Request",
    "Verdict",
    "WaitingCase",
    "ask",
    "asked",
    "decide",
    "decided_cases",
    "open_cases",
]

DECISIONS = ("approved", "rejected")


@dataclass(frozen=True)
class Request:
    """A question to the people who approve, as it was shown; `asked_on` and `round` name it."""

    asked_on: date
    round: int
    cases: tuple[WaitingCase, ...]


@dataclass(frozen=True)
class Verdict:
    """What a person says of one case: `approved` or `rejected`, with a reason where one is due."""

    case_id: str
    decision: str
    reason: str = ""


def ask(warehouse: Warehouse, business_date: date) -> Request | None:
    """Ask about the cases that wait, as they stand on the newest closed date.

    Args:
        warehouse: an open warehouse.
        business_date: the date whose end gave rise to the question. An earlier one than the newest
            closed date is asked about as of that: nobody decides on figures of the past.

    Returns:
        What is to be shown, on record from now on; None where nothing waits, where nothing of
        substance has changed since a question that nobody has answered yet, or while a gate of the
        date is shut: what nobody would be contacted on, nobody is sued on.

    Raises:
        PostloanError: no date is closed, or none that late.
    """
    moment = newest_moment(warehouse)
    if business_date > moment.day.date:
        raise PostloanError(
            f"{business_date} is not closed, so no legal case is asked about as of it. "
            f"Run it first: python -m postloan day run --date {business_date}"
        )
    if failed_checks(warehouse, moment.day.date):
        return None
    with warehouse.transaction():
        with judged(warehouse, moment.parameters):
            waiting = waiting_cases(warehouse, moment.day.date)
        latest = newest_request(warehouse)
        if not waiting or (latest and not latest.is_answered and _same(warehouse, latest, waiting)):
            return None
        number = keep_request(warehouse, moment, waiting)
        approved = approvers(warehouse, moment.day.date)
        before = shown_before(warehouse, moment.day.date, number)
        moved = moved_since(warehouse, moment.day.date, number)
    return Request(moment.day.date, number, waiting_list(waiting, before, approved, moved))


def asked(warehouse: Warehouse) -> Request | None:
    """The question that counts, as it was shown, with the approvals that are on record by now.

    The cases and their order are those of the question, decided or not.
    """
    latest = newest_request(warehouse)
    if latest is None:
        return None
    approved = approvers(warehouse, newest_moment(warehouse).day.date)
    shown = shown_cases(warehouse, latest.asked_on, latest.round)
    before = shown_before(warehouse, latest.asked_on, latest.round)
    moved = moved_since(warehouse, latest.asked_on, latest.round)
    cases = waiting_list(shown, before, approved, moved)
    return Request(latest.asked_on, latest.round, cases)


def decided_cases(warehouse: Warehouse, request: Request) -> frozenset[str]:
    """The cases of a question that are decided by now."""
    decided = _decided(warehouse, newest_moment(warehouse).day.date)
    return frozenset(c.case_id for c in request.cases if c.case_id in decided)


def open_cases(warehouse: Warehouse, asked_on: date, number: int) -> dict[str, tuple[str, ...]]:
    """Cases of a question that wait as they were shown, each with who has approved it already.

    Raises:
        SupersededError: a newer question has been asked.
        PostloanError: the question is unknown.
    """
    request = request_of(warehouse, asked_on, number)
    _check_is_newest(warehouse, request)
    on = newest_moment(warehouse).day.date
    waiting, approved = waiting_cases(warehouse, on), approvers(warehouse, on)
    shown = shown_cases(warehouse, asked_on, number)
    return {
        case_id: approved.get(case_id, ())
        for case_id, case in shown.items()
        if case_id in waiting and waiting[case_id].substance == case.substance
    }


def decide(
    warehouse: Warehouse,
    asked_on: date,
    round: int,  # noqa: A002 (the word of the field)
    verdicts: Sequence[Verdict],
    *,
    decided_by: str,
    outbox: Path | None = None,
) -> StepResult:
    """Record what a person answered to a question, and publish what is approved by it.

    Every case is judged again as of the newest closed date with all that has been loaded since. One
    that is no longer what was shown is not decided: it is asked about anew. So is, with the next
    closed date, whatever waits after an answer that was refused or left something. Above the amount
    of the rule two different people must approve. Called again with the same answer, it changes
    nothing and publishes what a crash kept from being published.

    Args:
        warehouse: an open warehouse.
        asked_on: the question, by its date ...
        round: ... and its number on that date.
        verdicts: what is said of each case; cases that are left out go on waiting.
            Without any, only what a crash kept from being published is published.
        decided_by: the user who answered, as proved to the caller.
        outbox: where the file goes; by default the outbox of the settings.

    Returns:
        Counts: approved, first approvals, rejected, no longer as shown, awaiting approval.

    Raises:
        SupersededError: a newer question has been asked.
        PostloanError: nobody is named; the question is unknown; a verdict is about no case that was
            shown, says nothing, lacks the reason that a gap needs, or gives one that speaks of
            another case or holds a number of a person; a gate of the date is shut and something is
            approved.
        PublicationError: the outbox cannot be written, or a published file was changed.
    """
    user = decided_by.strip()
    if not identity(user):
        raise PostloanError("A decision on legal cases needs the person who made it.")
    request = request_of(warehouse, asked_on, round)
    shown = shown_cases(warehouse, asked_on, round)
    with _asked_anew_if_refused(warehouse, request):
        _check(verdicts, shown)
        for reason in {v.reason for v in verdicts}:
            check_impersonal(warehouse, reason)
    outbox = outbox or settings().outbox
    _publish_what_a_crash_kept(warehouse, request, outbox)
    _check_is_newest(warehouse, request)
    moment = newest_moment(warehouse)
    with _asked_anew_if_refused(warehouse, request):
        _check_gates(warehouse, moment.day.date, verdicts)
    day, queues = moment.day, (APPROVED,)
    with warehouse.transaction():
        with judged(warehouse, moment.parameters):
            waiting = waiting_cases(warehouse, day.date)
        answer = _Answer(warehouse, moment, user, (asked_on, round))
        counts = answer.record(verdicts, shown, waiting)
        if verdicts:
            mark_answered(warehouse, request, day.date)
        commit_tasks(warehouse, day, queues, known_on=moment.known_on)
        left = waiting_cases(warehouse, day.date)
        result = StepResult("approve_legal_cases", {**counts, "cases_awaiting_approval": len(left)})
        record(warehouse, day, result)
    publish_files(warehouse, day.date, queues, outbox)
    return result


@dataclass(frozen=True)
class _Answer:
    """One person's answer to one question, on its way into the warehouse."""

    warehouse: Warehouse
    moment: Moment
    user: str
    asked: tuple[date, int]

    def record(
        self,
        verdicts: Sequence[Verdict],
        shown: Mapping[str, Shown],
        waiting: Mapping[str, Shown],
    ) -> dict[str, int]:
        """Write approvals and decisions; counts of what became of the verdicts."""
        on = self.moment.day.date
        decided = _decided(self.warehouse, on)
        before = approvers(self.warehouse, on)
        counts = dict.fromkeys(("approved", "first_approvals", "rejected", "no_longer_as_shown"), 0)
        for verdict in verdicts:
            case = waiting.get(verdict.case_id)
            if decided.get(verdict.case_id) == verdict.decision:
                counts[verdict.decision] += 1
            elif case is None or case.substance != shown[verdict.case_id].substance:
                counts["no_longer_as_shown"] += 1
            elif verdict.decision == "rejected":
                self._decide(verdict, case)
                counts["rejected"] += 1
            else:
                people = {identity(p) for p in before.get(case.case_id, ())}
                if identity(self.user) not in people:
                    self._approve(verdict, case)
                is_enough = len(people | {identity(self.user)}) >= case.approvals_needed
                if is_enough:
                    self._decide(verdict, case)
                counts["approved" if is_enough else "first_approvals"] += 1
        return {f"cases_{name}": quantity for name, quantity in counts.items()}

    def _approve(self, verdict: Verdict, case: Shown) -> None:
        self.warehouse.append_rows(
            "legal_case_approval",
            [
                {
                    **case.row,
                    "approved_on": self.moment.day.date,
                    "asked_on": self.asked[0],
                    "round": self.asked[1],
                    "approved_by": self.user,
                    "reason": _kept(verdict),
                }
            ],
        )

    def _decide(self, verdict: Verdict, case: Shown) -> None:
        key: dict[str, Any] = {"decided_on": self.moment.day.date, "case_id": case.case_id}
        row = {
            **case.row,
            **key,
            "decision": verdict.decision,
            "decided_by": self.user,
            "asked_on": self.asked[0],
            "asked_round": self.asked[1],
            "reason": _kept(verdict),
        }
        self.warehouse.replace_slice("legal_case_decision", key, [row])


def _kept(verdict: Verdict) -> str | None:
    """The reason as it stays on record; one that shows nothing is none."""
    return verdict.reason.strip() if says_something(verdict.reason) else None


def _decided(warehouse: Warehouse, on: date) -> dict[str, str]:
    """Cases that stand decided as of a date."""
    return dict(
        warehouse.fetch(
            "select case_id, case_state from legal_case_state "
            "where case_state in ('approved', 'rejected')",
            {"business_date": on},
        )
    )


def _publish_what_a_crash_kept(warehouse: Warehouse, request: AskedRequest, outbox: Path) -> None:
    """Files of what this question decided; the nights after publish their own dates alone."""
    rows = warehouse.fetch(
        "select distinct decided_on from legal_case_decision "
        "where asked_on = cast($business_date as date) and asked_round = $round",
        {"business_date": request.asked_on, "round": request.round},
    )
    for (decided_on,) in rows:
        publish_files(warehouse, decided_on, (APPROVED,), outbox)


def _check_is_newest(warehouse: Warehouse, request: AskedRequest) -> None:
    """Refuse a question that a newer one has superseded."""
    if (latest := newest_request(warehouse)) and latest != request:
        raise SupersededError(
            f"The question of {request.asked_on} (round {request.round}) was superseded by that of "
            f"{latest.asked_on} (round {latest.round}). Answer the newer one; nothing was decided."
        )


@contextmanager
def _asked_anew_if_refused(warehouse: Warehouse, request: AskedRequest) -> Iterator[None]:
    """Note on a question that its answer was refused, so that the next date asks it anew."""
    try:
        yield
    except PostloanError:
        if newest_request(warehouse) == request:
            with warehouse.transaction():
                mark_answered(warehouse, request, newest_moment(warehouse).day.date)
        raise


def _check_gates(warehouse: Warehouse, on: date, verdicts: Sequence[Verdict]) -> None:
    """Refuse to approve on what a gate holds; a rejection needs no figures."""
    failed = failed_checks(warehouse, on)
    if failed and any(v.decision == "approved" for v in verdicts):
        raise PostloanError(
            f"Nothing is approved on the figures of {on}, and nothing was decided: {told(failed)} "
            f"Deliver again, or: python -m postloan gate release --date {on} --reason TEXT"
        )


def _same(warehouse: Warehouse, request: AskedRequest, waiting: Mapping[str, Shown]) -> bool:
    shown = shown_cases(warehouse, request.asked_on, request.round)
    return {c: s.substance for c, s in shown.items()} == {
        c: s.substance for c, s in waiting.items()
    }


def _check(verdicts: Sequence[Verdict], shown: Mapping[str, Shown]) -> None:
    """Refuse an answer that cannot be meant, before anything is written."""
    ids = [v.case_id for v in verdicts]
    unknown = sorted({c for c in ids if c not in shown})
    if unknown:
        raise PostloanError(
            f"The question did not show {', '.join(unknown)}; nothing was decided. "
            f"Answer for the cases it shows."
        )
    if len(set(ids)) < len(ids):
        raise PostloanError("An answer speaks of a case twice; nothing was decided.")
    for verdict in verdicts:
        if verdict.decision not in DECISIONS:
            raise PostloanError(
                f"Case {verdict.case_id} is neither approved nor rejected by this answer; "
                f"nothing was decided. Say one of: {', '.join(DECISIONS)}."
            )
        missing = shown[verdict.case_id].missing_items
        if verdict.decision == "approved" and missing and not says_something(verdict.reason):
            raise PostloanError(
                f"Case {verdict.case_id} lacks {', '.join(missing)}; nothing was decided. "
                f"Give the reason why it is approved all the same, or reject it."
            )
    _check_reasons(verdicts, shown)


def _check_reasons(verdicts: Sequence[Verdict], shown: Mapping[str, Shown]) -> None:
    """Refuse a reason that speaks of another case: what it says of that one would be lost."""
    numbers = {
        case_id: {case_id, case.row["loan_id"], case.row["customer_id"]}
        for case_id, case in shown.items()
    }
    every = set[str]().union(*numbers.values())
    named = {reason: {*named_in(reason, every)} for reason in {v.reason for v in verdicts}}
    for verdict in verdicts:
        if named[verdict.reason] - numbers[verdict.case_id]:
            raise PostloanError(
                f"The reason for case {verdict.case_id} speaks of another one; nothing was "
                "decided. Decide each case in its own words, and name no other in them."
            )
