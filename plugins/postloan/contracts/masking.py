"""How personal data is shown to people who need the row and not the person.

Which columns are masked follows from the data class of the contract: all that are `personal` or
`sensitive`. How a masked value looks is the column's custom property `mask`, or follows from the
end of its name; whatever is not known is not shown at all. The expressions are of the portable
subset and always give text; an empty value stays empty.
"""

from collections.abc import Callable

from sqlglot import exp

from postloan.contracts.model import Column
from postloan.errors import ContractError

HIDDEN = "***"
MASKS_BY_ENDING = {
    "id_number": "id_number",
    "name": "name",
    "phone": "phone",
    "address": "address",
    "email": "email",
}
"""End of a column's name -> its mask, where the contract states none."""


def masked(column: Column) -> exp.Expr:
    """The expression that shows a column to people: as it is, or masked by its data class.

    Args:
        column: the column, with its class.

    Raises:
        ContractError: the contract states a mask that there is not.
    """
    value = exp.column(column.name)
    if not column.is_personal:
        return value.as_(column.name)
    return _MASKS[mask_of(column)](exp.cast(value, "varchar")).as_(column.name)


def mask_of(column: Column) -> str:
    """The mask of a personal column: name, phone, id_number, address, email or text.

    Raises:
        ContractError: the contract states a mask that there is not.
    """
    if column.mask:
        if column.mask not in _MASKS:
            raise ContractError(
                f"Column {column.name}: mask '{column.mask}' is none of {', '.join(_MASKS)}."
            )
        return column.mask
    if column.sql_type != "varchar":
        return "text"
    for ending, mask in MASKS_BY_ENDING.items():
        if column.name == ending or column.name.endswith(f"_{ending}"):
            return mask
    return "text"


def _text(value: exp.Expr) -> exp.Expr:
    return _shown_when_longer_than(value, None, HIDDEN)


def _name(value: exp.Expr) -> exp.Expr:
    """张三 → 张*; a name of one character is not shown."""
    return _shown_when_longer_than(
        value, 1, exp.Concat(expressions=[_left(value, 1), _literal("*")])
    )


def _phone(value: exp.Expr) -> exp.Expr:
    """13812341234 → 138****1234; a number too short for that is not shown."""
    return _ends(value, 3, "****", 4, longer_than=8)


def _id_number(value: exp.Expr) -> exp.Expr:
    """The first three and the last two characters."""
    return _ends(value, 3, HIDDEN, 2, longer_than=8)


def _address(value: exp.Expr) -> exp.Expr:
    """The first six characters, which name the city and seldom more."""
    shown = exp.Concat(expressions=[_left(value, 6), _literal(HIDDEN)])
    return _shown_when_longer_than(value, 6, shown)


def _email(value: exp.Expr) -> exp.Expr:
    shown = exp.Concat(expressions=[_left(value, 1), _literal(HIDDEN)])
    return _shown_when_longer_than(value, 1, shown)


_MASKS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "name": _name,
    "phone": _phone,
    "id_number": _id_number,
    "address": _address,
    "email": _email,
    "text": _text,
}


def _ends(value: exp.Expr, first: int, between: str, last: int, *, longer_than: int) -> exp.Expr:
    parts = [_left(value, first), _literal(between), _right(value, last)]
    return _shown_when_longer_than(value, longer_than, exp.Concat(expressions=parts))


def _shown_when_longer_than(value: exp.Expr, length: int | None, shown: exp.Expr | str) -> exp.Expr:
    """Null stays null; what is long enough is shown in its masked form, the rest not at all."""
    case = exp.case().when(value.copy().is_(exp.null()), exp.cast(exp.null(), "varchar"))
    if length is not None:
        long_enough = exp.GT(
            this=exp.Length(this=value.copy()), expression=exp.Literal.number(length)
        )
        case = case.when(long_enough, exp.convert(shown))
    return case.else_(_literal(HIDDEN))


def _left(value: exp.Expr, length: int) -> exp.Expr:
    return exp.Left(this=value.copy(), expression=exp.Literal.number(length))


def _right(value: exp.Expr, length: int) -> exp.Expr:
    return exp.Right(this=value.copy(), expression=exp.Literal.number(length))


def _literal(text: str) -> exp.Expr:
    return exp.Literal.string(text)
