"""Changes of enrolment as a registry over REST tells them, and how they are asked for."""

from datetime import date
from pathlib import Path
from typing import Any

from postloan.landing.fetch.config import Auth, Connector, Paging, Rest, read_connector
from postloan.landing.fetch.result import Order

DAY = date(2026, 11, 20)
INSTITUTIONS = "/institutions"


def changes_of(institution: str) -> str:
    """The path of an institution's changes."""
    return f"{INSTITUTIONS}/{institution}/enrolment-changes"


CHANGES = changes_of("10001")
"""Those of the one institution that most tests know."""


def change(number: int, **other: Any) -> dict[str, Any]:
    """One change of one student."""
    return {
        "changeId": number,
        "changedAt": f"2026-11-{number:02d}T08:00:00Z",
        "studentRef": f"C{number}",
        "institutionId": "10001",
        "effectiveDate": "2026-10-01",
        "reportedDate": f"2026-11-{number:02d}",
        "codeSystem": "cn",
        "statusCode": "02",
        "fullTime": True,
        **other,
    }


def scenario(
    *faults: tuple[str, int], style: str = "cursor", count: int = 5, **other: Any
) -> dict[str, Any]:
    """A service with one institution and some changes, two to a page."""
    items = [change(n) for n in range(1, count + 1)]
    return {
        "lists": lists({"10001": items}, style),
        "faults": [{"path": CHANGES, "nth": nth, "fault": fault} for fault, nth in faults],
        **other,
    }


def lists(changes: dict[str, list[dict[str, Any]]], style: str = "cursor") -> dict[str, Any]:
    """The lists of a service: its institutions, and the changes of each."""
    known = [{"institutionId": name} for name in changes]
    paths = {INSTITUTIONS: known, **{changes_of(name): items for name, items in changes.items()}}
    return {
        path: {"field": "items", "style": style, "items": items} for path, items in paths.items()
    }


def connector(style: str = "cursor") -> Connector:
    """The connector of the registry, paging as the service does."""
    shipped = read_connector("student_registry")
    paging = Paging.model_validate(
        {
            "kind": style,
            "parameter": "place",
            "size_parameter": "size",
            "size": 2,
            "next_field": "nextCursor",
        }
    )
    resources = {n: r.model_copy(update={"paging": paging}) for n, r in shipped.resources.items()}
    return shipped.model_copy(update={"resources": resources})


def config(auth: str = "none", **other: Any) -> Rest:
    """A quick and stubborn client."""
    return Rest.model_validate(
        {
            "kind": "rest",
            "connection": "registry",
            "connector": "student_registry",
            "auth": Auth.model_validate({"kind": auth}),
            "requests_per_second": 1000,
            "timeout_seconds": 1,
            **other,
        }
    )


def order(landing: Path, **other: Any) -> Order:
    """The delivery of the day."""
    return Order("student_registry", DAY, landing, opening=False, **other)
