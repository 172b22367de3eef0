"""`python -m postloan restriction list|release`: what protects a customer, and who releases it."""

import argparse
from collections.abc import Sequence
from datetime import date

from postloan.cli.acting import acting_person, add_by
from postloan.cli.common import business_date, counted_as, how_to_publish, not_looked_at
from postloan.contact.restrictions.release import append_releases, check_customer
from postloan.contact.restrictions.standing import UNCLEAR_ROW, Protection, standing_protections
from postloan.contact.restrictions.waiting import Asked, releases_of
from postloan.settings import settings
from postloan.text.shown_text import made_visible
from postloan.warehouse import open_warehouse

NOBODY = "names nobody known: nobody is contacted"
NOBODY_BESIDES = "a line in it " + NOBODY


def _told(standing: Protection) -> str:
    """One line: what `release` takes, since when, what is known and whom it holds."""
    held = f"holds {', '.join(standing.customers)}" if standing.customers else NOBODY
    if standing.customers and standing.names_nobody:
        held = f"{held}; {NOBODY_BESIDES}"
    known = f"since {standing.since}, load {standing.load_no}"
    told = f"{standing.kind:<14} {standing.shown_key:<44} {known}: {standing.inputs}: {held}"
    return f"  {made_visible(told)}"


def run_list(args: argparse.Namespace) -> int:
    """Print what protects until a person decides, each thing by itself; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        if args.customer:
            check_customer(warehouse, args.customer)
        standing = standing_protections(warehouse, args.on or date.max)
        # What nobody has read protects nobody by name: it holds the files of all.
        lines = [] if args.customer else [*not_looked_at(warehouse, home.landing)]
    asked = [
        s
        for s in standing
        if (args.customer in s.customers if args.customer else args.all or s.is_question)
    ]
    for one in asked:
        print(_told(one))
    rows = [s for s in asked if s.kind == UNCLEAR_ROW]
    questions = sum(s.is_question for s in asked) - len(rows)
    _count(rows)
    print(
        f"{questions:,} {counted_as(questions, 'question about customers waits', _MANY)} for a "
        f"person{', beside the rows' if rows else ''}."
    )
    if rows:
        print("Correct a row: python -m postloan feed requeue --help")
    if asked:
        print(
            "Release one, its key in quotes as it is listed: "
            'python -m postloan restriction release --kind KIND --key "KEY" --reason TEXT'
        )
    if args.customer:
        print(
            "What was told in order ends as it was told and is not listed here: "
            f"python -m postloan explain --customer {made_visible(args.customer)} --date D"
        )
    print("\n".join(lines), end="\n" if lines else "")
    return 0


_MANY = "questions about customers wait"


def _count(rows: Sequence[Protection]) -> None:
    if not rows:
        print("No refused row holds anybody.")
        return
    held = {customer_id for row in rows for customer_id in row.customers}
    nameless = sum(row.names_nobody for row in rows)
    shut = ", and the gate is shut for all" if nameless else ""
    print(
        f"{len(rows):,} refused {counted_as(len(rows), 'row holds', 'rows hold')} {len(held):,} "
        f"{counted_as(len(held), 'customer')}; {nameless:,} of them "
        f"{counted_as(nameless, 'names', 'name')} nobody known{shut}."
    )


def run_release(args: argparse.Namespace) -> int:
    """Record the release of one thing and say what to do next; 0 on success."""
    asked = Asked(
        kind=args.kind,
        customer_id=args.customer,
        other_customer_id=args.other_customer,
        key=args.key,
        feed=args.feed,
        received_on=args.date,
        line_no=args.line,
        load_no=args.load,
    )
    with open_warehouse(settings().warehouse_url) as warehouse:
        releases = releases_of(warehouse, asked)
        counts_on = append_releases(
            warehouse,
            releases,
            released_by=acting_person(args.by),
            reason=args.reason,
            released_on=args.on,
        )
        next_step = how_to_publish(warehouse, counts_on)
    print(f"  released: {len(releases):,} of kind {releases[0].kind}, as of {counts_on}")
    print(next_step)
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `restriction` command with its own commands."""
    parser = subparsers.add_parser(
        "restriction", help="what protects a customer until a person decides"
    )
    nested = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = nested.add_parser("list", help="what waits for a person")
    _add_date(listing, "--on", "rows as known on that business date; all that is loaded by default")
    listing.add_argument(
        "--customer", metavar="CUSTOMER_ID", help="all that protects this one and a person may end"
    )
    listing.add_argument(
        "--all", action="store_true", help="also what ends by itself or is known for certain"
    )
    listing.set_defaults(run=run_list)
    releasing = nested.add_parser("release", help="release one thing that protects a customer")
    releasing.add_argument("--kind", metavar="KIND", help="what protects, as listed")
    releasing.add_argument("--key", metavar="KEY", help="which one of the kind, as listed")
    releasing.add_argument("--customer", metavar="CUSTOMER_ID", help="the customer protected")
    releasing.add_argument(
        "--other-customer", metavar="CUSTOMER_ID", help="where it is about two customers"
    )
    releasing.add_argument("--feed", help="the feed that told of it")
    _add_date(releasing, "--date", "the date of the delivery that told of it")
    releasing.add_argument("--line", type=int, metavar="N", help="of a refused row: its line")
    releasing.add_argument(
        "--load", type=int, metavar="N", help="the load that was looked at, as listed"
    )
    add_by(releasing, "releases it")
    releasing.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; it stays on the release"
    )
    _add_date(releasing, "--on", "the business date it counts from; by default the newest")
    releasing.set_defaults(run=run_release)


def _add_date(parser: argparse.ArgumentParser, option: str, words: str) -> None:
    parser.add_argument(option, type=business_date, metavar="YYYY-MM-DD", help=words)
