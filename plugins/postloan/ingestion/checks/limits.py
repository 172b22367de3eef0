"""How much of a file may be refused before the whole delivery is.

The term `quarantineLimit` of a feed contract says it; what it leaves out `defaults.yaml` beside
the contracts says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

from postloan.contracts import Column, FeedContract
from postloan.errors import ContractError
from postloan.ingestion.loading.ledger import FeedCount
from postloan.ingestion.loading.relations import is_among
from postloan.ingestion.reading.refusals import whole_digits
from postloan.settings import include_folder
from postloan.text.yaml_text import yaml_document
from postloan.warehouse import Warehouse

TERM = "quarantineLimit"
DEFAULTS = "defaults.yaml"
SHOWN_REASONS = 3
"""A refusal names the commonest reasons; all rows are in the quarantine files."""


class QuarantineLimit(BaseModel):
    """The term of one feed.

    Attributes:
        share: the most of a file that may be refused, above 0 and at most 1.
        rows: so many refused rows never stop a delivery, whatever their share.
        amount: the most that refused rows may hold; None where only rows are counted.
        amount_column: the column that holds it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Annotated[Decimal, Field(gt=0, le=1)]
    rows: Annotated[int, Field(ge=0, strict=True)]
    amount: Annotated[Decimal, Field(ge=0)] | None = None
    amount_column: Annotated[str | None, Field(alias="amountColumn")] = None


@dataclass(frozen=True)
class Breach:
    """A feed of which too much was refused: counts, and the words for a person."""

    count: FeedCount
    amount: Decimal | None
    told: str


def limit_of(feed: FeedContract) -> QuarantineLimit:
    """The limit of a feed, its own words before the defaults.

    Raises:
        ContractError: the term is not a limit, or names a column that holds no amount.
    """
    stated = {**_defaults(), **_mapping(feed.terms.get(TERM) or {}, feed.path.name)}
    try:
        limit = QuarantineLimit.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        raise ContractError(
            f"{feed.path.name}: {TERM}.{place}: {first['msg']}. It holds share (above 0, at most "
            f"1), rows, and where amounts count amount with amountColumn."
        ) from error
    if (limit.amount is None) != (limit.amount_column is None):
        raise ContractError(f"{feed.path.name}: {TERM} needs amount and amountColumn together.")
    numbers = [c.name for c in feed.file_columns if c.sql_type.startswith("decimal")]
    if limit.amount_column and limit.amount_column not in numbers:
        raise ContractError(
            f"{feed.path.name}: {TERM}.amountColumn is '{limit.amount_column}'; "
            f"use one of {', '.join(numbers) or 'no column, for there is no decimal one'}."
        )
    return limit


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ContractError(f"{where}: {TERM} is a mapping such as {{share: '0.01', rows: 100}}.")
    return value


def _defaults() -> Mapping[str, Any]:
    path = include_folder() / "contracts" / DEFAULTS
    try:
        entries = yaml_document(path.read_text(encoding="utf-8"))["customProperties"]
        found = next(e["value"] for e in entries if e["property"] == TERM)
    except (OSError, yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise ContractError(f"{DEFAULTS} beside the contracts must state {TERM}.") from error
    return _mapping(found, DEFAULTS)


def breach_of(
    warehouse: Warehouse, feed: FeedContract, text_table: str, refused_table: str, count: FeedCount
) -> Breach | None:
    """Hold the refused rows of one file against the limit of its feed.

    Args:
        warehouse: holds the two tables.
        feed: the contract.
        text_table: the records as text.
        refused_table: the refused ones, with line, column and reason.
        count: what became of the rows.

    Raises:
        ContractError: the limit cannot be read.
    """
    limit, refused = limit_of(feed), count.rows_quarantined
    if not refused:
        return None
    amount = None
    if limit.amount_column:
        column = feed.table.column(limit.amount_column)
        amount = _amount(warehouse, column, text_table, refused_table)
    told = []
    if refused > limit.rows and refused > limit.share * count.rows_in:
        told.append(
            f"{refused:,} of {count.rows_in:,} rows are refused; the limit is "
            f"{limit.share:%} once more than {limit.rows:,} are"
        )
    if limit.amount is not None and amount is not None and amount > limit.amount:
        told.append(
            f"{refused:,} refused rows hold {amount:,.2f} in {limit.amount_column}; "
            f"the limit is {limit.amount:,.2f}"
        )
    if not told:
        return None
    reasons = _reasons(warehouse, refused_table)
    return Breach(count, amount, f"{feed.source} {feed.name}: {'; '.join(told)}. {reasons}.")


def _amount(warehouse: Warehouse, column: Column, text_table: str, refused_table: str) -> Decimal:
    """What the refused rows hold, signs aside; a number that the column cannot hold is none."""
    value = exp.column(column.name, table=text_table)
    pattern = f"^-?[0-9]{{1,{whole_digits(column.sql_type)}}}([.][0-9]{{1,6}})?$"
    readable = exp.RegexpLike(this=value, expression=exp.Literal.string(pattern))
    number = exp.Abs(this=exp.cast(value.copy(), "decimal(38,6)"))
    total = (
        exp.select(
            exp.func("coalesce", exp.Sum(this=exp.case().when(readable, number)), "0").as_("total")
        )
        .from_(text_table)
        .where(is_among(refused_table, text_table))
    )
    return Decimal(warehouse.scalar(total))


def _reasons(warehouse: Warehouse, refused_table: str) -> str:
    kind = ("reason", "column_name")
    reasons = exp.select(*kind, "count(*) as refused", "min(line_no)").from_(refused_table)
    order = ("refused desc", *kind)
    found = warehouse.fetch(reasons.group_by(*kind).order_by(*order, dialect="duckdb"))
    told = [
        f"{reason}{f' in {column}' if column else ''} ({rows:,} rows, the first in line {line})"
        for reason, column, rows, line in found[:SHOWN_REASONS]
    ]
    more = len(found) - len(told)
    return f"Commonest: {', '.join(told)}{f' and {more} other reasons' if more else ''}"
