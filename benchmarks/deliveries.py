"""Deliveries of the sample lender, rewritten: what a day brings is what a benchmark asks about."""

from datetime import date
from pathlib import Path

import duckdb

from postloan.files.landing_folder import LandingFolder
from postloan.landing.writer import finish_delivery

SOURCE = "core_banking"

PAYMENTS = """
    select
        '{name}-' || loan_id as repayment_id, loan_id, cast('{paid_on}' as varchar) as paid_on,
        '1.00' as amount, 'regular' as payment_type
    from read_csv('{loans}', header = true, all_varchar = true)
    where loan_status = 'active'
    order by hash(loan_id), loan_id
    limit {rows}
"""
SENT = "select * from read_csv('{path}', header = true, all_varchar = true)"


def active_loans(landing: Path, opening: date) -> int:
    """Active loans of an opening delivery."""
    with duckdb.connect() as connection:
        sent = SENT.format(path=_folder(landing, opening) / "loan.csv")
        asked = f"select count(*) from ({sent}) where loan_status = 'active'"  # noqa: S608
        return int(connection.execute(asked).fetchall()[0][0])


def add_payments(landing: Path, opening: date, day: date, rows: int, paid_on: date) -> None:
    """Rewrite the repayments of a day: what it has, and one small payment each on some loans.

    Args:
        landing: the landing zone.
        opening: business date of the opening delivery, which names the loans.
        day: business date of the delivery that is rewritten.
        rows: number of active loans that pay; always the same ones.
        paid_on: the day of their payments.
    """
    from postloan.contracts import catalogue

    path = _folder(landing, day) / "repayment.csv"
    loans = _folder(landing, opening) / "loan.csv"
    paid = PAYMENTS.format(name=f"paid-{paid_on}", paid_on=paid_on, loans=loans, rows=rows)
    columns = ", ".join(c.name for c in catalogue().feeds["repayment"].file_columns)
    both = f"{SENT.format(path=path)} union all by name ({paid})"
    rewritten = path.with_suffix(".rewritten")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns} from ({both})) to '{rewritten}' (header true)"  # noqa: S608
        )
    rewritten.replace(path)
    seal(path.parent, SOURCE, day)


def empty(folder: Path, source: str, day: date) -> None:
    """Leave nothing but the headers in a delivery."""
    for path in folder.glob("*.csv"):
        with path.open("rb") as stream:
            header = stream.readline()
        path.write_bytes(header)
    seal(folder, source, day)


def leave_out(feed: str, landing: Path, opening: date, day: date) -> None:
    """Make the lender one that never sends a feed."""
    for date_, is_opening in ((opening, True), (day, False)):
        folder = _folder(landing, date_)
        (folder / f"{feed}.csv").unlink()
        seal(folder, SOURCE, date_, opening=is_opening)


def seal(folder: Path, source: str, day: date, *, opening: bool = False) -> None:
    """Write the manifest over the files as they are."""
    paths = sorted(folder.glob("*.csv"))
    rows = {path.stem: _rows_of(path) for path in paths}
    with LandingFolder(folder.parent.parent, source, day) as place:
        for path in paths:
            path.replace(place.workshop / path.name)
        finish_delivery(place, opening=opening, rows=rows)


def _folder(landing: Path, day: date) -> Path:
    return landing / SOURCE / day.isoformat()


def _rows_of(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 22), b"")) - 1
