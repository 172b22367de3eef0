"""The JSON schema of rule packs, for editors; made from the models of the kinds."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from postloan.rules.kinds import kinds, only
from postloan.rules.model import Pack

_TOP = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Generated from plugins/postloan/rules/kinds by `make docs`; edit those.",
    "title": "Rule pack",
    "description": "One version of one rule pack. A file may hold several versions as YAML "
    "documents.",
    "type": "object",
}


_LINES_OF_THEIR_OWN = 4
"""So deep a mapping has a line for each key: the models, and their keys."""


class _ForEditors(GenerateJsonSchema):
    """Neither titles that repeat the key, nor defaults that say that nothing is there."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        del schema
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        """With the default where it is a word, a number or a truth value."""
        told: dict[str, Any] = super().default_schema(schema)
        if not isinstance(told.get("default"), str | int):
            told.pop("default", None)
        return told


def pack_schema() -> str:
    """The schema as the text of its file."""
    models = [model for of_kind in kinds().values() for model in of_kind]
    refs, made = models_json_schema(
        [(model, "validation") for model in models], schema_generator=_ForEditors
    )
    schema = {
        **_TOP,
        "required": ["pack", "kind"],
        "properties": {"pack": {"type": "string"}, "kind": {"enum": list(kinds())}},
        "allOf": [
            *({"if": _meant(model), "then": refs[(model, "validation")]} for model in models),
            *_known_names(),
        ],
        "$defs": made["$defs"],
    }
    return _laid_out(schema, _LINES_OF_THEIR_OWN) + "\n"


def _laid_out(part: Any, depth: int) -> str:
    """JSON that people can compare: the outer mappings a key to the line, the inner ones whole."""
    if not depth or not isinstance(part, dict) or not part:
        return json.dumps(part, ensure_ascii=False)
    indent = "  " * (_LINES_OF_THEIR_OWN - depth)
    lines = (f"{indent}  {json.dumps(k)}: {_laid_out(v, depth - 1)}" for k, v in part.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _meant(model: type[Pack]) -> dict[str, Any]:
    """By what an editor knows the model of a pack: its kind, and its name where that matters."""
    (kind,), names = only(model, "kind"), only(model, "name")
    by_name = {"pack": {"enum": list(names)}} if len(kinds()[kind]) > 1 else {}
    return _is({"kind": {"const": kind}, **by_name})


def _is(keys: dict[str, Any]) -> dict[str, Any]:
    return {"properties": keys, "required": list(keys)}


def _known_names() -> Iterator[dict[str, Any]]:
    """Of a kind with a model for each of its packs: the names that there are."""
    for kind, models in kinds().items():
        if len(models) > 1:
            names = [name for model in models for name in only(model, "name")]
            is_kind = _is({"kind": {"const": kind}})
            yield {"if": is_kind, "then": {"properties": {"pack": {"enum": names}}}}
