"""Which column types hold all that another one holds.

Types are compared as they are spelt here, because engines and contracts have several names for
the same type.
"""

import re
from functools import cache

from sqlglot import exp

_DIGITS_OF = {"integer": 10, "bigint": 19}
_SPELT_OUT = {"text": "varchar", "int": "integer"}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


@cache
def spelt(sql_type: str, dialect: str = "duckdb") -> str:
    """The one name of a type: that of the contracts, without blanks.

    Args:
        sql_type: a type as a contract or an engine names it, such as `numeric(18, 2)`.
        dialect: whose name it is.
    """
    name = exp.DataType.build(sql_type, dialect=dialect).sql("duckdb").lower().replace(" ", "")
    return _SPELT_OUT.get(name, name)


def holds_all(narrow: str, wide: str) -> bool:
    """Whether every value of one type is, unchanged, a value of the other.

    Args:
        narrow: the type the values have, as `spelt`.
        wide: the type they would get, as `spelt`.
    """
    if narrow == wide or wide == "varchar":
        return True
    if (narrow, wide) in (("date", "timestamp"), ("integer", "bigint")):
        return True
    needed, room = _room(narrow), _room(wide)
    if not (needed and room and wide.startswith("decimal")):
        return False
    return needed[0] <= room[0] and needed[1] <= room[1]


def _room(sql_type: str) -> tuple[int, int] | None:
    """Digits before and after the point that a type of exact numbers holds."""
    if sql_type in _DIGITS_OF:
        return _DIGITS_OF[sql_type], 0
    if found := _DECIMAL.fullmatch(sql_type):
        precision, scale = map(int, found.groups())
        return precision - scale, scale
    return None
