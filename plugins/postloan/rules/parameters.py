"""Single values of a pack: each a typed field with its bounds, read by its name."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import model_validator
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from postloan.rules.model import Cited, Pack, Part, Rows, Words
from postloan.rules.rows import OfRule, column
from postloan.rules.values import IfTold, Natural, Positive
from postloan.text.shown_text import shown

NAME = "parameter"


class RuleParameter(OfRule, title="规则参数"):
    """Single values of a rule pack."""

    pack: str = column("规则包", "Name of the pack.", key=True)
    parameter: str = column("参数", "Name of the value.", key=True)
    value_text: str = column("文本值", "The value as text.")
    value_number: Annotated[Decimal, "decimal(18,6)"] | None = column(
        "数值", "The value as a number, if it is one."
    )


class Parameter(Cited):
    """One value, with the id by which lineage names it; a subclass says what it may be."""

    id: str
    parameter: str
    title: Words
    value: Any
    unit: IfTold[str] = None


class Number(Parameter):
    """A whole number, which may be 0."""

    value: Natural


class Count(Parameter):
    """A whole number of at least 1."""

    value: Positive


class Word(Parameter):
    """A word that a SELECT knows."""

    value: str


class Parameters(Part):
    """The values of a pack: a list in the file, each with its name; here a field for each.

    A subclass names the values that somebody reads. All of them must be there, and no other.
    """

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, told: Any) -> Any:
        if not isinstance(told, list | tuple):
            raise ValueError("is no list of parameters. Begin each with a dash.")
        named: dict[str, Any] = {}
        for one in told:
            name = one.get(NAME) if isinstance(one, Mapping) else None
            if not isinstance(name, str):
                raise ValueError(f"one of the list has no '{NAME}'. Write the name of the value.")
            if name in named:
                raise ValueError(f"the parameter {shown(name)} stands twice. Keep one of the two.")
            named[name] = one
        return named

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler(schema)
        whole = handler.resolve_ref_schema(told)
        fields: dict[str, Any] = whole["properties"]
        whole.clear()
        whole.update(_list_of(fields))
        return told

    def each(self) -> Iterator[Parameter]:
        """The values, in the order in which the model names them."""
        for name in type(self).model_fields:
            yield getattr(self, name)

    def rows(self, pack: Pack) -> Rows:
        """The values as rows of `rule_parameter`."""
        for told in self.each():
            yield parameter_row(pack, told.parameter, told.value, told.id)


def parameter_row(pack: Pack, name: str, value: Any, rule_id: str | None = None) -> RuleParameter:
    """A value as a row of `rule_parameter`; where no rule is named, the pack is the rule."""
    return RuleParameter(
        pack=pack.name,
        parameter=name,
        value_text=_text(value),
        value_number=_number(value),
        rule_id=rule_id,
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> Decimal | None:
    try:
        return None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def _list_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The list as an editor knows it: each value by its name, all of them there."""
    is_named = {name: {"properties": {NAME: {"const": name}}} for name in fields}
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": [NAME],
            "properties": {NAME: {"enum": list(fields)}},
            "allOf": [{"if": is_named[name], "then": field} for name, field in fields.items()],
        },
        "allOf": [{"contains": {**one, "required": [NAME]}} for one in is_named.values()],
        "maxItems": len(fields),
    }
