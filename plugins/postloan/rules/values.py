"""What a value of a rule pack may be: dates, amounts, whole numbers, words, lists.

Types are strict: a text is no number, a number no text, and `yes` no truth value, so that nothing
is taken for what its author did not write.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from postloan.business_date import LAST_DATE
from postloan.text.shown_text import shown

T = TypeVar("T")

FIRST_RULE = date(1900, 1, 1)
"""A law may be older than any business date; what is older still is mistyped."""

# Dates ------------------------------------------------------------------------------------------


def _day(value: Any) -> date:
    """A date that a rule can begin on, end on or mean; one in quotes is a text, and is none."""
    if type(value) is date and FIRST_RULE <= value <= LAST_DATE:
        return value
    raise ValueError(
        f"'{shown(value)}' is no date from {FIRST_RULE} to {LAST_DATE}, written YYYY-MM-DD without "
        f"quotes and time. Where a version has no end, leave its end out."
    )


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

# Numbers ----------------------------------------------------------------------------------------

AMOUNT = "^[0-9]+[.][0-9]{2}$"
PERCENT = "^[0-9]{1,4}[.][0-9]{2}$"


def _number(value: Any) -> Decimal:
    """A number as it is written; binary fractions never come near it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isfinite(value):
        raise ValueError(f"'{shown(value)}' is no number. Write it in digits, without quotes.")
    return Decimal(str(value))


def _quoted(pattern: str, meant: str) -> Callable[[Any], Decimal]:
    """A reader of decimals in quotes; without quotes YAML would make them binary fractions."""

    def read(value: Any) -> Decimal:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(
                f"{shown(repr(value))} is no {meant}. Write it in quotes and with two places, "
                f'such as "100.00".'
            )
        return Decimal(value)

    return read


Money = Annotated[
    Decimal,
    BeforeValidator(_quoted(AMOUNT, "amount")),
    WithJsonSchema({"type": "string", "pattern": AMOUNT}),
]
Percent = Annotated[
    Decimal,
    BeforeValidator(_quoted(PERCENT, "share below 10000 percent")),
    WithJsonSchema({"type": "string", "pattern": PERCENT}),
]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]

MOST = 2**31 - 1
"""What a column of whole numbers holds on every engine."""

Natural = Annotated[int, Field(ge=0, le=MOST)]
Positive = Annotated[int, Field(ge=1, le=MOST)]

# Texts ------------------------------------------------------------------------------------------

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

# Several ----------------------------------------------------------------------------------------


def _once_each(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise ValueError(f"'{shown(value)}' stands twice. Keep one of the two.")
    return values


_UNIQUE = Field(json_schema_extra={"uniqueItems": True})

Several = Annotated[tuple[T, ...], Field(min_length=1)]
"""A list of at least one."""
Distinct = Annotated[tuple[T, ...], AfterValidator(_once_each), _UNIQUE]
"""A list in which nothing stands twice."""


def rising(bounds: list[int]) -> None:
    """Refuse lower bounds that leave a gap or stand in no order.

    Raises:
        ValueError: they do not start at 0 and rise.
    """
    if bounds[:1] != [0] or bounds != sorted(set(bounds)):
        raise ValueError(f"lower bounds start at 0 and rise; found {bounds}.")


# What may be left out ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _NeverEmpty:
    """Of a key that may be left out: where it stands, it has a value.

    An empty `asked_of:` would read as one that is asked of nobody.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_refuse_empty, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler(schema)
        return next((one for one in told.get("anyOf", ()) if one != {"type": "null"}), told)


def _refuse_empty(value: Any) -> Any:
    if value is None:
        raise ValueError("has no value. Write one, or leave the key out.")
    return value


IfTold = Annotated[T | None, _NeverEmpty()]
"""A key that may be left out, and is not left empty."""

# Of parts ---------------------------------------------------------------------------------------


def exactly_one(*names: str) -> Callable[[Any], Any]:
    """A check that a part has one of several keys and not two."""

    def check(part: T) -> T:
        told = [name for name in names if getattr(part, name) is not None]
        if len(told) != 1:
            raise ValueError(f"write one of {', '.join(names)}, and one only.")
        return part

    return check


def required(*names: str) -> dict[str, Any]:
    """The words of JSON Schema for keys that must stand there."""
    return {"required": list(names)}
