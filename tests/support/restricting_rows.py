"""Rows that restrict, as the files of tests tell them: number 7 is of C7 and L7."""

from typing import Any


def hold(number: int, **told: Any) -> dict[str, Any]:
    """H7 of C7, for a dispute."""
    return {
        "hold_id": f"H{number}",
        "customer_id": f"C{number}",
        "hold_kind": "dispute",
        "starts_on": "2026-11-20",
        **told,
    }


def complaint(number: int, **told: Any) -> dict[str, Any]:
    return {
        "complaint_id": f"K{number}",
        "customer_id": f"C{number}",
        "received_at": "2026-11-20 09:00:00",
        "complaint_kind": "conduct",
        "complaint_state": "received",
        **told,
    }


def request(number: int, **told: Any) -> dict[str, Any]:
    return {
        "request_id": f"P{number}",
        "customer_id": f"C{number}",
        "request_kind": "channel_opt_out",
        "received_at": "2026-11-20 09:00:00",
        "request_state": "received",
        **told,
    }


def outcome(number: int, **told: Any) -> dict[str, Any]:
    """A call to C7 that found a stranger."""
    return {
        "outcome_id": f"O{number}",
        "customer_id": f"C{number}",
        "channel": "phone",
        "attempted_at": "2026-11-20 10:00:00",
        "counterpart": "third_party",
        "result": "wrong_number",
        **told,
    }


def plan(number: int, **told: Any) -> dict[str, Any]:
    return {
        "request_id": f"Q{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        "plan_kind": "extension",
        "requested_on": "2026-11-18",
        "decision": "approved",
        "decided_on": "2026-11-20",
        **told,
    }


def extension(number: int, **told: Any) -> dict[str, Any]:
    return {
        "request_id": f"X{number}",
        "loan_id": f"L{number}",
        "requested_on": "2026-11-18",
        "reason_code": "medical",
        "decision": "approved",
        "decided_on": "2026-11-20",
        "days_granted": "30",
        **told,
    }


def enrolment(number: int, code: str, **told: Any) -> dict[str, Any]:
    return {
        "customer_id": f"C{number}",
        "institution_id": "U1",
        "effective_on": "2026-11-10",
        "code_system": "cn",
        "status_code": code,
        "reported_on": "2026-11-15",
        **told,
    }


def pause(number: int, **told: Any) -> dict[str, Any]:
    start = {"starts_on": "2026-11-20", "pause_reason": "disaster"}
    return {"pause_id": f"U{number}", "loan_id": f"L{number}", **start, **told}


def parent(number: int, phone: str) -> dict[str, Any]:
    name = {"contact_no": "1", "contact_name": "测试乙", "relation": "parent"}
    return {"customer_id": f"C{number}", **name, "phone": phone}
