"""Which claims are brought, who must approve them, and what courts do with a loan of ours."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from postloan.rules.kinds.legal_wording import Wording, wording_rows
from postloan.rules.model import Cited, Pack, Rows, Words
from postloan.rules.values import Currency, Money, Percent, Several, required

SUBJECTS = ("claim_scope", "case_state", "case_reason")
"""What must be said in words of a claim and its case."""


class CourtEvent(Cited):
    """What an event of a court does to a case of ours."""

    event_kind: str
    effect: Literal["begins", "follows", "ends", "suspends"]


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
            yield (
                "rule_legal_claim",
                {
                    "currency": currency,
                    "minimum_claim": self.minimum_claim.get(currency),
                    "two_approvers_above": self.two_approvers_above.get(currency),
                    **self.rule,
                },
            )
        yield (
            "rule_parameter",
            {
                "pack": self.name,
                "parameter": "claim_growth_covered",
                "value_text": str(self.claim_growth_covered),
                "value_number": self.claim_growth_covered,
                **self.rule,
            },
        )
        for event in self.court_events:
            yield (
                "rule_court_event",
                {"event_kind": event.event_kind, "effect": event.effect, **self.rule},
            )
        yield from wording_rows(self.wording, self.rule)
