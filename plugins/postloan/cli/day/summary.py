"""`python -m postloan day summary`: what happened on a business date."""

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from postloan.business_day.gates import FailedCheck, together
from postloan.business_day.summary import Summary, finished_dates, read_summary
from postloan.cli.common import (
    counted_as,
    not_loaded_lines,
    whether_airflow_is_up,
)
from postloan.cli.dates import add_date
from postloan.doctor.waiting import Waiting, look_at
from postloan.errors import PostloanError, WarehouseError
from postloan.ingestion.arrivals.out_of_place import never_taken_in
from postloan.settings import Settings, settings
from postloan.steps import CHAIN

LATER = "suppress_contacts"
"""A step that follows when the date is closed, and only where something speaks against a task."""


HELD = "HELD: "
"""How the note begins that says which files a gate holds."""


def _deliveries(summary: Summary) -> Iterator[str]:
    yield "Deliveries"
    for d in summary["deliveries"]:
        held = f", {d['rows_quarantined']:,} in quarantine" if d["rows_quarantined"] else ""
        loaded = f"{d['rows_loaded']:>10,} of {d['rows_in']:,} {counted_as(d['rows_in'], 'row')}"
        yield f"  {d['source']:<28} {loaded} loaded{held}"
    for q in summary.get("quarantine", []):
        yield f"    {q['feed']:<26} {'; '.join(_quarantined(q))}"
    if summary["reason"]:
        yield f"  {summary['reason']}"


def _quarantined(feed: Summary) -> Iterator[str]:
    """What became of the refused rows of a feed; summaries of earlier days say less."""
    waiting, settled = feed["rows_open"], feed.get("rows_settled", 0)
    yield (
        f"{waiting:>10,} {counted_as(waiting, 'row waits', 'rows wait')} in quarantine: "
        "python -m postloan feed requeue --help"
        if waiting
        else f"{'no':>10} row waits in quarantine"
    )
    if settled:
        yield f"{settled:,} mended by a later row, or released by a person"
    if feed["rows_released"]:
        yield f"{feed['rows_released']:,} loaded from quarantine (feed requeue)"


def _not_loaded(home: Settings, now: Waiting | None) -> Iterator[str]:
    """What is not loaded by now, whatever date it is for."""
    refused, waiting = (now.refused, now.arrived) if now else ((), ())
    yield from not_loaded_lines(refused, waiting, never_taken_in(home.landing))


def _unclear_rows(summary: Summary) -> Iterator[str]:
    """Whom refused rows hold, and how to go on; nothing where none may restrict."""
    found = summary.get("unclear_rows")
    if not found or not (found["rows_named"] or found["rows_nameless"]):
        return
    named, nameless, held = found["rows_named"], found["rows_nameless"], found["customers_held"]
    yield "Refused rows that may restrict contact, of this date and earlier ones"
    if named:
        yield (
            f"  {'customers held':<28} {held:>10,}, by {named:,} {counted_as(named, 'row')} that "
            f"{counted_as(named, 'names', 'name')} them: nobody contacts them"
        )
    if nameless:
        yield (
            f"  {'rows that name nobody known':<28} {nameless:>10,}: nobody is contacted at all "
            "until they are mended or released"
        )
    yield "  Correct them (feed requeue), have them delivered again, or look and release:"
    yield f"  python -m postloan restriction list --date {summary['business_date']}"


def _steps(summary: Summary) -> Iterator[str]:
    yield "Steps"
    for name in (*(step.name for step in CHAIN[:-1]), LATER):
        step = summary["steps"].get(name)
        if step is None and name == LATER:
            continue
        if step is None:
            yield f"  {name:<28} no counts"
            continue
        counts = ", ".join(f"{m.replace('_', ' ')} {n:,}" for m, n in step["counts"].items() if n)
        words = "; ".join(filter(None, [counts, _short(step["note"])]))
        yield f"  {name:<28} {words or 'nothing due'}"


def _short(note: str | None) -> str | None:
    """The note of a step; what the gates say stands with the gates, once."""
    if not note or not note.startswith(HELD):
        return note
    return f"{note.partition('). ')[0]}): see the gates below" if "). " in note else note


def _paused(stage: Summary) -> str:
    """The paused loans of a stage, beside the others; summaries of earlier days have none."""
    loans = stage.get("paused_loans", 0)
    return f", {loans:,} paused with {Decimal(stage['paused_amount']):,.2f}" if loans else ""


def _stages(summary: Summary) -> Iterator[str]:
    yield "Loans per stage"
    for s in summary["stages"]:
        amount = f"{Decimal(s['overdue_amount']):,.2f}"
        yield (
            f"  {s['stage']:<28} {s['loans']:>10,} loans {amount:>20} {s['currency']} overdue"
            f"{_paused(s)}"
        )
    if not summary["stages"]:
        yield "  no loan is past due"
    yield "Who moved"
    for m in summary["moves"]:
        move = f"{m['from_stage']} → {m['to_stage']}"
        yield f"  {move:<28} {m['loans']:>10,} loans ({m['event']})"
    if not summary["moves"]:
        yield "  nobody: the book was opened" if summary["is_opening"] else "  nobody"


def _positions(summary: Summary) -> Iterator[str]:
    """What the core sees otherwise; nothing where it did not tell its view."""
    counts = summary["steps"].get("stage_overdue_loans", {}).get("counts", {})
    compared = counts.get("loans_compared_with_core")
    if compared is None:
        return
    yield "Differences with the core"
    for p in summary["positions"]:
        yield f"  {p['difference']:<28} {p['loans']:>10,} loans ({p['explanation']})"
    if not summary["positions"]:
        yield f"  none in {compared:,} loans"


def _gates(summary: Summary) -> Iterator[str]:
    yield "Gates before contact"
    checks = summary.get("gates", ())
    failed = [c for c in checks if c["outcome"] == "failed"]
    shut = [c for c in failed if not c["released_by"]]
    for check in together(map(_check, shut)):
        yield f"  {check.gate:<28} SHUT ({check.check_name}): {check.message}"
    for person in dict.fromkeys(c["released_by"] for c in failed if c["released_by"]):
        for check in together(_check(c) for c in failed if c["released_by"] == person):
            yield (f"  {check.gate:<28} released by {person} ({check.check_name}): {check.message}")
    for outcome, word in (("passed", "passed"), ("not_applicable", "not applicable")):
        number = sum(c["outcome"] == outcome for c in checks)
        if number:
            yield f"  {word:<28} {number:>10,} checks"
    if shut:
        day = summary["business_date"]
        yield "  The files of outside receivers are held. Deliver again, or release:"
        yield f"  python -m postloan gate release --date {day} --reason TEXT"
        names = sorted({c["check"] for c in shut})
        if len(names) > 1:
            yield f"  One of them alone: with --check {' or --check '.join(names)}"


def _check(told: Summary) -> FailedCheck:
    return FailedCheck(told["gate"], told["check"], told["feed"], told["column"], told["en"])


def _files(summary: Summary, home: Settings) -> Iterator[str]:
    yield "Contacts denied"
    for d in summary["denials"]:
        yield f"  {d['reason']:<28} {d['denials']:>10,}"
    if not summary["denials"]:
        yield (
            "  none yet: what is held is judged when it goes out" if _is_held(summary) else "  none"
        )
    yield f"Task files in {home.outbox}"
    for p in summary["published"]:
        recalled = f", {p['recalled']:,} recalled" if p["recalled"] else ""
        yield f"  {p['queue']:<28} {p['added']:>10,} tasks{recalled}  {p['folder']}/"
    if not summary["published"]:
        yield "  none"


def _decisions(summary: Summary, now: Waiting | None) -> Iterator[str]:
    """What waits for a person now; as of the close where the warehouse could not be asked."""
    counts = summary["steps"].get("start_legal_preparation", {}).get("counts", {})
    cases = counts.get("cases_awaiting_approval", 0)
    questions, since = summary.get("questions", 0), summary.get("asked_since")
    yield "Decisions waiting" if now else "Decisions waiting, as of the close of the date"
    if now:
        cases, questions, since = now.legal_cases, now.questions, now.asked_since
    lines = []
    if cases:
        asked = f" ({now.asked_cases:,} in the newest question)" if now else ""
        lines.append(
            f"{cases:,} legal {counted_as(cases, 'case')}{asked}: "
            "in Airflow's UI below Browse, Required Actions"
        )
    if questions:
        oldest = f", the oldest since {since}" if since else ""
        command = "python -m postloan restriction list"
        about = counted_as(questions, "question about a customer", "questions about customers")
        lines.append(f"{questions:,} {about}{oldest}: {command}")
    if now and now.go_live_actions:
        actions = counted_as(now.go_live_actions, "first action")
        lines.append(
            f"{now.go_live_actions:,} {actions} of the opening: "
            "python -m postloan gate release-opening --date DATE"
        )
    lines += _told_above(summary, now)
    yield from (f"  {line}" for line in lines or ["none"])


def _told_above(summary: Summary, now: Waiting | None) -> Iterator[str]:
    """What waits as well and has a part of its own."""
    rows = summary.get("unclear_rows") or {}
    if rows.get("rows_named") or rows.get("rows_nameless"):
        yield "refused rows that may restrict contact: see above"
    if now and (now.refused or now.arrived):
        yield "deliveries that are not loaded: see above"
    if _is_held(summary):
        yield "a gate that is shut: see above"


def _is_held(summary: Summary) -> bool:
    return any(c["outcome"] == "failed" and not c["released_by"] for c in summary.get("gates", ()))


def lines_of(summary: Summary, home: Settings, now: Waiting | None = None) -> list[str]:
    """The summary as lines for a terminal; `now` is what waits for a person by now."""
    kind = ", opening of the book" if summary["is_opening"] else ""
    head = f"Business date {summary['business_date']}, revision {summary['revision']}{kind}"
    return [
        head,
        "=" * len(head),
        *_deliveries(summary),
        *_not_loaded(home, now),
        *_unclear_rows(summary),
        *_steps(summary),
        *_stages(summary),
        *_positions(summary),
        *_gates(summary),
        *_files(summary, home),
        *_decisions(summary, now),
        whether_airflow_is_up(home),
    ]


def show_summary(home: Settings, day: date) -> None:
    """Print the summary of a closed date."""
    summary = read_summary(home.reports, day)
    try:
        now = look_at(home.warehouse_url)
    except WarehouseError:
        now = None
    print("\n".join(["", *lines_of(summary, home, now)]))


def run(args: argparse.Namespace) -> int:
    """Print the summary of a date, the newest by default; 0 on success."""
    home = settings()
    days = finished_dates(home.reports)
    if args.date is None and not days:
        raise PostloanError("No business date is closed yet. Start with: make run")
    show_summary(home, args.date or days[-1])
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day summary` command."""
    parser = subparsers.add_parser("summary", help="what happened on a business date")
    add_date(parser, words="the newest by default")
    parser.set_defaults(run=run)
