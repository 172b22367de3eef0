"""Whom rows name whose columns nobody can tell apart, by what stands in any of their fields."""

import csv
from collections.abc import Sequence

from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.swallowed_rows import PossibleRow
from postloan.ingestion.quarantine.unclear_names import spellings

TABLE, FIELDS = "field_of_row", ("place", "spelling")
NOBODY = ("nobody", "-")
"""Subject and spelling that stand for a line of a record that may be a row and names nobody."""

# A field is a name only where it names a customer of the book, and all fields of the record
# together name no other; one of them must stand where the name of the customer stands. What a claim
# rests on names a loan in the same way.
_NAMED_BY_FIELDS = """
    with known as (
        select fields.line_no, fields.place, customer.customer_id as spelling
        from field_of_row as fields
        inner join customer
            on fields.spelling = customer.customer_id
        where customer.received_on <= cast($business_date as date)
        union
        select fields.line_no, fields.place, loan.customer_id as spelling
        from field_of_row as fields
        inner join loan
            on fields.spelling = loan.loan_id
        where loan.received_on <= cast($business_date as date)
    )
    select
        line_no,
        'customer' as subject,
        min(spelling) as spelling
    from known
    group by line_no
    having
        count(distinct spelling) = 1
        and max(case when place = 'named' then 1 else 0 end) = 1
"""

_LOAN_BY_FIELDS = """
    select
        fields.line_no,
        'loan' as subject,
        min(loan.loan_id) as spelling
    from field_of_row as fields
    inner join loan
        on fields.spelling = loan.loan_id
    where loan.received_on <= cast($business_date as date)
    group by fields.line_no
    having
        count(distinct loan.loan_id) = 1
        and max(case when fields.place = 'named' then 1 else 0 end) = 1
"""


def names_by_fields(
    staging: Staging, rows: Sequence[tuple[int, PossibleRow]]
) -> set[tuple[int, str, str]]:
    """Whom rows name whose columns nobody has told apart, where their fields name one customer.

    Args:
        staging: the feed.
        rows: the line of the record that each is of, and the row.
    """
    if not rows:
        return set()
    path = staging.scratch / f"fields_{staging.feed.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(("line_no", *FIELDS))
        for number, (_, row) in enumerate(rows):
            for part in sorted(_ways(row)):
                writer.writerow((number, *part))
    staging.warehouse.load_text(TABLE, path, FIELDS)
    path.unlink()
    select = _LOAN_BY_FIELDS if staging.feed.makes_claims else _NAMED_BY_FIELDS
    found = staging.warehouse.fetch(select, {"business_date": staging.business_date})
    staging.warehouse.drop_temporary(TABLE)
    naming = {number for number, *_ in found}
    nameless = (n for n, (_, row) in enumerate(rows) if row.must_name and n not in naming)
    return {(rows[number][0], subject, spelling) for number, subject, spelling in found} | {
        (rows[number][0], *NOBODY) for number in nameless
    }


def _ways(row: PossibleRow) -> set[tuple[str, str]]:
    """The fields of a row in each way in which the book may spell them."""
    return {("any", way) for field in row.fields for way in spellings(field)} | {
        ("named", way) for field in row.named for way in spellings(field)
    }
