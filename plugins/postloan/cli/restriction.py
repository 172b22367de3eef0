"""`python -m postloan restriction list|release`: what protects a customer, and who releases it."""

import argparse
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from postloan.cli.acting import acting_person, acting_reason, add_by
from postloan.cli.shown import business_date
from postloan.restrictions.questions import open_questions
from postloan.restrictions.release import Release, append_releases
from postloan.restrictions.standing import check_stands
from postloan.restrictions.waiting import KIND, Asked, UnclearRow, releases_of, waiting_rows
from postloan.settings import settings
from postloan.warehouse import open_warehouse

NOBODY = "names nobody known: nobody is contacted"


def _told(row: UnclearRow, customers: list[str]) -> str:
    at_fault = f" in {row.column_name}" if row.column_name else ""
    whom = f"holds {', '.join(customers)}" if customers else NOBODY
    place = f"{row.feed} {row.received_on} line {row.line_no}"
    return f"  {place:<44} {row.reason}{at_fault}: {whom}"


def run_list(args: argparse.Namespace) -> int:
    """Print what restricts until a person decides; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        rows = waiting_rows(warehouse, args.on or date.max)
        questions = open_questions(warehouse)
    _tell_rows(rows)
    for question in questions:
        print(f"  {question.kind:<14} customer {question.customer_id}: {question.inputs}")
    print(f"{len(questions):,} questions wait for a person.")
    if rows:
        print("Correct a row: python -m postloan feed requeue --help")
    if rows or questions:
        print("Release: python -m postloan restriction release --help")
    return 0


def _tell_rows(rows: Sequence[UnclearRow]) -> None:
    """One line for each refused row, and how many customers they hold."""
    held: set[str] = set()
    nameless = 0
    for _, found in groupby(rows, key=lambda row: (row.place, row.file_sha256)):
        same = list(found)
        customers = [row.customer_id for row in same if row.customer_id]
        held.update(customers)
        nameless += not customers
        print(_told(same[0], customers))
    print(f"{len(held):,} customers are held by refused rows; {nameless:,} rows name nobody known.")


def run_release(args: argparse.Namespace) -> int:
    """Record a release and say what to do next; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        releases: tuple[Release, ...]
        if args.kind == KIND:
            releases = releases_of(warehouse, Asked(args.customer, args.feed, args.date, args.line))
        else:
            check_stands(warehouse, args.kind, args.customer)
            releases = (Release(args.kind, args.customer, args.other_customer),)
        counts_on = append_releases(
            warehouse,
            releases,
            released_by=acting_person(args.by),
            reason=acting_reason(args.reason),
            released_on=args.on,
        )
    print(f"  released: {len(releases):,} of kind {args.kind}, as of {counts_on}")
    print(f"Nothing was sent. To publish: python -m postloan run --date {counts_on}")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `restriction` command with its own commands."""
    parser = subparsers.add_parser(
        "restriction", help="what protects a customer until a person decides"
    )
    nested = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = nested.add_parser("list", help="what waits for a person")
    _add_date(listing, "--on", "rows as known on that business date; all that is loaded by default")
    listing.set_defaults(run=run_list)
    releasing = nested.add_parser("release", help="release what protects a customer")
    releasing.add_argument(
        "--kind", default=KIND, metavar="KIND", help=f"what protects, as listed; {KIND} by default"
    )
    releasing.add_argument("--customer", metavar="CUSTOMER_ID", help="the customer protected")
    releasing.add_argument(
        "--other-customer", metavar="CUSTOMER_ID", help="where it is about two customers"
    )
    releasing.add_argument("--feed", help="of a refused row: its feed")
    _add_date(releasing, "--date", "of a refused row: the date of its delivery")
    releasing.add_argument("--line", type=int, metavar="N", help="of a refused row: its line")
    add_by(releasing, "releases it")
    releasing.add_argument("--reason", required=True, help="why; it stays on the release")
    _add_date(releasing, "--on", "the business date it counts from; by default the newest")
    releasing.set_defaults(run=run_release)


def _add_date(parser: argparse.ArgumentParser, option: str, words: str) -> None:
    parser.add_argument(option, type=business_date, metavar="YYYY-MM-DD", help=words)
