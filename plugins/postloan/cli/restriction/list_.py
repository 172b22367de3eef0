"""`python -m postloan restriction list`: what protects a customer until a person decides."""

import argparse
from collections.abc import Sequence
from datetime import date

from postloan.cli.common import counted_as, not_looked_at
from postloan.cli.dates import add_date
from postloan.contact.restrictions.release import check_customer
from postloan.contact.restrictions.standing import UNCLEAR_ROW, Protection, standing_protections
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


def run(args: argparse.Namespace) -> int:
    """Print what protects until a person decides, each thing by itself; 0 on success."""
    home = settings()
    with open_warehouse(home.warehouse_url) as warehouse:
        if args.customer:
            check_customer(warehouse, args.customer)
        standing = standing_protections(warehouse, args.date or date.max)
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
            f"python -m postloan loan explain --customer {made_visible(args.customer)} --date D"
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


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `restriction list` command."""
    parser = subparsers.add_parser("list", help="what waits for a person")
    add_date(parser, words="rows as known on that business date; all that is loaded by default")
    parser.add_argument(
        "--customer", metavar="CUSTOMER_ID", help="all that protects this one and a person may end"
    )
    parser.add_argument(
        "--all", action="store_true", help="also what ends by itself or is known for certain"
    )
    parser.set_defaults(run=run)
