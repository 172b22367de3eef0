"""`python -m postloan feed requeue`: judge quarantined rows again, as they are or corrected."""

import argparse
from pathlib import Path

from postloan.cli.acting import acting_person, add_by
from postloan.cli.dates import add_date
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from postloan.text.shown_text import some
from postloan.warehouse import open_warehouse


def run(args: argparse.Namespace) -> int:
    """Requeue and say what was released; 0 on success."""
    home = settings()
    wanted = ReprocessRequest(
        args.source,
        args.date,
        acting_person(args.by),
        args.reason,
        args.feed,
        args.corrected,
    )
    with open_warehouse(home.warehouse_url) as warehouse:
        feeds, result = requeue(warehouse, home, wanted)
    for feed in feeds:
        corrected = f", {feed.corrected:,} corrected" if feed.corrected else ""
        print(
            f"  {feed.feed:<28} {feed.held:>8,} rows in quarantine{corrected}: "
            f"{feed.released:,} released"
        )
        if feed.named_others:
            lines = some([*map(str, feed.named_others)])
            print(
                f"  note: line {lines}: the refused row named another "
                f"customer, who stays held until a person releases it: python -m postloan "
                f"restriction release --feed {feed.feed} --date {args.date} --line N --reason TEXT"
            )
    for warning in result.warnings:
        print(f"  note: {warning}")
    print(f"{args.source} {args.date}: {result.rows_quarantined:,} rows stay in quarantine.")
    if any(feed.released for feed in feeds):
        print(f"The date has new facts. Run it: python -m postloan day run --date {args.date}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed requeue` command."""
    parser = subparsers.add_parser(
        "requeue",
        help="judge quarantined rows again after a fix",
        description="Judges quarantined rows of one delivery again. Without --from as they are: "
        "what they refer to has arrived, or the contract was corrected. With --from as corrected: "
        "a copy of the published quarantine file with raw_text edited, or a CSV with line_no and "
        "the columns of the feed. What passes becomes facts of that date.",
    )
    parser.add_argument("--source", required=True)
    add_date(parser, required=True)
    parser.add_argument("--feed", help="by default every feed with rows in quarantine")
    add_by(parser, "releases the rows")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the rows")
    parser.add_argument(
        "--from", dest="corrected", type=Path, metavar="FIXED.csv", help="corrected rows"
    )
    parser.set_defaults(run=run)
