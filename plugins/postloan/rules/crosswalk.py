"""Compiler of the crosswalk: what the status codes of the registries mean."""

from collections.abc import Iterator
from typing import Any

from postloan.errors import RuleError
from postloan.rules.packs import Pack

Row = dict[str, Any]

UNMAPPED = "unmapped"
"""Canonical status of a code that stands nowhere in the crosswalk."""


def crosswalk_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """A crosswalk as rows of `rule_enrolment_code` and `rule_enrolment_status`.

    Codes are compared without regard to case, as registries do not agree on it.

    Raises:
        RuleError: one code means two statuses.
    """
    meaning: dict[tuple[str, str], str] = {}
    source = {"rule_id": pack.name, "rule_version": pack.version}
    within = pack.body["reenrolled_within_days"]
    for status in pack.body["statuses"]:
        yield (
            "rule_enrolment_status",
            {
                "canonical_status": status["status"],
                "is_enrolled": status.get("is_enrolled", False),
                "is_adverse": status["adverse"],
                "severity": status["severity"],
                "effect": status["effect"],
                "wait_days": status.get("wait_days", 0),
                **source,
            },
        )
        for system, codes in status["codes"].items():
            for code in codes:
                other = meaning.setdefault((system, code.lower()), status["status"])
                if other != status["status"]:
                    raise RuleError(
                        f"{pack.path.name}: code {code} of {system} means both {other} and "
                        f"{status['status']}; keep one."
                    )
                yield (
                    "rule_enrolment_code",
                    {
                        "code_system": system,
                        "status_code": code.lower(),
                        "canonical_status": status["status"],
                        "excused_within_days": within
                        if system in status.get("excused_in", ())
                        else None,
                        **source,
                    },
                )
    yield (
        "rule_enrolment_status",
        {
            "canonical_status": UNMAPPED,
            "is_enrolled": False,
            "is_adverse": True,
            "severity": pack.body["unmapped"]["severity"],
            "effect": pack.body["unmapped"]["effect"],
            "wait_days": 0,
            **source,
        },
    )
