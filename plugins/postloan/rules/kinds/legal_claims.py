"""Which claims are brought, who must approve them, and what courts do with a loan of ours."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from postloan.rules.kinds.legal_wording import SUBJECTS, Wording, wording_rows
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.parameters import parameter_row
from postloan.rules.rows import Amount, OfRule, column
from postloan.rules.values import Currency, Money, Percent, Several, required

Effect = Literal["begins", "follows", "ends", "suspends"]


class RuleLegalClaim(OfRule, title="诉请金额规则"):
    """From which amount a case is opened, and above which two people must approve it, per currency."""  # noqa: E501

    currency: str = column("币种", "Currency of the amounts.", key=True)
    minimum_claim: Amount | None = column(
        "最低诉请金额",
        "A case is opened from this amount on; empty where none is opened by itself.",
    )
    two_approvers_above: Amount | None = column(
        "双人审批金额",
        "Above it two people must approve; all that is claimed of one debtor counts together. "
        "Empty where two always must.",
    )


class RuleCourtEvent(OfRule, title="法院事件规则"):
    """What an event before a court means for a case of ours."""

    event_kind: str = column("事件类型", "Kind of the event.", key=True)
    effect: Effect = column(
        "效果",
        "A suit has begun or goes on, so that the loan is followed and no case opened; what was "
        "followed has ended; or the claim is another's and nothing is done about it.",
    )


class CourtEvent(Cited):
    """What an event of a court does to a case of ours."""

    event_kind: str
    effect: Effect


def _all_subjects(
    wording: Mapping[str, Mapping[str, Words]],
) -> Mapping[str, Mapping[str, Words]]:
    lacking = [subject for subject in SUBJECTS if subject not in wording]
    if lacking:
        raise ValueError(f"{', '.join(lacking)} is missing. Say it in words.")
    return wording


class LegalClaims(Pack):
    """Amounts hold for their own currency alone."""

    kind: Literal["legal_claims"]
    minimum_claim: Mapping[Currency, Money]
    two_approvers_above: Mapping[Currency, Money]
    claim_growth_covered: Annotated[
        Percent, Field(description="How far a claim may grow under its approval.")
    ]
    court_events: Several[CourtEvent]
    wording: Annotated[
        Wording, AfterValidator(_all_subjects), Field(json_schema_extra=required(*SUBJECTS))
    ]

    def rows(self) -> Rows:
        """The pack as rows of `rule_legal_claim`, `rule_court_event`, `rule_legal_wording`.

        The share that a claim may grow by under its approval is a row of `rule_parameter`.
        """
        for currency in sorted({*self.minimum_claim, *self.two_approvers_above}):
            yield RuleLegalClaim(
                currency=currency,
                minimum_claim=self.minimum_claim.get(currency),
                two_approvers_above=self.two_approvers_above.get(currency),
            )
        yield parameter_row(self, "claim_growth_covered", self.claim_growth_covered)
        for event in self.court_events:
            yield RuleCourtEvent(event_kind=event.event_kind, effect=event.effect)
        yield from wording_rows(self.wording)
