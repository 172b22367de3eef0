"""The kinds of rule packs, each a module of its own: what a pack says, its checks, its tables.

A further kind is one module here. It holds a subclass of `Pack` whose `kind` is the name of the
module, and one of `RuleRow` for each table; nothing lists them. Where packs of a kind differ by
their name, it holds a pack for each.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

from postloan.rules.model import Pack


@cache
def kinds() -> Mapping[str, tuple[type[Pack], ...]]:
    """Kind -> the models of its packs, as the modules of this folder have them."""
    return {name: _models(name) for name in sorted(m.name for m in iter_modules(__path__))}


def _models(kind: str) -> tuple[type[Pack], ...]:
    module = import_module(f"{__name__}.{kind}")
    return tuple(
        found
        for name, found in vars(module).items()
        if not name.startswith("_") and isinstance(found, type) and issubclass(found, Pack)
        if only(found, "kind") == (kind,)
    )


def only(model: type[Pack], field: str) -> tuple[Any, ...]:
    """The texts that a field of a model is restricted to; none where it may be any."""
    return get_args(model.model_fields[field].annotation)
