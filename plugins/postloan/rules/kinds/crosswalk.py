"""What the status codes of the student registries mean, and what the lender makes of them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from postloan.rules.model import Cited, Pack, Part, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import Natural, Several

UNMAPPED = "unmapped"
"""Canonical status of a code that stands nowhere in the crosswalk."""

CodeSystem = Literal["cn", "nsc", "edfi"]
Severity = Literal["none", "low", "medium", "high"]


class RuleEnrolmentStatus(OfRule, title="学籍状态规则", needs_rule=True):
    """What the lender makes of a canonical status."""

    canonical_status: str = column("标准状态", "The status.", key=True)
    is_enrolled: bool = column("是否在读", "Whether the student studies.")
    is_adverse: bool = column("是否不利", "Whether it raises an alert.")
    severity: Severity = column("严重程度", "How grave it is.")
    effect: str = column("处理方式", "What the house does about it.")
    wait_days: int = column("等待天数", "Days before an alert is raised.")


class RuleEnrolmentCode(OfRule, title="学籍代码对照", needs_rule=True):
    """What a code of a registry means."""

    code_system: CodeSystem = column("代码体系", "Whose codes these are.", key=True)
    status_code: str = column("状态代码", "The code in lower case.", key=True)
    canonical_status: str = column("标准状态", "Its meaning.")
    excused_within_days: int | None = column(
        "转学期限",
        "A change of school, not an alert, if the student enrols elsewhere within so many days; "
        "empty where it never is.",
    )


class Unmapped(Part):
    """What becomes of a code that stands nowhere."""

    severity: Literal["low", "medium", "high"]
    effect: str


def _mapped(status: str) -> str:
    if status == UNMAPPED:
        raise ValueError(f"{UNMAPPED} is the status of codes that stand nowhere. Name another.")
    return status


class Status(Cited):
    """A status, and the codes that the registries have for it."""

    status: Annotated[
        str, AfterValidator(_mapped), Field(json_schema_extra={"not": {"const": UNMAPPED}})
    ]
    title: Words
    is_enrolled: bool = False
    adverse: bool
    wait_days: Natural = 0
    severity: Severity
    effect: str
    excused_in: tuple[CodeSystem, ...] = ()
    codes: Annotated[Mapping[CodeSystem, Several[str]], Field(min_length=1)]

    def pairs(self) -> Iterator[tuple[CodeSystem, str]]:
        """Registry and code; without regard to case, as registries do not agree on it."""
        for system, codes in self.codes.items():
            for code in codes:
                yield system, code.lower()


def _one_meaning(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    meaning: dict[tuple[str, str], str] = {}
    for status in statuses:
        for system, code in status.pairs():
            other = meaning.setdefault((system, code), status.status)
            if other != status.status:
                raise ValueError(
                    f"code {code} of {system} means both {other} and {status.status}; keep one."
                )
    return statuses


class Crosswalk(Pack):
    """The statuses of students."""

    kind: Literal["crosswalk"]
    reenrolled_within_days: Natural
    unmapped: Unmapped
    statuses: Annotated[Several[Status], AfterValidator(_one_meaning)]

    def rows(self) -> Rows:
        """The pack as rows of `rule_enrolment_code` and `rule_enrolment_status`."""
        for status in self.statuses:
            yield RuleEnrolmentStatus(
                canonical_status=status.status,
                is_enrolled=status.is_enrolled,
                is_adverse=status.adverse,
                severity=status.severity,
                effect=status.effect,
                wait_days=status.wait_days,
            )
            for system, code in status.pairs():
                is_excused = system in status.excused_in
                yield RuleEnrolmentCode(
                    code_system=system,
                    status_code=code,
                    canonical_status=status.status,
                    excused_within_days=self.reenrolled_within_days if is_excused else None,
                )
        yield RuleEnrolmentStatus(
            canonical_status=UNMAPPED,
            is_enrolled=False,
            is_adverse=True,
            severity=self.unmapped.severity,
            effect=self.unmapped.effect,
            wait_days=0,
        )
