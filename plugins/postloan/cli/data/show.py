"""`python -m postloan data show TABLE`: rows of a table, personal columns masked."""

import argparse
import re

from postloan.cli.dates import add_date
from postloan.ingestion.reading.names import told_file
from postloan.settings import settings
from postloan.text.shown_text import on_one_line, shown
from postloan.warehouse import open_warehouse
from postloan.warehouse.masked_rows import masked_rows, table_named


def _key(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"'{text}' is not written COLUMN=VALUE")
    return name, value


def run(args: argparse.Namespace) -> int:
    """Print the rows, one column a line; 0 also where there is none."""
    table, count = table_named(args.table), 0
    with open_warehouse(settings().warehouse_url) as warehouse:
        keys, limit = dict(args.keys), args.limit
        for row in masked_rows(warehouse, table, day=args.date, keys=keys, limit=limit):
            count += 1
            print(f"{table.name} {count}")
            for column, value in zip(table.columns, row, strict=True):
                text = told_file(value) if column.name == "file_name" else on_one_line(value)
                print(f"  {column.name:<26} {text}")
    more = f"; no more than {limit:,} are shown" if count == limit else ""
    print(f"{count:,} rows of {table.name}{more}")
    return 0


def _positive(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{shown(text)}' is not a number from 1 to 999999999")
    return int(text)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `data show` command."""
    parser = subparsers.add_parser(
        "show", help="print rows of a table; personal data is masked, always"
    )
    parser.add_argument("table", metavar="TABLE")
    add_date(parser)
    parser.add_argument(
        "--where-key",
        dest="keys",
        type=_key,
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="only rows with this value in a key column; repeatable",
    )
    parser.add_argument("--limit", type=_positive, default=20, metavar="N")
    parser.set_defaults(run=run)
