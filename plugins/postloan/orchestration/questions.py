"""The question about legal cases: its text, its choices, and how an answer to it is read.

Case numbers, loan numbers and amounts only: no name, telephone or identity number enters Airflow's
database. What is shown comes from the warehouse and is escaped; see `shown_text`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from postloan.access.reasons import named_in, reads_like_an_exception
from postloan.errors import PostloanError
from postloan.orchestration import question_words
from postloan.text.shown_text import on_one_line

if TYPE_CHECKING:
    from postloan.legal.approve_legal_cases import Request, Verdict, WaitingCase

CASES_PER_QUESTION = 25
"""As many as a person can look at on one page; more are asked about by further questions."""

REASON, EXCEPTIONS = "reason", "exceptions"
LONGEST_ANSWER = 20_000
_WORDS = {
    "approve": "approved",
    "approved": "approved",
    "批准": "approved",
    "reject": "rejected",
    "rejected": "rejected",
    "驳回": "rejected",
    "leave": None,
    "保留": None,
}
_EXCEPTION = re.compile(r"\s*(\S+?)\s*[:=：]\s*([A-Za-z]+|[一-鿿]+)\s*")


@dataclass(frozen=True)
class Question:
    """One question to the people who approve: some of the cases of a request.

    Attributes:
        asked_on: date of the request ...
        number: ... and its number on that date.
        cases: what is shown.
        place: which of how many questions of the request it is.
        is_second: whether the cases have been approved once already.
        language: of the words, one of `include/wording`.
        all_cases: all that the question has ever shown, decided by now or not; by default `cases`.
    """

    asked_on: date
    number: int
    cases: "Sequence[WaitingCase]"
    place: str = ""
    is_second: bool = False
    language: str = "zh"
    all_cases: "Sequence[WaitingCase]" = ()

    @property
    def name(self) -> str:
        """Request and cases in a few characters; every choice carries it.

        Airflow keeps the first text of a question when a task is tried again and shows that, so the
        choice itself must say what it was about.
        """
        cases = sha256(
            "\n".join(c.case_id for c in self.all_cases or self.cases).encode()
        ).hexdigest()[:6]
        return f"{self.asked_on} no. {self.number} {cases}"

    @property
    def choices(self) -> dict[str, str | None]:
        """What may be chosen -> what becomes of the cases that are not written below."""
        return {
            f"Approve 批准 (question {self.name})": "approved",
            f"Reject 驳回 (question {self.name})": "rejected",
            f"Only what is written below 仅按例外 (question {self.name})": None,
        }

    @property
    def subject(self) -> str:
        """The headline."""
        return question_words.sentence(
            "asked_again" if self.is_second else "asked",
            self.language,
            on=self.asked_on,
            cases=len(self.cases),
            place=self.place,
        )

    @property
    def body(self) -> str:
        """What is known of each case, as Markdown."""
        lines = [question_words.line(case, self.language) for case in self.cases]
        legend = question_words.sentence("legend", self.language, name=self.name)
        return "\n".join((legend, question_words.header(self.language), *lines))


def form() -> dict[str, Param]:
    """What a person may write beside the choice."""
    return {
        REASON: Param(
            "",
            type="string",
            format="multiline",
            title="Reason 理由",
            description="Needed where an approved case lacks something. It counts for all cases: "
            "exceptions go below. No number of a case, no personal data. "
            "有材料缺口的案件批准时必填, 适用于全部案件, 例外写在下栏。勿写案件编号及个人信息。",
        ),
        EXCEPTIONS: Param(
            "",
            type="string",
            format="multiline",
            title="Exceptions 例外",
            description="One case a line: CASE: approve, CASE: reject or CASE: leave. "
            "每行一案: 案件编号: 批准 / 驳回 / 保留。",
        ),
    }


def number_of_groups(request: "Request") -> int:
    """How many questions a request is asked by."""
    return -(-len(request.cases) // CASES_PER_QUESTION)


def question_of(
    request: "Request",
    group: int,
    decided: "frozenset[str]",
    *,
    is_second: bool = False,
    language: str = "zh",
) -> Question | None:
    """One question of a request; None where nothing of it is left to ask.

    Args:
        request: the request as it stands in the warehouse; its cases never change their order.
        group: which question, from 1.
        decided: cases that need no answer any more.
        is_second: ask only about what one person has approved and another one must.
        language: of the words, `zh` or `en`.

    Raises:
        PostloanError: the request has no such question.
    """
    groups = number_of_groups(request)
    if not 1 <= group <= groups:
        raise PostloanError(
            f"The request of {request.asked_on} has {groups} questions and no number {group}. "
            "Start a new run of approve_legal_cases."
        )
    first = (group - 1) * CASES_PER_QUESTION
    group_cases = request.cases[first : first + CASES_PER_QUESTION]
    cases = [
        case
        for case in group_cases
        if case.case_id not in decided
        and (not is_second or 0 < len(case.approved_by) < case.approvals_needed)
    ]
    if not cases:
        return None
    place = f" ({group} / {groups})" if groups > 1 else ""
    # Tried again, a first question asks about fewer cases below its first text; a second one may
    # ask about others, which that text does not show.
    ever = () if is_second else group_cases
    return Question(request.asked_on, request.round, cases, place, is_second, language, ever)


def read_answer(
    choices: Mapping[str, str | None],
    case_ids: Sequence[str],
    chosen: object,
    written: object,
) -> "list[Verdict]":
    """What a person says of each case of a question.

    Args:
        choices: what was offered; see `Question.choices`.
        case_ids: the cases that were shown.
        chosen: the options that Airflow recorded.
        written: the form that Airflow recorded.

    Raises:
        PostloanError: the answer is not one to this question, or cannot be understood.
    """
    from postloan.legal.approve_legal_cases import Verdict

    if not isinstance(chosen, list) or len(chosen) != 1 or chosen[0] not in choices:
        raise PostloanError(
            "The choice belongs to an older question, or is none. Where the page shows an older "
            "one, start a new run of approve_legal_cases."
        )
    fields = _fields(written)
    _check_reason(fields[REASON], case_ids)
    said: dict[str, str | None] = dict.fromkeys(case_ids, choices[chosen[0]])
    said |= _exceptions(fields[EXCEPTIONS], case_ids)
    verdicts = [
        Verdict(case_id, decision, fields[REASON])
        for case_id, decision in said.items()
        if decision is not None
    ]
    if not verdicts:
        raise PostloanError("All cases are left, so nothing was decided. Name one at least.")
    return verdicts


def _fields(written: object) -> dict[str, str]:
    given = written if isinstance(written, Mapping) else {"": written}
    fields: dict[str, Any] = {REASON: "", EXCEPTIONS: "", **given}
    if (
        set(fields) != {REASON, EXCEPTIONS}
        or not all(isinstance(v, str) for v in fields.values())
        or sum(map(len, fields.values())) > LONGEST_ANSWER
    ):
        raise PostloanError(f"The form takes two texts, {REASON} and {EXCEPTIONS}, and no more.")
    lines = (line.strip() for line in fields[REASON].splitlines())
    return {**fields, REASON: on_one_line(" ".join(filter(None, lines)))}


def _check_reason(reason: str, case_ids: Sequence[str]) -> None:
    """Refuse a reason that speaks of single cases: what it says of them would be lost."""
    if named_in(reason, case_ids) or reads_like_an_exception(reason):
        raise PostloanError(
            f"The {REASON} speaks of single cases, and it counts for all of them; nothing was "
            f"decided. Write what holds for one case into {EXCEPTIONS}, as CASE: approve, CASE: "
            "reject or CASE: leave, and name no case in the reason."
        )


def _exceptions(text: str, case_ids: Sequence[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _EXCEPTION.fullmatch(line)
        case_id, word = match.groups() if match else ("", "")
        if case_id not in case_ids or word.lower() not in _WORDS or case_id in found:
            raise PostloanError(
                f"Line {number} of {EXCEPTIONS} is not understood. Write each case of the list at "
                "most once, as CASE: approve, CASE: reject or CASE: leave."
            )
        found[case_id] = _WORDS[word.lower()]
    return found
