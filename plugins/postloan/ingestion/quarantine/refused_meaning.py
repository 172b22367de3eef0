"""What a refused row may have protected from, as far as its fields can be read.

A row with the same key mends a refused one only if it protects as widely: who corrects a date must
not lose the death, the complaint or the opt-out that stood beside it. A field at fault tells
nothing and counts as the widest that it could be.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postloan.contracts import FeedContract

MEANING_COLUMNS = ("is_harmless", "aspect", "loan_id", "scope")
"""What is kept of a refused row beside where it stands; no number of a person is among it."""


@dataclass(frozen=True)
class RefusedMeaning:
    """How the rows of one feed protect; expressions of the portable subset, `{row}` is the row.

    Attributes:
        harmless: is true of a row that certainly protects from nothing; any row mends it.
        protects: is true of a loaded row that protects.
        aspect: how a row protects; a row that mends has the same.
        aspect_columns: the columns that the aspect is read from.
        loan_limits: whether a row without a loan is of all loans; else it is always of one.
        has_loan: whether a row is about a loan.
        scope: what a row is limited to; a row that mends has the same or none.
        scope_columns: the columns that the scope is read from.
        mends: in place of all that, whether `{row}` says as much as `{refused}`.
    """

    harmless: str = "false"
    protects: str = "true"
    aspect: str = "cast(null as varchar)"
    aspect_columns: tuple[str, ...] = ()
    has_loan: bool = False
    loan_limits: bool = False
    scope: str = "cast(null as varchar)"
    scope_columns: tuple[str, ...] = ()
    mends: str | None = None

    def said(
        self, row: str, at_fault: str, lists: Mapping[str, tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Expressions of the columns of `MEANING_COLUMNS` for a refused row.

        Args:
            row: alias of the text of the row.
            at_fault: expression of the name of its first column at fault.
            lists: what the contract lets columns be; what is not on its list is not legible.
        """

        def legible(expression: str, *columns: str) -> str:
            told = expression.format(row=row)
            can_be_read = [
                part
                for name in columns
                for part in (
                    f"({at_fault} is null or {at_fault} <> '{name}')",
                    _is_listed(f"{row}.{name}", lists.get(name, ())),
                )
            ]
            return f"case when {' and '.join(can_be_read)} then {told} end" if columns else told

        loan = f"nullif(trim({row}.loan_id), '')" if self.has_loan else "cast(null as varchar)"
        return (
            f"coalesce({self.harmless.format(row=row)}, false) as is_harmless",
            f"nullif({legible(self.aspect, *self.aspect_columns)}, '') as aspect",
            f"{legible(loan, 'loan_id') if self.has_loan else loan} as named_loan_id",
            f"{legible(self.scope, *self.scope_columns)} as scope",
        )

    def mended(self, refused: str, row: str) -> str:
        """Whether a loaded row says at least what a refused one may have said: a condition."""
        if self.mends is not None:
            at_least = self.mends.format(refused=refused, row=row)
        else:
            parts = [self.protects.format(row=row)]
            if self.aspect_columns:
                same = f"{refused}.aspect = {self.aspect.format(row=row)}"
                parts.append(f"({refused}.aspect is null or {same})")
            if self.has_loan:
                free = f"{row}.loan_id" if self.loan_limits else f"{refused}.loan_id"
                parts.append(f"({free} is null or {refused}.loan_id = {row}.loan_id)")
            if self.scope_columns:
                scope = self.scope.format(row=row)
                parts.append(f"({scope} is null or {refused}.scope = {scope})")
            at_least = " and ".join(parts)
        return f"(coalesce({refused}.is_harmless, false) or ({at_least}))"


def _is_listed(column: str, listed: tuple[str, ...]) -> str:
    if not listed:
        return "true"
    values = ", ".join(f"'{value}'" for value in ("", *listed))
    return f"coalesce(trim({column}), '') in ({values})"


def _empty(*columns: str) -> str:
    return " and ".join(f"coalesce(trim({{row}}.{name}), '') = ''" for name in columns)


def _told(**columns: str) -> str:
    """Which of some columns are not empty, as words; so a row at fault in one still tells of it."""
    words = (
        f"case when coalesce(trim({{row}}.{column}), '') <> '' then '{word}' end"
        for word, column in columns.items()
    )
    return f"concat_ws(' ', {', '.join(words)})"


def _kept(**columns: str) -> str:
    return " and ".join(
        f"(coalesce({{refused}}.aspect, '') not like '%{word}%' or {{row}}.{column} is not null)"
        for word, column in columns.items()
    )


_PERSON = {"death": "deceased_on", "birth": "birth_on", "identity": "id_number"}
_CONTACT = {"number": "phone", "objection": "opted_out_on"}

MEANINGS: dict[str, RefusedMeaning] = {
    "hold": RefusedMeaning(
        aspect="trim({row}.hold_kind)",
        aspect_columns=("hold_kind",),
        has_loan=True,
        loan_limits=True,
    ),
    "complaint": RefusedMeaning(has_loan=True, loan_limits=True),
    "pause": RefusedMeaning(has_loan=True),
    "promise_to_pay": RefusedMeaning(has_loan=True),
    "plan_request": RefusedMeaning(
        harmless="{row}.decision in ('pending', 'refused', 'withdrawn')",
        protects="{row}.decision = 'approved'",
        has_loan=True,
    ),
    "extension_request": RefusedMeaning(
        harmless="{row}.decision in ('rejected', 'withdrawn') or "
        f"({_empty('decision', 'decided_on')})",
        protects="{row}.decision = 'approved'",
        has_loan=True,
    ),
    # Of the reasons only a disputed amount stops anything: the lawsuit over it.
    "overdue_reason": RefusedMeaning(
        harmless="{row}.reason in ('forgot', 'payday_mismatch', 'income_loss', 'illness', "
        "'study_interrupted', 'several_lenders', 'unwilling', 'other')",
        protects="{row}.reason = 'amount_disputed'",
        has_loan=True,
        loan_limits=True,
    ),
    # A kind that nobody can read may have been any of those that stop a case.
    "legal_event": RefusedMeaning(
        aspect="trim({row}.event_kind)",
        aspect_columns=("event_kind",),
        has_loan=True,
        mends="case when {refused}.aspect is null then {row}.event_kind in ('lawsuit', "
        "'payment_order', 'preservation', 'judgment', 'enforcement', 'mediation', "
        "'assignment_notice') else {refused}.aspect = {row}.event_kind end "
        "and ({refused}.loan_id is null or {refused}.loan_id = {row}.loan_id)",
    ),
    # Hours that were agreed forbid all the others.
    "customer_preference": RefusedMeaning(
        harmless="{row}.wish in ('preferred', 'accepted') "
        f"and {_empty('agreed_from', 'agreed_until')}",
        protects="({row}.wish = 'unwanted' or {row}.agreed_from is not null "
        "or {row}.agreed_until is not null)",
        aspect="trim({row}.wish)",
        aspect_columns=("wish",),
        scope="nullif(trim({row}.channel), 'any')",
        scope_columns=("channel",),
    ),
    "privacy_request": RefusedMeaning(
        harmless="{row}.request_kind in ('access', 'correction')",
        protects="{row}.request_kind not in ('access', 'correction')",
        aspect="trim({row}.request_kind)",
        aspect_columns=("request_kind",),
        scope="nullif(coalesce(nullif(trim({row}.channel), ''), nullif(trim({row}.purpose), ''), "
        "trim(cast({row}.contact_no as varchar))), '')",
        scope_columns=("channel", "purpose", "contact_no"),
    ),
    "consent_change": RefusedMeaning(
        harmless="{row}.change_kind = 'given'",
        protects="{row}.change_kind = 'withdrawn'",
        scope="trim({row}.purpose)",
        scope_columns=("purpose",),
    ),
    "consent": RefusedMeaning(
        harmless=_empty("withdrawn_on"),
        protects="{row}.withdrawn_on is not null",
        scope="trim({row}.purpose)",
        scope_columns=("purpose",),
    ),
    # An address that leads nowhere stops nothing: no task goes to one yet.
    "contact_outcome": RefusedMeaning(
        harmless="{row}.result in ('connected', 'answered', 'delivered', 'no_answer', 'busy', "
        "'number_off', 'failed', 'moved', 'wrong_address') "
        "or ({row}.result = 'refused' "
        "and {row}.counterpart in ('debtor', 'third_party', 'nobody'))",
        protects="case when {row}.result = 'refused' then {row}.counterpart = 'emergency_contact' "
        "else {row}.result in ('wrong_number', 'invalid_number') end",
        aspect="trim({row}.result)",
        aspect_columns=("result",),
    ),
    # The rules of the day say which code forbids what; the same code says at least as much.
    "enrolment": RefusedMeaning(
        aspect="left(lower(translate({row}.status_code, '０１２３４５６７８９　  ', "
        "'0123456789')), 32)",
        aspect_columns=("status_code",),
    ),
    "customer": RefusedMeaning(
        harmless=_empty(*_PERSON.values()),
        aspect=_told(**_PERSON),
        mends=_kept(**_PERSON),
    ),
    "emergency_contact": RefusedMeaning(
        harmless=_empty(*_CONTACT.values()),
        aspect=_told(**_CONTACT),
        mends=_kept(**_CONTACT),
    ),
}
"""By feed that can restrict."""

_CLAIM = RefusedMeaning(has_loan=True)
"""Of a row that a claim rests on: the row with its key, about the same loan, mends it."""


def meaning_of(feed: FeedContract) -> RefusedMeaning:
    """What a refused row of a feed may have protected from, or said of a claim."""
    return MEANINGS[feed.name] if feed.restricts else _CLAIM
