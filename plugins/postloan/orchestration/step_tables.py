"""The SELECTs that a step runs, in their order: what happens inside its one box.

They are the ones that the module of the step, and those of its area that it imports, name; some run
on some dates only.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import postloan
from postloan.contracts import catalogue
from postloan.contracts.payloads import TASK
from postloan.steps import Step
from postloan.warehouse import Model, load_model, model_names
from postloan.warehouse.models import FACTS

PACKAGE = Path(postloan.__file__).parent
SHARED = (
    "postloan.business_day.gates",
    "postloan.contact.",
    "postloan.ingestion.loading.load_order",
    "postloan.ingestion.loading.telephone_numbers",
)
"""What steps of every area look at: the gates, who may be contacted, what came last, spellings."""


class StepModel(NamedTuple):
    """One SELECT of a step.

    Attributes:
        model: the SQL file, or what is made in its place.
        follows: names of the others of the step that it reads, views looked through.
        elsewhere: the other tables that it reads; rules left out.
        stays: whether its rows stay when the step is over.
    """

    model: Model
    follows: tuple[str, ...]
    elsewhere: tuple[str, ...]
    stays: bool


@cache
def models_of(step: Step) -> tuple[StepModel, ...]:
    """The SELECTs that a step runs, each after those that it reads."""
    named = set(_names(step)) & set(model_names())
    # The payload of a queue is named by its contract alone.
    named |= {p.name for p in catalogue().payloads().values()} if TASK in named else set()
    models = {name: load_model(name) for name in sorted(named)}
    run = {n for n, m in models.items() if m.write != "view" and m.area != FACTS}
    behind = {name: _behind(models[name]) for name in sorted(run)}
    reads = {name: [r for r in behind[name] if r in run - {name}] for name in behind}
    return tuple(
        StepModel(
            models[name],
            tuple(sorted(set(reads[name]))),
            tuple(sorted(r for r in behind[name] if r not in run and not r.startswith("rule_"))),
            name in catalogue().tables,
        )
        for name in _in_order(reads)
    )


def _in_order(reads: dict[str, list[str]]) -> Iterable[str]:
    """After what they read; a table that is read before it is written may be read by the first."""
    order: list[str] = []
    waiting = dict(reads)
    while waiting:
        free = [n for n, behind in waiting.items() if not set(behind) & waiting.keys()]
        order += free or [next(iter(waiting))]
        waiting = {n: b for n, b in waiting.items() if n not in order}
    return order


def _names(step: Step) -> Iterator[str]:
    """Texts that stand in the modules of a step."""
    waiting, seen = [f"postloan.{step.area}.{step.name}"], set[str]()
    while waiting:
        module = waiting.pop()
        path = PACKAGE.parent / Path(*module.split(".")).with_suffix(".py")
        if module in seen or not path.exists():
            continue
        seen.add(module)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.ImportFrom) and node.module:
                is_near = node.module.startswith((f"postloan.{step.area}.", *SHARED))
                waiting += [node.module] if is_near else []


def _behind(model: Model) -> list[str]:
    """What a SQL file reads, with what stands behind its views."""
    found: dict[str, None] = {}
    waiting = list(model.reads)
    known = set(model_names())
    while waiting:
        name = waiting.pop(0)
        if name in known and load_model(name).write == "view":
            waiting += load_model(name).reads
        else:
            found.setdefault(name)
    return list(found)
