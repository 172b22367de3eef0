"""From text to types: SQL made from the contract of a feed.

Casts are guarded, because a failing one stops the whole statement and a succeeding one may round:
a value is cast only after its form has been seen to be right. Patterns are anchored and use no
classes, so that every engine reads them the same way.
"""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from postloan.contracts import Column, FeedContract
from postloan.errors import ContractError
from postloan.ingestion.reading.refusals import (
    BAD_PATTERN,
    CONTROL_CHARACTER,
    MISSING_VALUE,
    NOT_A_BOOLEAN,
    NOT_A_DATE,
    NOT_A_NUMBER,
    NOT_A_TIMESTAMP,
    NOT_IN_LIST,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_MANY_DECIMALS,
    whole_digits,
)

SUPPORTED_OPTIONS = frozenset(
    {"maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
)

_MONTH = "[1-9][0-9]{3}-(0[1-9]|1[0-2])"
_CERTAIN_DAY = f"{_MONTH}-(0[1-9]|1[0-9]|2[0-8])"
_LATE_DAY = f"{_MONTH}-(29|30|31)"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

CERTAIN_DATE = f"^{_CERTAIN_DAY}$"
"""A day that every month has; only the last days need the calendar."""

LATE_DATE = f"^{_LATE_DAY}$"

CERTAIN_TIMESTAMP = f"^{_CERTAIN_DAY} {_TIME}$"
"""A second of the lender's day: feeds tell no zone, as core banking systems tell none."""

LATE_TIMESTAMP = f"^{_LATE_DAY} {_TIME}$"

CONTROL_CHARACTERS = "[\x01-\x1f\x7f-\x9f\u2028\u2029]"
"""Line breaks and what else steers and is not seen; NUL is refused before, with its record."""

_OF_SEVERAL_LINES = ("\n", "\t")
"""What free text of several lines may hold of them."""

_HOLDS_CONTROL = "holds_control"


def value_of(column: Column) -> exp.Expr:
    """The text of a column; an empty field, quoted or not, is no value."""
    return exp.Nullif(this=exp.column(column.name), expression=_text(""))


def typed(column: Column) -> exp.Expr:
    """A value whose form has been checked, in the type of the contract."""
    return exp.cast(value_of(column), column.sql_type)


def fault_of(
    column: Column, required: exp.Expr | None = None, controlled: exp.Expr | None = None
) -> exp.Expr:
    """The code of the first rule that a value breaks, or NULL.

    Args:
        column: the column of the contract.
        required: condition under which the value must be given; by default the contract's word.
        controlled: condition under which any value of the row holds a control character, which
            spares a look at each; always by default.

    Raises:
        ContractError: the contract asks for a check that is not known here.
    """
    unknown = sorted(set(dict(column.options)) - SUPPORTED_OPTIONS)
    if unknown:
        raise ContractError(f"Column {column.name}: no check for {', '.join(unknown)}.")
    if required is None:
        required = exp.true() if column.required else exp.false()
    missing = exp.and_(value_of(column).is_(exp.null()), required)
    of_value = _case(_value_faults(column, value_of(column), typed(column)))
    certain = certain_pattern(column.sql_type)
    case = exp.case().when(missing, _text(MISSING_VALUE))
    looked_at = [controlled.copy()] if controlled else []
    case = case.when(exp.and_(*looked_at, _is_controlled(column)), _text(CONTROL_CHARACTER))
    if certain:
        # Nearly every value takes this branch, after one look at its form.
        case = case.when(_matches(value_of(column), certain), of_value.copy())
    for condition, code in _form_faults(column):
        case = case.when(condition, _text(code))
    return case.else_(of_value)


def _is_controlled(column: Column) -> exp.Expr:
    """Whether a value holds a line break or another control character that it may not hold."""
    value: exp.Expr = exp.column(column.name)
    for sign in _OF_SEVERAL_LINES if column.has_several_lines else ():
        value = exp.func("replace", value, _text(sign), _text(""), dialect="duckdb")
    return _matches(value, CONTROL_CHARACTERS)


def certain_pattern(sql_type: str) -> str | None:
    """A form whose values can all be cast; there are others, which take longer to tell."""
    kind, _, size = sql_type.rstrip(")").partition("(")
    match kind:
        case "integer":
            return "^-?[0-9]{1,9}$"
        case "bigint":
            return "^-?[0-9]{1,18}$"
        case "decimal":
            scale = int(size.split(",")[1])
            fraction = f"([.][0-9]{{1,{scale}}})?" if scale else ""
            return f"^-?[0-9]{{1,{whole_digits(sql_type)}}}{fraction}$"
        case "date":
            return CERTAIN_DATE
        case "timestamp":
            return CERTAIN_TIMESTAMP
    return None


def _form_faults(column: Column) -> Iterable[tuple[exp.Expr, str]]:
    value, kind = value_of(column), column.sql_type.split("(")[0]
    match kind:
        case "integer" | "bigint":
            yield exp.not_(_matches(value, "^-?[0-9]+$")), NOT_A_NUMBER
            yield exp.not_(_matches(value, "^-?0*[0-9]{1,18}$")), OUT_OF_RANGE
            if kind == "integer":
                as_bigint = exp.cast(value.copy(), "bigint")
                limits = exp.and_(as_bigint >= _number(-(2**31)), as_bigint <= _number(2**31 - 1))
                yield exp.not_(limits), OUT_OF_RANGE
        case "decimal":
            yield from _decimal_faults(column)
        case "date":
            yield from _calendar_faults(value, CERTAIN_DATE, LATE_DATE, NOT_A_DATE)
        case "timestamp":
            yield from _calendar_faults(value, CERTAIN_TIMESTAMP, LATE_TIMESTAMP, NOT_A_TIMESTAMP)
        case "boolean":
            yield exp.not_(value.isin(_text("true"), _text("false"))), NOT_A_BOOLEAN
        case "varchar":
            pass
        case _:
            raise ContractError(f"Column {column.name}: feeds cannot hold {column.sql_type} yet.")


def _decimal_faults(column: Column) -> Iterable[tuple[exp.Expr, str]]:
    value = value_of(column)
    whole, scale = whole_digits(column.sql_type), column.scale
    yield exp.not_(_matches(value, "^-?[0-9]+([.][0-9]+)?$")), NOT_A_NUMBER
    yield _matches(value, f"[.][0-9]{{{scale + 1},}}$"), TOO_MANY_DECIMALS
    yield exp.not_(_matches(value, f"^-?0*[0-9]{{1,{whole}}}([.][0-9]+)?$")), OUT_OF_RANGE


def _calendar_faults(
    value: exp.Expr, certain: str, late: str, code: str
) -> Iterable[tuple[exp.Expr, str]]:
    yield exp.not_(exp.or_(_matches(value, certain), _matches(value, late))), code
    yield exp.and_(_matches(value, late), _beyond_month_end(value)), code


def _beyond_month_end(value: exp.Expr) -> exp.Expr:
    """Whether a day from 29 on is one its month does not have, leap years counted."""
    year, month, day = (
        exp.cast(
            exp.Substring(this=value.copy(), start=_number(start), length=_number(length)),
            "integer",
        )
        for start, length in ((1, 4), (6, 2), (9, 2))
    )
    leap = exp.and_(
        _is_multiple(year, 4), exp.or_(exp.not_(_is_multiple(year, 100)), _is_multiple(year, 400))
    )
    return exp.or_(
        exp.and_(month.copy().eq(2), day.copy().eq(29), exp.not_(leap)),
        exp.and_(month.copy().eq(2), day.copy() > _number(29)),
        exp.and_(month.copy().isin(4, 6, 9, 11), day.copy().eq(31)),
    )


def _is_multiple(number: exp.Expr, of: int) -> exp.Expr:
    return exp.Mod(this=number.copy(), expression=_number(of)).eq(0)


def _value_faults(
    column: Column, value: exp.Expr, number: exp.Expr
) -> Iterable[tuple[exp.Expr, str]]:
    """Conditions over the text of a value, and over the number that it is."""
    if column.option("maxLength") is not None:
        yield exp.Length(this=value.copy()) > _number(column.option("maxLength")), TOO_LONG
    if column.option("pattern") is not None:
        yield exp.not_(_matches(value, column.option("pattern"))), BAD_PATTERN
    if column.enum:
        yield exp.not_(value.copy().isin(*map(_text, column.enum))), NOT_IN_LIST
    for option, outside in (
        ("minimum", exp.LT),
        ("exclusiveMinimum", exp.LTE),
        ("maximum", exp.GT),
        ("exclusiveMaximum", exp.GTE),
    ):
        if column.option(option) is not None:
            bound = _number(column.option(option))
            yield outside(this=number.copy(), expression=bound), OUT_OF_RANGE


def required_rules(feed: FeedContract) -> dict[str, exp.Expr]:
    """Columns that must be given under a condition of their own, beyond the contract's `required`.

    Where a source applies every payment to an instalment itself, a payment must name one. A
    reversal need not: what it takes back is known.
    """
    if feed.allocation == "instalment":
        reverses = feed.table.column("reverses_id")
        return {"instalment_no": value_of(reverses).is_(exp.null())}
    return {}


def faults_select(feed: FeedContract, text_table: str) -> exp.Select:
    """SELECT of the rows that break a rule: line_no, column_name, reason, raw_text."""
    columns, conditional = feed.file_columns, required_rules(feed)
    codes = {c.name: f"fault_{c.name}" for c in columns}
    # Nearly no row holds a control character; one look at all of its values together tells.
    whole = exp.func(
        "concat_ws", _text(" "), *(exp.column(c.name) for c in columns), dialect="duckdb"
    )
    looked_at = exp.select(
        "line_no",
        *(exp.column(c.name) for c in columns),
        _matches(whole, CONTROL_CHARACTERS).as_(_HOLDS_CONTROL),
    ).from_(text_table)
    controlled = exp.column(_HOLDS_CONTROL)
    inner = exp.select(
        "line_no",
        *(exp.column(c.name) for c in columns),
        *(fault_of(c, conditional.get(c.name), controlled).as_(codes[c.name]) for c in columns),
    ).from_(looked_at.subquery("looked_at"))
    reason = exp.func("coalesce", *(exp.column(code) for code in codes.values()))
    first = _case([(exp.column(code).is_(exp.null()).not_(), name) for name, code in codes.items()])
    return (
        exp.select(
            "line_no",
            first.as_("column_name"),
            reason.as_("reason"),
            raw_text(columns).as_("raw_text"),
        )
        .from_(inner.subquery("judged"))
        .where(reason.copy().is_(exp.null()).not_())
    )


def plain_typing(feed: FeedContract) -> dict[str, str]:
    """Column -> the typed value of a record that is right beyond doubt, in SQL over its text.

    For engines that know TRY_CAST and read an empty field as NULL.
    """
    return {
        c.name: (exp.cast(exp.null(), c.sql_type) if _is_ignored(feed, c) else _tried(c)).sql(
            dialect="duckdb"
        )
        for c in feed.file_columns
    }


def plain_condition(feed: FeedContract) -> str:
    """Whether a record of text is right beyond doubt, given what it was typed to.

    Every value is written the way its type writes itself, and breaks no rule of the contract. A
    record that is not, need not be wrong; `faults_select` judges it. That no value holds a control
    character is known of the file (`survey`).
    """
    conditional = required_rules(feed)
    judged = (
        # What is ignored is judged all the same, but was not typed.
        (c, _tried(c) if _is_ignored(feed, c) else exp.column(f"typed_{c.name}"))
        for c in feed.file_columns
    )
    plain = (_is_plain(c, tried, conditional.get(c.name)) for c, tried in judged)
    return exp.and_(*plain).sql(dialect="duckdb")


def _tried(column: Column) -> exp.Expr:
    if column.sql_type == "varchar":
        return exp.column(column.name)
    kind = exp.DataType.build(column.sql_type)
    return exp.TryCast(this=exp.column(column.name), to=kind, safe=True)


def _is_plain(column: Column, tried: exp.Expr, required: exp.Expr | None) -> exp.Expr:
    value = exp.column(column.name)
    right: list[exp.Expr] = [exp.not_(fault) for fault, _ in _value_faults(column, value, tried)]
    if column.sql_type != "varchar":
        right.append(exp.cast(tried.copy(), "varchar").eq(value.copy()))
    if column.sql_type.startswith("decimal("):
        most = exp.Literal.number("1" + "0" * whole_digits(column.sql_type))
        right.append(exp.Abs(this=tried.copy()) < most)
    # Years of four digits, no fractions: the engine itself knows more, and infinity.
    if column.sql_type in ("date", "timestamp"):
        first, beyond = (
            exp.cast(_text(day), column.sql_type) for day in ("1000-01-01", "10000-01-01")
        )
        right.append(exp.and_(tried.copy() >= first, tried.copy() < beyond))
    if column.sql_type == "timestamp":
        right.append(exp.Length(this=value.copy()).eq(_number(len("1000-01-01 00:00:00"))))
    is_missing = value.copy().is_(exp.null())
    is_given = exp.not_(is_missing.copy())
    if required is None and column.required:
        return exp.func("coalesce", exp.and_(is_given, *right), exp.false())
    may_be_missing = exp.and_(is_missing, exp.not_(required)) if required else is_missing
    return exp.func("coalesce", exp.or_(may_be_missing, exp.and_(is_given, *right)), exp.false())


def _is_ignored(feed: FeedContract, column: Column) -> bool:
    """Under the waterfall a number is no designation; it must not reach the allocation."""
    return feed.allocation == "waterfall" and column.name == "instalment_no"


def raw_text(columns: Sequence[Column], table: str | None = None) -> exp.Expr:
    """The record as CSV again, built from its fields."""
    cells: list[exp.Expr] = []
    for column in columns:
        field = exp.func("coalesce", exp.column(column.name, table=table), _text(""))
        doubled = exp.func("replace", field.copy(), _text('"'), _text('""'), dialect="duckdb")
        quoted = exp.DPipe(
            this=exp.DPipe(this=_text('"'), expression=doubled), expression=_text('"')
        )
        needs_quotes = _matches(field, '[",\n]')
        cell = exp.case().when(needs_quotes, quoted).else_(field.copy())
        cells += [_text(","), cell] if cells else [cell]
    text = cells[0]
    for part in cells[1:]:
        text = exp.DPipe(this=text, expression=part)
    return text


def typed_select(feed: FeedContract, text_table: str, refused_table: str) -> exp.Select:
    """SELECT of the rows that are not refused, typed as the contract says, with their line."""
    columns = []
    for column in feed.file_columns:
        is_ignored = _is_ignored(feed, column)
        value = exp.cast(exp.null(), column.sql_type) if is_ignored else typed(column)
        columns.append(value.as_(column.name))
    refused = (
        exp.select(exp.Literal.number(1))
        .from_(refused_table)
        .where(
            exp.column("line_no", table=refused_table).eq(exp.column("line_no", table=text_table))
        )
    )
    return (
        exp.select("line_no", *columns).from_(text_table).where(exp.not_(exp.Exists(this=refused)))
    )


def _case(rules: Iterable[tuple[exp.Expr, str]]) -> exp.Expr:
    case = exp.case()
    for condition, result in rules:
        case = case.when(condition, _text(result))
    return case if case.args.get("ifs") else exp.null()


def _matches(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=value.copy(), expression=_text(pattern))


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def _number(value: object) -> exp.Expr:
    return exp.maybe_parse(str(value))
