"""Compilers of the contact packs: what a check asks for, and when a queue owes something."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.packs import Pack
from postloan.warehouse import model_names
from postloan.warehouse.check_models import PREFIX

Row = dict[str, Any]

ANY = "any"
"""Subject of a check that has none of its own, and of a queue that asks for all of them."""

NO_GROUP = "unspecified"
"""Group of a customer whose group the lender does not know."""

SUBJECTS = {
    "hold_kind": ("hold", "hold_kind"),
    "purpose": ("consent", "purpose"),
    "result": ("contact_outcome", "result"),
    "channel": ("privacy_request", "channel"),
    "request_kind": ("privacy_request", "request_kind"),
}
"""What a check is about -> the feed and column whose list it is taken from."""

OWN_HOLD_KINDS = (
    "unclear_row",
    "taken_back",
    "unclear_status",
    "approved_plan",
    "promise_to_pay",
    "assigned_claim",
    "unclear_court",
    "unclear_claim",
    "amount_disputed",
    "unclear_core",
    "unclear_objection",
)
"""Kinds of holds that no feed can send: the product holds by itself (`active_hold`)."""


def check_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """A pack of checks as rows of `rule_contact_check`.

    Raises:
        RuleError: a window of hours ends before it begins, or a check is about something that no
            feed can say.
    """
    for rule in pack.body["rules"]:
        window: Mapping[str, str] = rule.get("window", {})
        if window and window["from"] >= window["to"]:
            raise RuleError(
                f"{pack.path.name}, {rule['id']}: the allowed hours end at {window['to']}, before "
                f"they begin at {window['from']}. Write the hours that are allowed."
            )
        yield (
            "rule_contact_check",
            {
                "rule_id": rule["id"],
                "check_name": rule["check"],
                "subject": _subject(pack, rule),
                "is_law": pack.body.get("binding") != "house",
                "window_start": window.get("from"),
                "window_end": window.get("to"),
                "pattern": rule.get("pattern"),
                "needs_separate": rule.get("consent_kind") == "separate",
                "minimum_years": rule.get("minimum_years"),
                "longest_days": rule.get("longest_days"),
                "whole_person": rule.get("whole_person"),
                "most_customers": rule.get("most_customers"),
                "most_days_ahead": rule.get("most_days_ahead"),
                "most_days_late": rule.get("most_days_late"),
                "rule_version": pack.version,
            },
        )


def _subject(pack: Pack, rule: Mapping[str, Any]) -> str:
    """What the check of a rule is about, from the list of the feed that tells of it."""
    for name, (feed, column) in SUBJECTS.items():
        if name in rule:
            listed = catalogue().feeds[feed].table.column(column).enum
            if name == "hold_kind":
                listed = (*listed, *OWN_HOLD_KINDS)
            if rule[name] not in listed:
                raise RuleError(
                    f"{pack.path.name}, {rule['id']}: {name} {rule[name]} is none of "
                    f"{', '.join(listed)}."
                )
            return str(rule[name])
    return ANY


def protections(packs: Iterable[Pack], plan: Iterable[Row]) -> Iterator[Row]:
    """The checks that rules ask of every queue of a kind, where its plan does not name them.

    Args:
        packs: the packs in force; rules of checks may say `asked_of`.
        plan: rows of `rule_queue_check` that the contact plan makes.

    Returns:
        Further rows of `rule_queue_check`.

    Raises:
        RuleError: a rule is asked of something that is neither a queue nor what one serves, or is
            about a check that nobody has written and no queue asks for: its word is misspelt.
    """
    packs, plan = [pack for pack in packs if pack.kind == "contact_checks"], list(plan)
    asked = {(row["queue"], row["check_name"], row["subject"]) for row in plan}
    queues = sorted({row["queue"] for row in plan})
    for pack in packs:
        for rule in pack.body["rules"]:
            name, subject = rule["check"], _subject(pack, rule)
            for queue in _asked_of(pack, rule, queues):
                if asked.isdisjoint({(queue, name, subject), (queue, name, ANY)}):
                    asked.add((queue, name, subject))
                    yield {
                        "queue": queue,
                        "check_name": name,
                        "subject": subject,
                        "rule_id": rule["id"],
                        "rule_version": pack.version,
                    }
    _refuse_misspelt(packs, {name for _, name, _ in asked})


def _refuse_misspelt(packs: Iterable[Pack], asked: set[str]) -> None:
    """A check that is asked for and has no file refuses whoever it is asked of; this one nobody."""
    words = asked | {n.removeprefix(PREFIX) for n in model_names() if n.startswith(PREFIX)}
    for pack in packs:
        for rule in pack.body["rules"]:
            if rule["check"] not in words:
                raise RuleError(
                    f"{pack.path.name}, {rule['id']}: no queue asks for a check {rule['check']}, "
                    f"and there is no file {PREFIX}{rule['check']}.sql. The checks that there are: "
                    f"{', '.join(sorted(words))}."
                )


def _asked_of(pack: Pack, rule: Mapping[str, Any], queues: Iterable[str]) -> Iterator[str]:
    """The queues that a rule is asked of, by name, by what they serve or by where they go."""
    files, asked_of = catalogue().task_files, set(rule.get("asked_of", ()))
    words = {
        name: {name, file.serves, "internal" if file.is_internal else "external"}
        for name, file in files.items()
    }
    known = set().union(*words.values())
    if not asked_of <= known:
        raise RuleError(
            f"{pack.path.name}, {rule['id']}: asked_of {', '.join(sorted(asked_of - known))} is "
            f"none of {', '.join(sorted(known))}."
        )
    yield from (q for q in queues if asked_of & words[q])


def plan_rows(pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """A contact plan as rows of `rule_contact_plan` and of the `rule_queue` tables.

    Raises:
        RuleError: a queue has no task file contract, asks for a check twice,
            or has a step for an unknown stage or customer group.
    """
    source = {"rule_id": pack.name, "rule_version": pack.version}
    for queue, body in pack.body["queues"].items():
        if queue not in catalogue().task_files:
            raise RuleError(
                f"{pack.path.name}: queue {queue} has no contract in contracts/task_files; "
                f"add one, or take the queue out."
            )
        yield "rule_queue", {"queue": queue, "publish_empty": body["publish_empty"], **source}
        checks = [check.partition(":")[::2] for check in body["checks"]]
        whole = {name for name, subject in checks if not subject}
        for name, subject in checks:
            if subject and name in whole:
                raise RuleError(
                    f"{pack.path.name}: queue {queue} asks for {name} twice, whole and for "
                    f"{subject}. Keep one of the two."
                )
            yield (
                "rule_queue_check",
                {
                    "queue": queue,
                    "check_name": name,
                    "subject": subject or ANY,
                    **source,
                },
            )
        for code, reason in body.get("reasons", {}).items():
            yield (
                "rule_queue_reason",
                {
                    "queue": queue,
                    "reason_code": code,
                    "reason_zh": reason["zh"],
                    "reason_en": reason["en"],
                    **source,
                },
            )
        for step in body.get("steps", ()):
            for row in _step_rows(pack, step):
                yield "rule_contact_plan", {"queue": queue, **row, **source}


def _step_rows(pack: Pack, step: Mapping[str, Any]) -> Iterator[Row]:
    stages = catalogue().tables["loan_stage"].column("stage").enum
    groups = (*catalogue().feeds["customer"].table.column("customer_group").enum, NO_GROUP)
    wording: Mapping[str, str] = step.get("templates") or step["scripts"]
    unknown = sorted({*wording} - {"default", *groups})
    if step["stage"] not in stages or unknown:
        raise RuleError(
            f"{pack.path.name}: step of stage {step['stage']}: no such stage or customer group "
            f"({', '.join(unknown) or step['stage']})."
        )
    column = "template_id" if "templates" in step else "script_id"
    for group in groups:
        yield {
            "stage": step["stage"],
            "customer_group": group,
            "from_days_past_due": step["from_days_past_due"],
            "repeat_after_days": step["repeat_after_days"],
            column: wording.get(group, wording["default"]),
            "reason_zh": step["reason"]["zh"],
            "reason_en": step["reason"]["en"],
        }
