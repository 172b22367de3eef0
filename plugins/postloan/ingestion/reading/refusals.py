"""Why a record is refused: the codes, and what to tell the sender.

The texts never hold the value itself, so they may be logged and shown.
"""

from typing import Final

from postloan.contracts import Column

# Of the whole record, found in its bytes.
NOT_UTF8: Final = "not_utf8"
NOT_GB18030: Final = "not_gb18030"
NOT_UTF16: Final = "not_utf16"
NUL_BYTE: Final = "nul_byte"
RECORD_TOO_LONG: Final = "record_too_long"
UNCLOSED_QUOTE: Final = "unclosed_quote"
BAD_QUOTES: Final = "bad_quotes"
CARRIAGE_RETURN: Final = "carriage_return"
WRONG_COLUMN_COUNT: Final = "wrong_column_count"
WRONG_WIDTH: Final = "wrong_width"
NOT_JSON: Final = "not_json"
UNKNOWN_KEY: Final = "unknown_key"
NESTED_VALUE: Final = "nested_value"

# Of one column, found in its value.
MISSING_VALUE: Final = "missing_value"
CONTROL_CHARACTER: Final = "control_character"
NOT_A_NUMBER: Final = "not_a_number"
TOO_MANY_DECIMALS: Final = "too_many_decimals"
OUT_OF_RANGE: Final = "out_of_range"
NOT_A_DATE: Final = "not_a_date"
NOT_A_TIMESTAMP: Final = "not_a_timestamp"
NOT_A_BOOLEAN: Final = "not_a_boolean"
NOT_IN_LIST: Final = "not_in_list"
TOO_LONG: Final = "too_long"
BAD_PATTERN: Final = "bad_pattern"

# Of a row beside other rows.
DUPLICATE_KEY: Final = "duplicate_key"
ORPHAN: Final = "orphan"
ORPHAN_REVERSAL: Final = "orphan_reversal"
ALREADY_REVERSED: Final = "already_reversed"
OTHER_REVERSAL: Final = "other_reversal"

MAX_RECORD_BYTES: Final = 1 << 20
"""A longer record is refused: no feed has one, and memory stays bounded."""

RECORD_ADVICE: Final = {
    NOT_UTF8: "The record is not UTF-8. Export the file as UTF-8 and deliver it again.",
    NOT_GB18030: "The record is not GB18030. Export the file in the encoding of its contract.",
    NOT_UTF16: "The record is not UTF-16. Export the file in the encoding of its contract.",
    WRONG_WIDTH: "The record is shorter or longer than the widths of the contract add up to.",
    NOT_JSON: "The line is not one JSON object with each key once. Write one object per line.",
    UNKNOWN_KEY: "The object has a key that is no column of the feed. Leave it out.",
    NESTED_VALUE: "The object holds a list or another object. Write plain values.",
    NUL_BYTE: "The record holds a NUL byte. Export it without binary data.",
    RECORD_TOO_LONG: f"The record is longer than {MAX_RECORD_BYTES:,} bytes. Look for a missing "
    "line end.",
    UNCLOSED_QUOTE: "A quoted field is not closed. Close it, and double the quotes inside it.",
    BAD_QUOTES: "A quote stands inside a field. Quote the whole field and double the quote.",
    CARRIAGE_RETURN: "A carriage return stands inside the record. End lines with LF or CRLF.",
    WRONG_COLUMN_COUNT: "The record has more or fewer fields than the header. Quote fields that "
    "hold commas.",
}

MOST_WHOLE_DIGITS = 12
"""Amounts end at 999,999,999,999.99; ten thousand of them can be added."""


def _bounds(column: Column) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    told = [
        f"{sign} {column.option(o)}" for o, sign in signs.items() if column.option(o) is not None
    ]
    if column.sql_type.startswith("decimal("):
        told.append(f"of no more than {whole_digits(column.sql_type)} digits before the point")
    return f"a {column.sql_type} {' and '.join(told)}".rstrip()


def whole_digits(sql_type: str) -> int:
    """How many digits a decimal may have before the point, such as 12 of an amount.

    Fewer than its type holds: amounts are summed in that type, and no row may be so large that the
    sum of a day, or of a book, does not fit.
    """
    precision, scale = map(int, sql_type.partition("(")[2].rstrip(")").split(","))
    return min(precision - scale, MOST_WHOLE_DIGITS)


def advice(column: Column, reason: str, key: tuple[str, ...] = ()) -> str:
    """What to tell the sender about one refused column.

    Args:
        column: the first column at fault.
        reason: one of the codes of this module.
        key: key columns of the feed, named where a key repeats.
    """
    texts = {
        MISSING_VALUE: f"{column.name} is empty and must be given.",
        CONTROL_CHARACTER: f"{column.name} holds a line break or another control character. Write "
        "it on one line; where other rows stand in it, a quote too many has swallowed them.",
        NOT_A_NUMBER: f"{column.name} is not a plain number such as 1234.50 or -3.",
        TOO_MANY_DECIMALS: f"{column.name} has more than {column.scale} decimals; it is not "
        "rounded here.",
        OUT_OF_RANGE: f"{column.name} must be {_bounds(column)}.",
        NOT_A_DATE: f"{column.name} is not a date of the calendar, written YYYY-MM-DD.",
        NOT_A_TIMESTAMP: f"{column.name} is not a time of the lender's day, written "
        "YYYY-MM-DD HH:MM:SS.",
        NOT_A_BOOLEAN: f"{column.name} is neither true nor false.",
        NOT_IN_LIST: f"{column.name} must be one of {', '.join(column.enum)}.",
        TOO_LONG: f"{column.name} is longer than {column.option('maxLength')} characters.",
        BAD_PATTERN: f"{column.name} does not match {column.option('pattern')}.",
        DUPLICATE_KEY: f"An earlier line has the same {', '.join(key)}; only the first is kept.",
        ORPHAN: f"{column.name} names no {column.references} that was ever delivered.",
        ORPHAN_REVERSAL: f"{column.name} names no repayment that was ever delivered, or names a "
        "reversal.",
        ALREADY_REVERSED: f"{column.name} names a repayment that another reversal takes back "
        "already.",
        OTHER_REVERSAL: f"{column.name} names a repayment of another loan, or of less than the "
        "reversal takes back.",
    }
    return texts[reason]
