"""The catalogue of assets: what one business process hands to the next, per business date."""

from airflow.sdk import Asset

from postloan.steps import Step

GROUP = "postloan"


def _asset(name: str, holds: str) -> Asset:
    return Asset(name=name, uri=f"postloan://{GROUP}/{name}", group=GROUP, extra={"holds": holds})


core_banking_delivery = _asset("core_banking_delivery", "loans, instalments, repayments, customers")
student_registry_delivery = _asset("student_registry_delivery", "enrolments and their changes")
credit_bureau_delivery = _asset("credit_bureau_delivery", "loans at other lenders")
feedback_delivery = _asset("feedback_delivery", "what came of contacts, and what customers ask for")
business_day = _asset("business_day", "an opened business date, one event per revision")
loan_stage = _asset("loan_stage", "days past due, stages, stage events")
credit_score = _asset("credit_score", "customer scores of the month")
student_alert = _asset("student_alert", "students whose status changed")
multi_lender_alert = _asset("multi_lender_alert", "customers who borrow in many places")
legal_case = _asset("legal_case", "cases prepared for legal action, awaiting approval")
task_files = _asset("task_files", "published files and their manifests")
closed_day = _asset("closed_day", "a finished business date and its summary")
due_day = _asset("due_day", "a business date whose turn has come: the one before it is closed")
approved_legal_case = _asset("approved_legal_case", "cases a person has decided on")

DELIVERIES = {
    "core_banking": core_banking_delivery,
    "student_registry": student_registry_delivery,
    "credit_bureau": credit_bureau_delivery,
    "feedback": feedback_delivery,
}
"""Source -> the asset its ingestion emits."""

_HANDED_ON = {asset.name: asset for asset in globals().values() if isinstance(asset, Asset)}


def starting(step: Step) -> Asset:
    """The asset that starts a step of the chain."""
    return _HANDED_ON[step.starts_with]


def handed_on(step: Step) -> Asset:
    """The asset that a step of the chain hands on."""
    return _HANDED_ON[step.hands_on]
