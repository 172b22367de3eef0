"""`python -m postloan feed check FILE`: test a file before it is sent."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from postloan.ingestion.feed_check import FeedReport, check_feed, feed_named, guess_feed


def _told(report: FeedReport) -> Iterator[str]:
    yield f"{report.file}: feed {report.feed}, contract {report.contract_version}"
    yield (
        f"  {report.rows_in:,} rows in, {report.rows_good:,} good, {report.rows_refused:,} refused"
    )
    for fault in report.faults:
        where = f"{fault.column}: {fault.reason}" if fault.column else fault.reason
        lines = ", ".join(map(str, fault.first_lines))
        more = ", …" if fault.rows > len(fault.first_lines) else ""
        yield f"  {where}: {fault.rows:,} rows (lines {lines}{more})"
        yield f"      {fault.advice}"
    for check in report.failed_checks:
        effect = "stops the delivery" if check.stops else "is a warning"
        column = f" on {check.column}" if check.column else ""
        rows = f", {check.rows:,} rows" if check.rows else ""
        yield f"  check {check.kind}{column} failed{rows}; it {effect}"
        yield f"      {check.told}"
    if report.beyond_limit:
        yield f"  So many refused rows: this stops the delivery. {report.beyond_limit}"
    if report.not_judged:
        yield "  Not judged:"
        yield from (f"      {sentence}" for sentence in report.not_judged)
    yield "  Ready to send." if report.is_clean else "  Mend the file, then check it again."


def run(args: argparse.Namespace) -> int:
    """Print the report; 0 for a clean file, 1 where rows are refused or a check fails."""
    feed = feed_named(args.feed) if args.feed else guess_feed(args.file)
    report = check_feed(args.file, feed, args.others, is_opening=args.opening)
    print("\n".join(_told(report)))
    if args.report:
        from postloan.ingestion.feed_report import write_report

        write_report(report, args.report)
        print(f"  Report written: {args.report}")
    return 0 if report.is_clean else 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed check` command."""
    parser = subparsers.add_parser(
        "check",
        help="test a feed's file before it is sent",
        description=(
            "Takes the file through the staging and the checks of a real delivery, in memory. "
            "Needs no installation and prints no value of the data."
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--feed", metavar="NAME", help="what the file holds, if its name does not")
    parser.add_argument("--opening", action="store_true", help="it is part of the full book")
    parser.add_argument(
        "--with",
        dest="others",
        type=Path,
        action="append",
        default=[],
        metavar="OTHER",
        help="file of a feed it refers to, or an earlier one of the same feed; repeatable",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="also as .xlsx or .csv")
    parser.set_defaults(run=run)
