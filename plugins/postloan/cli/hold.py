"""`python -m postloan hold place|lift|list`: legal holds, which keep data beyond its time."""

import argparse

from postloan.cli.acting import acting_person, add_by
from postloan.cli.common import business_date
from postloan.retention.holds import Hold, all_holds, lift, place
from postloan.settings import settings
from postloan.warehouse import open_warehouse


def run_place(args: argparse.Namespace) -> int:
    """Place a hold; 0 on success."""
    hold = Hold(args.hold_id, args.starts_on, args.customer, args.first_date, args.last_date)
    with open_warehouse(settings().warehouse_url) as warehouse:
        place(warehouse, hold, args.reason, acting_person(args.by))
    print(f"Hold {args.hold_id} is placed as of {args.starts_on}.")
    return 0


def run_lift(args: argparse.Namespace) -> int:
    """Lift a hold; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        lift(warehouse, args.hold_id, args.on, acting_person(args.by))
    print(f"Hold {args.hold_id} is lifted as of {args.on}; what it kept may expire from then on.")
    return 0


def run_list(_args: argparse.Namespace) -> int:
    """Print all holds, without their reasons; 0 on success."""
    with open_warehouse(settings().warehouse_url) as warehouse:
        holds = all_holds(warehouse)
    for hold_id, customer, first, last, starts, ends, placed_by, lifted_by in holds:
        scope = f"customer {customer}" if customer else f"{first} to {last}"
        end = f"lifted {ends} by {lifted_by}" if ends else "in force"
        print(f"  {hold_id:<20} {scope:<32} from {starts}, placed by {placed_by}, {end}")
    print(f"{len(holds)} holds")
    return 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `hold` command with its own commands."""
    parser = subparsers.add_parser("hold", help="legal holds, which keep data beyond its time")
    nested = parser.add_subparsers(metavar="COMMAND", required=True)
    placing = nested.add_parser("place", help="keep the data of a customer or of a range of dates")
    placing.add_argument("hold_id", metavar="NUMBER")
    placing.add_argument("--customer", metavar="CUSTOMER_ID")
    for option, words in (("--first-date", "first"), ("--last-date", "last")):
        placing.add_argument(
            option, type=business_date, metavar="YYYY-MM-DD", help=f"{words} business date kept"
        )
    placing.add_argument("--starts-on", type=business_date, required=True, metavar="YYYY-MM-DD")
    placing.add_argument("--reason", required=True, help="why")
    add_by(placing, "places it")
    placing.set_defaults(run=run_place)
    lifting = nested.add_parser("lift", help="end a hold")
    lifting.add_argument("hold_id", metavar="NUMBER")
    lifting.add_argument("--on", type=business_date, required=True, metavar="YYYY-MM-DD")
    add_by(lifting, "lifts it")
    lifting.set_defaults(run=run_lift)
    nested.add_parser("list", help="all holds").set_defaults(run=run_list)
