"""`python -m postloan loan explain TASK_ID`: from a task back to rules, files, lines and hashes."""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from postloan.cli.dates import add_date
from postloan.errors import PostloanError
from postloan.ingestion.reading.names import told_file
from postloan.lineage.task_lineage import (
    Contact,
    LineageStep,
    contacts_around,
    explain_task,
    is_recalled,
)
from postloan.settings import OF_RULES, languages, settings
from postloan.text.shown_text import on_one_line
from postloan.warehouse import open_warehouse

IS_DECISION = "Decisions"
IS_FACT = "Facts, as delivered"
IS_LEARNED_LATER = "Learned later"


_PATH = re.compile(r"(/[0-9]{4}-[0-9]{2}-[0-9]{2}/)([A-Za-z0-9_][A-Za-z0-9_.-]*)")
"""A delivered file in words; manifests may list it by no other signs."""


def _told(step: LineageStep) -> LineageStep:
    """A step whose names of files, in its words too, tell no number of a person."""
    what = {
        language: _PATH.sub(lambda found: found[1] + told_file(found[2]), words)
        for language, words in step.what.items()
    }
    return replace(step, what=what, file_name=step.file_name and told_file(step.file_name))


def _step_lines(step: LineageStep, language: str) -> Iterator[str]:
    step = _told(step)
    what = step.what[language]
    yield f"  {step.happened_on or ''!s:<10}  {step.kind} {step.subject}: {what}"
    if step.rule_id:
        yield f"{'':14}rule {step.rule_id}, version {step.rule_version}"
    if step.feed:
        place = f"{step.source}/{step.delivered_on}/{step.file_name}, line {step.line_no}"
        yield f"{'':14}{place}  sha256 {step.file_sha256}  contract {step.contract_version}"


def chain_lines(task_id: str, steps: Sequence[LineageStep], language: str) -> list[str]:
    """The chain as lines for a terminal: what was decided, what it rests on, what came later."""
    head = f"Task {task_id}" + (" (recalled)" if is_recalled(steps) else "")
    decided = [s for s in steps if s.feed is None]
    told = [s for s in steps if s.feed is not None and not s.is_later]
    learned = [s for s in steps if s.feed is not None and s.is_later]
    return [
        head,
        "=" * len(head),
        IS_DECISION,
        *(line for step in decided for line in _step_lines(step, language)),
        IS_FACT,
        *(line for step in told for line in _step_lines(step, language)),
        *([IS_LEARNED_LATER] if learned else []),
        *(line for step in learned for line in _step_lines(step, language)),
    ]


def _contact_line(contact: Contact, language: str) -> str:
    parts = [
        contact.answer + (f" in revision {contact.revision}" if contact.revision else ""),
        contact.reason[language],
        f"not before {contact.window_start}" if contact.window_start else None,
        f"rule {contact.rule_id} {contact.rule_version}" if contact.rule_id else None,
        contact.task_id,
    ]
    told = "; ".join(p for p in parts if p)
    where = "report of" if contact.answer == "reported" else "file of"
    return f"  {where} {contact.business_date}  {contact.queue}: {told}"


def contact_lines(
    customer_id: str, day: date, contacts: Sequence[Contact], language: str
) -> list[str]:
    """Tasks, denials and reports of one customer around one day, and how to see more."""
    head = f"Customer {customer_id} around {day}"
    shown = [_contact_line(c, language) for c in contacts]
    more = "More about one of them: python -m postloan loan explain TASK_ID"
    return [
        head,
        "=" * len(head),
        *(shown or ["  no task and no denial in the files of that date and of the day before"]),
        *([more] if any(c.task_id for c in contacts if c.answer != "reported") else []),
    ]


def _print_json(items: Sequence[LineageStep] | Sequence[Contact]) -> None:
    rows = (asdict(_told(item) if isinstance(item, LineageStep) else item) for item in items)
    print(json.dumps([dict(_flat(row)) for row in rows], indent=2, ensure_ascii=False, default=str))


def _flat(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Words with their language in the name: `what_zh`, `what_en`."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{language}", words) for language, words in value.items())
        else:
            yield name, value


def run(args: argparse.Namespace) -> int:
    """Print the chain of one task, or the contacts of one customer; 0 on success."""
    about_customer = bool(args.customer and args.date)
    if bool(args.task_id) == about_customer or bool(args.customer) != bool(args.date):
        raise PostloanError("Name a task, or a customer and a date: --customer C --date D.")
    language = args.language or settings().header_language
    told_in = sorted({*OF_RULES, language}) if args.json else (language,)
    with open_warehouse() as warehouse:
        if about_customer:
            contacts = contacts_around(warehouse, args.customer, args.date, told_in)
            lines = contact_lines(args.customer, args.date, contacts, language)
            found: Sequence[LineageStep] | Sequence[Contact] = contacts
        else:
            steps = explain_task(warehouse, args.task_id, told_in)
            lines, found = chain_lines(args.task_id, steps, language), steps
    if args.json:
        _print_json(found)
    else:
        print("\n".join(map(on_one_line, lines)))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `loan explain` command."""
    parser = subparsers.add_parser(
        "explain",
        help="from a task back to rules, files, lines and hashes",
        description="Prints what a task rests on, as it was known when it was made: decisions with "
        "their rules, and facts with file, line and SHA-256; beside it, what was corrected since. "
        "With a customer and a date, lists tasks, denials and reports.",
    )
    parser.add_argument("task_id", nargs="?", metavar="TASK_ID", help="as the task file gives it")
    parser.add_argument("--customer", metavar="ID", help="list what was asked for one customer")
    add_date(parser, words="the day of the contact: its file is that of the day before")
    parser.add_argument("--language", choices=languages(), help="of the words; see the settings")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(run=run)
