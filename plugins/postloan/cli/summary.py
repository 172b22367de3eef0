"""`python -m postloan summary`: what happened on a business date."""

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from postloan.cli.shown import business_date, where_the_ui_is
from postloan.errors import PostloanError
from postloan.reports import Summary, finished_dates, read_summary
from postloan.settings import Settings, settings
from postloan.steps.chain import STEPS


def _deliveries(summary: Summary) -> Iterator[str]:
    yield "Deliveries"
    for d in summary["deliveries"]:
        held = f", {d['rows_quarantined']:,} in quarantine" if d["rows_quarantined"] else ""
        yield f"  {d['source']:<28} {d['rows_loaded']:>10,} rows of {d['rows_in']:,}{held}"
    for q in summary.get("quarantine", []):
        words = f"{q['rows_open']:>10,} rows in quarantine, {q['rows_released']:,} released since"
        yield f"    {q['feed']:<26} {words}"
    if summary["reason"]:
        yield f"  {summary['reason']}"


def _steps(summary: Summary) -> Iterator[str]:
    yield "Steps"
    for name in STEPS:
        step = summary["steps"].get(name)
        if step is None:
            yield f"  {name:<28} no counts"
            continue
        counts = ", ".join(f"{m.replace('_', ' ')} {n:,}" for m, n in step["counts"].items() if n)
        words = "; ".join(filter(None, [counts, step["note"]]))
        yield f"  {name:<28} {words or 'nothing due'}"


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
    for c in checks:
        if c["outcome"] == "failed":
            state = f"released by {c['released_by']}" if c["released_by"] else "SHUT"
            yield f"  {c['gate']:<28} {state}: {c['en']}"
    for outcome, word in (("passed", "passed"), ("not_applicable", "not applicable")):
        number = sum(c["outcome"] == outcome for c in checks)
        if number:
            yield f"  {word:<28} {number:>10,} checks"
    if any(c["outcome"] == "failed" and not c["released_by"] for c in checks):
        day = summary["business_date"]
        yield "  The files of outside receivers are held. Deliver again, or release:"
        yield f"  python -m postloan release-gate {day} --by NAME --reason TEXT"


def _files(summary: Summary, home: Settings) -> Iterator[str]:
    yield "Contacts denied"
    for d in summary["denials"]:
        yield f"  {d['reason']:<28} {d['denials']:>10,}"
    if not summary["denials"]:
        yield "  none"
    yield f"Task files in {home.outbox}"
    for p in summary["published"]:
        recalled = f", {p['recalled']:,} recalled" if p["recalled"] else ""
        yield f"  {p['queue']:<28} {p['added']:>10,} tasks{recalled}  {p['folder']}/"
    if not summary["published"]:
        yield "  none"


def _decisions(summary: Summary) -> Iterator[str]:
    yield "Decisions waiting"
    counts = summary["steps"].get("start_legal_preparation", {}).get("counts", {})
    cases = counts.get("cases_awaiting_approval", 0)
    if cases:
        yield f"  {cases:,} legal cases: in the UI below Browse, Required Actions"
    else:
        yield "  none"


def lines_of(summary: Summary, home: Settings) -> list[str]:
    """The summary as lines for a terminal."""
    kind = ", opening of the book" if summary["is_opening"] else ""
    head = f"Business date {summary['business_date']}, revision {summary['revision']}{kind}"
    return [
        head,
        "=" * len(head),
        *_deliveries(summary),
        *_steps(summary),
        *_stages(summary),
        *_positions(summary),
        *_gates(summary),
        *_files(summary, home),
        *_decisions(summary),
        where_the_ui_is(home),
    ]


def show_summary(home: Settings, day: date) -> None:
    """Print the summary of a closed date."""
    print("\n".join(["", *lines_of(read_summary(home.reports, day), home)]))


def run(args: argparse.Namespace) -> int:
    """Print the summary of a date, the newest by default; 0 on success."""
    home = settings()
    days = finished_dates(home.reports)
    if args.date is None and not days:
        raise PostloanError("No business date is closed yet. Start with: make run")
    show_summary(home, args.date or days[-1])
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `summary` command."""
    parser = subparsers.add_parser("summary", help="what happened on a business date")
    parser.add_argument(
        "--date", type=business_date, metavar="YYYY-MM-DD", help="the newest by default"
    )
    parser.set_defaults(run=run)
