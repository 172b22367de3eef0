"""`python -m postloan feed template FEED`: an Excel template for a feed's sender."""

import argparse
from pathlib import Path

from postloan.errors import DeliveryError
from postloan.ingestion.feed_check import feed_named
from postloan.text.advice import advised


def run(args: argparse.Namespace) -> int:
    """Write the template and say what to do with it; 0 on success.

    Raises:
        DeliveryError: there is no such feed, or the file cannot be written.
    """
    from postloan.reference.feed_template import write_template

    feed = feed_named(args.feed)
    path = args.output or Path(f"{feed.name}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise DeliveryError(
            f"{path.name}: a template is a workbook. Name it with .xlsx at its end."
        )
    try:
        write_template(feed, path)
    except OSError as error:
        raise DeliveryError(f"{path} cannot be written. {advised(error)}") from error
    print(f"Written: {path} (feed {feed.name}, contract {feed.version})")
    print("Fill in the first sheet, save it as CSV UTF-8, then: python -m postloan feed check FILE")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed template` command."""
    parser = subparsers.add_parser(
        "template", help="write an Excel template for a feed's sender, from its contract"
    )
    parser.add_argument("feed", metavar="FEED")
    parser.add_argument("--output", type=Path, metavar="FILE.xlsx")
    parser.set_defaults(run=run)
