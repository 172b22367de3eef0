"""`python -m postloan feed import`: turn foreign tables into landing deliveries."""

import argparse
from pathlib import Path

from postloan.cli.dates import add_date
from postloan.landing.foreign import ImportSummary, import_tables, read_mapping
from postloan.settings import settings


def _report(summary: ImportSummary, landing: Path) -> str:
    lines = [
        f"Imported: {summary.deliveries} deliveries in {landing}",
        f"  opening {summary.opening}, daily up to {summary.until}",
    ]
    for feed, rows in summary.rows.items():
        later = summary.later_rows.get(feed, 0)
        note = f", {later:,} more after {summary.until} not delivered" if later else ""
        lines.append(f"  {feed:<20} {rows:>12,} rows{note}")
    return "\n".join(lines)


def run(args: argparse.Namespace) -> int:
    """Import by a mapping and say what was delivered; 0 on success."""
    landing = args.to or settings().landing
    summary = import_tables(
        read_mapping(args.mapping),
        args.folder,
        landing,
        opening=args.opening,
        until=args.until,
    )
    print(_report(summary, landing))
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed import` command."""
    parser = subparsers.add_parser(
        "import",
        help="turn foreign tables into landing deliveries",
        description=(
            "Reads CSV and Parquet files as a mapping says and writes one opening delivery and "
            "one delivery per following day. What the files lack stays empty."
        ),
    )
    parser.add_argument("--mapping", type=Path, required=True, metavar="FILE", help="a YAML file")
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, metavar="DIR", help="the foreign files"
    )
    parser.add_argument(
        "--to", type=Path, metavar="LANDING", help="landing zone; that of POSTLOAN_HOME by default"
    )
    add_date(
        parser, "--opening", "business date of the opening; replaces both dates of the mapping"
    )
    add_date(parser, "--until", "last business date")
    parser.set_defaults(run=run)
