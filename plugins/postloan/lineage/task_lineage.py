"""From a task back to the rules that decided and to the lines of the files that told the facts.

The chain tells what was known when the task was made. Where something else is known now of a
loan, it says so beside that, with the lines that told it; a task that nothing has corrected
says nothing more. Of a delivery that was sent anew, and of the alerts and cases of a date that was
run again, only the newest can be shown. Nothing here names a person: ids, dates and amounts are
enough to look them up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.errors import PostloanError
from postloan.text.shown_text import shown
from postloan.warehouse import Warehouse
from postloan.wording import OF_RULES, Message, messages, said, wording


@dataclass(frozen=True)
class LineageStep:
    """One step of the chain behind a task: a rule that decided, or a line that told a fact.

    Attributes:
        step_no: counts from 1, what was decided before what it rests on.
        kind: the table or feed it comes from; `check` for a check that was passed, `correction` for
            what is known now of a loan instead of what was known then.
        subject: what it is about: queue, loan, instalment, payment, consent, school or case.
        happened_on: business date of a decision, since when a correction is known, or the date the
            fact itself names.
        what: in plain words, without personal data, by language.
        rule_id, rule_version: the rule that decided; empty for a fact.
        source, feed, delivered_on, file_name: the delivered file; empty for a decision.
        line_no: line of that file the record starts on.
        file_sha256: hash of that file as its manifest gave it.
        contract_version: version of the feed contract it was checked against.
        is_later: it came after the task was made: a recall, a correction, a line that told one.
    """

    step_no: int
    kind: str
    subject: str
    happened_on: date | None
    what: Mapping[str, str]
    rule_id: str | None
    rule_version: str | None
    source: str | None
    feed: str | None
    delivered_on: date | None
    file_name: str | None
    line_no: int | None
    file_sha256: str | None
    contract_version: str | None
    is_later: bool


@dataclass(frozen=True)
class Contact:
    """A task, a denial or a reported attempt of one customer.

    Attributes:
        business_date: date of the task file, or of the list of recalls; the day of an attempt.
        queue: queue of the task file; channel of an attempt.
        revision: revision of the file; empty for a denial and an attempt.
        answer: `added`, `recalled`, `denied` or `reported`.
        task_id: the task; empty for a denial, and for an attempt that names none.
        reason: why, or what came of it, by language.
        window_start: not to be contacted before; empty where nobody is contacted.
        rule_id, rule_version: the rule that decided.
    """

    business_date: date
    queue: str
    revision: int | None
    answer: str
    task_id: str | None
    reason: Mapping[str, str | None]
    window_start: str | None
    rule_id: str | None
    rule_version: str | None


@dataclass(frozen=True)
class _LineageRow:
    """A row of `task_lineage`: a step whose words are still a message.

    Attributes:
        what: the message.
        told_of: the loan that a line told something else of later.
    """

    step_no: int
    kind: str
    subject: str
    happened_on: date | None
    what: str
    rule_id: str | None
    rule_version: str | None
    source: str | None
    feed: str | None
    delivered_on: date | None
    file_name: str | None
    line_no: int | None
    file_sha256: str | None
    contract_version: str | None
    told_of: str | None
    is_later: bool


def explain_task(
    warehouse: Warehouse, task_id: str, told_in: Iterable[str] = OF_RULES
) -> list[LineageStep]:
    """The chain behind one task, in one query.

    Args:
        warehouse: an open warehouse.
        task_id: number of the task as its file gives it.
        told_in: languages of the words.

    Raises:
        PostloanError: no task has that number.
    """
    rows = [_LineageRow(*row) for row in warehouse.read_model("task_lineage", {"task_id": task_id})]
    if not rows:
        raise PostloanError(
            f"There is no task {shown(task_id)}. Take the number from a task file, or list those "
            f"of a customer: python -m postloan loan explain --customer CUSTOMER --date YYYY-MM-DD"
        )
    lines = [row for row in rows if row.told_of is not None]
    return [_step(row, lines, told_in) for row in rows]


def contacts_around(
    warehouse: Warehouse, customer_id: str, day: date, told_in: Iterable[str] = OF_RULES
) -> list[Contact]:
    """Tasks and denials of one customer around a date, and what was reported of that date.

    Args:
        warehouse: an open warehouse.
        customer_id: the debtor.
        day: the day asked about; what the customer met on it stood in the file of the day before.
        told_in: languages of the words.
    """
    known = {"customer_id": customer_id, "business_date": day, "known_on": date.max}
    return [_contact(row, told_in) for row in warehouse.read_model("customer_contact", known)]


def _contact(row: Sequence[Any], told_in: Iterable[str]) -> Contact:
    """A row of `customer_contact` with its message in words."""
    business_date, queue, revision, answer, task_id, what, window_start, *rule = row
    reason = {language: said(what, language) for language in told_in}
    return Contact(business_date, queue, revision, answer, task_id, reason, window_start, *rule)


def is_recalled(steps: Iterable[LineageStep]) -> bool:
    """Whether the last thing that became of the task is a recall."""
    actions = [s.is_later for s in steps if s.kind == "task"]
    return bool(actions) and actions[-1]


def _step(row: _LineageRow, lines: Sequence[_LineageRow], told_in: Iterable[str]) -> LineageStep:
    """A row with its message in words; of a correction, with the lines that told it."""
    plain: dict[str, Any] = {k: v for k, v in vars(row).items() if k not in ("what", "told_of")}
    own = [line for line in lines if line.told_of == row.subject]
    return LineageStep(**plain, what={name: _words(row, own, name) for name in told_in})


def _words(row: _LineageRow, lines: Sequence[_LineageRow], language: str) -> str:
    if row.kind != "correction":
        return said(row.what, language) or ""
    words = wording(language)
    (message,) = messages(row.what)
    in_order = sorted(lines, key=lambda line: (line.delivered_on, line.feed, line.line_no))
    by = ", ".join(words.says(Message("line_told", _place(line))) for line in in_order)
    return words.says(Message(message.code, {**message.values, **({"lines": by} if by else {})}))


def _place(line: _LineageRow) -> Mapping[str, str]:
    """Where a line was delivered, as values of a message."""
    path = f"{line.source}/{line.delivered_on}/{line.file_name}" if line.source else ""
    return {
        "feed": str(line.feed),
        "path": path,
        "line": str(line.line_no),
        "received_on": str(line.delivered_on),
    }
