"""Rows of the tables of rules: a class is a table, and its contract is made of it.

The class has the name of the table, its docstring says what the table holds, its fields are the
columns. What every table has is said here; the rest stands beside what fills it.
"""

import re
from dataclasses import MISSING, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, dataclass_transform

Big = Annotated[int, "bigint"]
Amount = Annotated[Decimal, "decimal(18,2)"]
"""Types that the warehouse knows more exactly than Python."""


def column(
    title: str,
    description: str,
    *,
    key: bool = False,
    enum: tuple[str, ...] = (),
    default: Any = MISSING,
) -> Any:
    """A column of a table of rules: its Chinese name, and what it says.

    Its type, and whether it may be empty, is told by the annotation; so are the words that it can
    hold (`enum`), unless they are a list of Python. The key begins with the business date.
    """
    told = {"title": title, "description": description, "key": key, "enum": enum}
    return field(default=default, metadata=told)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(column,))
class RuleRow:
    """A row of a table of rules; the business date is added where it is written.

    Attributes:
        table: name of the table.
        title: its name in Chinese; none of a class that only others are made of.
        needs_rule: whether the table refuses a row that names no rule.
    """

    table: ClassVar[str]
    title: ClassVar[str] = ""
    needs_rule: ClassVar[bool] = False

    def __init_subclass__(cls, *, title: str = "", needs_rule: bool = False) -> None:
        cls.table = re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.title, cls.needs_rule = title, needs_rule
        dataclass(frozen=True, kw_only=True)(cls)


class OfRule(RuleRow):
    """A row that names its rule; where it does not, its pack is the rule (`Pack.told`)."""

    rule_id: str | None = column("规则编号", "The rule that decided.", default=None)
    rule_version: str | None = column("规则版本", "Version of the rule pack.", default=None)


class RuleVersion(RuleRow, title="生效规则"):
    """Which version of each rule pack was in force."""

    pack: str = column("规则包", "Name of the pack.", key=True)
    rule_version: str = column("规则版本", "Its version.")
    effective_from: date = column("生效日", "First day of the version.")
    approved_by: str | None = column("批准人", "Who approved it; empty where nobody has.")
