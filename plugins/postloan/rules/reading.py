"""Makes a pack of a YAML document, or says where it is wrong, what is, and what to do."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from postloan.errors import RuleError
from postloan.rules.kinds import kinds, only
from postloan.rules.model import Pack
from postloan.rules.parameters import NAME
from postloan.text.shown_text import shown, without_secrets

_KEY = "[key]"
"""What pydantic calls the place of a key; the key itself stands before it."""

LONGEST = 300
"""Characters of what is told of a value."""


def read_pack(document: Any, path: Path) -> Pack:
    """A pack as its kind knows it.

    Args:
        document: one YAML document.
        path: the file that it stands in.

    Raises:
        RuleError: names the file, the place in it, what is wrong and what to do.
    """
    model = _model(document, path)
    try:
        pack = model.model_validate(_with_tuples(document))
    except ValidationError as error:
        # Of several faults the innermost says most.
        worst = max(error.errors(include_url=False), key=lambda one: len(one["loc"]))
        raise RuleError(f"{path.name}, {_where(document, worst)}: {_told(worst)}") from None
    pack.written_in(path, document)
    return pack


def _model(document: Any, path: Path) -> type[Pack]:
    """The model of the kind, and where the kind has several, of the pack."""
    told = document if isinstance(document, Mapping) else {}
    kind, name = told.get("kind"), told.get("pack")
    models = kinds().get(kind, ()) if isinstance(kind, str) else ()
    if not models:
        raise RuleError(
            f"{path.name}, kind: '{shown(kind)}' is no kind of a pack. Write `kind:` and one of "
            f"{', '.join(kinds())}."
        )
    for model in models:
        if name in (only(model, "name") or (name,)):
            return model
    names = ", ".join(str(one) for model in models for one in only(model, "name"))
    raise RuleError(
        f"{path.name}, pack: nobody reads a pack '{shown(name)}' of the kind {kind}. Name it "
        f"{names}, or give it another kind."
    )


def _with_tuples(part: Any) -> Any:
    """A document with its lists as tuples: a pack does not change."""
    if isinstance(part, Mapping):
        return {name: _with_tuples(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return tuple(_with_tuples(inner) for inner in part)
    return part


# Where it is wrong ------------------------------------------------------------------------------


def _where(document: Any, error: ErrorDetails) -> str:
    """The place of a fault; what has an id is named by it, as lineage names it."""
    found: list[str] = []
    part = document
    for step in error["loc"]:
        if step == _KEY:
            continue
        part = _inside(part, step)
        rule_id = part.get("id") if isinstance(part, Mapping) else None
        found = [rule_id] if isinstance(rule_id, str) else [*found, str(step)]
    return shown("/".join(found) or "top level")


def _inside(part: Any, step: int | str) -> Any:
    if isinstance(part, Mapping):
        return part.get(step)
    if isinstance(part, list) and isinstance(step, int):
        return part[step] if step < len(part) else None
    if isinstance(part, list):
        named = (one for one in part if isinstance(one, Mapping) and one.get(NAME) == step)
        return next(named, None)
    return None


# What is wrong ----------------------------------------------------------------------------------

_Told = Callable[[Mapping[str, Any]], str]

_TOLD: dict[str, _Told] = {
    "missing": lambda _: "is missing. Write it.",
    "literal_error": lambda c: f"is none of {_listed(c['expected'])}.",
    "string_type": lambda _: "is no text. Write it in quotes.",
    "string_pattern_mismatch": lambda c: f"has not the form {c['pattern']}. Write it so.",
    "int_type": lambda _: "is no whole number. Write it in digits, without quotes.",
    "bool_type": lambda _: "is neither true nor false. Write one of them, without quotes.",
    "tuple_type": lambda _: "is no list. Begin each entry with a dash, or use brackets.",
    "mapping_type": lambda _: "is no mapping of keys to values. Write `key: value`.",
    "dict_type": lambda _: "is no mapping of keys to values. Write `key: value`.",
    "model_type": lambda _: "is no mapping of keys to values. Write `key: value`.",
    "greater_than_equal": lambda c: f"is too small. The least is {c['ge']}.",
    "less_than_equal": lambda c: f"is too great. The most is {c['le']}.",
    "too_short": lambda c: f"has too few entries. The fewest are {c['min_length']}.",
    "too_long": lambda c: f"has too many entries. The most are {c['max_length']}.",
}
"""Faults that pydantic finds, in words for whoever wrote the file."""

_WITHOUT_VALUE = ("missing", "value_error", "too_short", "too_long")


def _listed(expected: str) -> str:
    return expected.replace(" or ", ", ").replace("'", "")


def _told(error: ErrorDetails) -> str:
    """What is wrong with a value; a check of ours says it in full, and is told as it is."""
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "value_error":
        return without_secrets(context["error"], LONGEST * 2)
    tell: Callable[[Mapping[str, Any]], str] = _TOLD.get(
        error["type"], lambda _: f"is refused: {without_secrets(error['msg'], LONGEST)}."
    )
    words, value = tell(context), error["input"]
    if value is None:
        return "has no value. Write one."
    is_single = not isinstance(value, Mapping | Iterable) or isinstance(value, str)
    if error["type"] in _WITHOUT_VALUE or not is_single:
        return words
    return f"'{without_secrets(value, 64)}' {words}"
