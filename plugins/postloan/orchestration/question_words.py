"""How a question about legal cases is put into words: a table of `include/wording`."""

import re
from typing import TYPE_CHECKING

from postloan.text.shown_text import in_markdown
from postloan.wording import Message, Wording, in_rules, said, wording

if TYPE_CHECKING:
    from postloan.legal.question import Change, WaitingCase

LONGEST = 400
"""Characters of a cell; titles of all items and two states of a plan fit in."""

COLUMNS = (
    "case",
    "loan",
    "customer",
    "product",
    "claim",
    "scope",
    "days_past_due",
    "missing",
    "dunning",
    "limitation",
    "student",
    "plan",
    "changes",
    "approvals",
)
ALIGNED = "|---|---|---|---|---:|---|---:|---|---|---|---|---|---|---|"

OF_MESSAGES = ("case", "missing")
"""Changes told by messages of `postloan.legal.question`."""


def sentence(code: str, language: str, **values: object) -> str:
    """A sentence of the question.

    Args:
        code: which one, without `question_`.
        language: a file of `include/wording`.
        values: what it tells; what is empty is left out.
    """
    told = {name: str(value) for name, value in values.items() if value}
    return wording(language).says(Message(f"question_{code}", told))


def header(language: str) -> str:
    """The head of the table."""
    words = wording(language)
    return f"| {' | '.join(words.word('question_head', name) for name in COLUMNS)} |\n{ALIGNED}"


def line(case: "WaitingCase", language: str) -> str:
    """A case as a line of the table, whatever its fields hold."""
    words = wording(language)
    held = in_rules(language)
    titles = words.of_rule(getattr(case, f"missing_{held}")) or ", ".join(case.missing_items)
    split = _split(case, words)
    cells = (
        case.case_id,
        case.loan_id,
        case.customer_id,
        _word(case.product, words),
        f"{case.claim_amount:,.2f} {case.currency} ({split})",
        _word(case.claim_scope, words),
        case.days_past_due,
        _listed(titles) or _word("nothing", words),
        getattr(case, f"dunning_{held}") or _word("unknown", words),
        case.limitation_earliest_on or _word("unknown", words),
        _word("full_time_student" if case.is_full_time_student else "no", words),
        _plan(case.plan, words) or _word("none_known", words),
        _changed(case.changes, words),
        sentence(
            "approvals",
            language,
            given=str(len(case.approved_by)),
            needed=case.approvals_needed,
            approved_by=", ".join(case.approved_by),
        ),
    )
    return f"| {' | '.join(in_markdown(cell, LONGEST) for cell in cells)} |"


def _word(code: str, words: Wording) -> str:
    return words.word("question", code)


def _listed(text: str) -> str:
    return text.replace("; ", ", ")


def _split(case: "WaitingCase", words: Wording) -> str:
    parts = (
        ("principal", case.claim_principal),
        ("interest", case.claim_interest),
        ("fees", case.claim_fee),
    )
    known = [f"{_word(name, words)} {value:,.2f}" for name, value in parts if value is not None]
    return ", ".join(known) or _word("not_split", words)


def _plan(plan: str, words: Wording) -> str:
    """Codes and dates of what is known of a plan, each code in words once."""
    codes = sorted(words.words.get("question_plan", ("",)), key=len, reverse=True)
    told = re.sub(
        "|".join(map(re.escape, codes)), lambda found: words.word("question_plan", found[0]), plan
    )
    return _listed(told)


def _changed(changes: "tuple[Change, ...] | None", words: Wording) -> str:
    if changes is None:
        return _word("first_time", words)
    if not changes:
        return _word("unchanged", words)
    return _listed(
        ", ".join(
            sentence(
                "changed",
                words.language,
                what=_word(change.what, words),
                before=_state(change, change.before, words),
                now=_state(change, change.now, words),
            )
            for change in changes
        )
    )


def _state(change: "Change", state: str, words: Wording) -> str:
    if change.what in OF_MESSAGES and state.startswith("question_"):
        return said(state, words.language) or ""
    return _plan(_word(state, words), words) or _word("none", words)
