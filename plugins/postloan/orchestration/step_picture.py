"""A picture of the SELECTs of a step, from left to right in the order in which they follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from statistics import mean

from postloan.orchestration.step_tables import StepModel

LETTER, LINE = 7.3, 17
"""Width of a letter and height of a line, of the type that the page sets boxes in."""
MARGIN, GAP = 12, 56
BOX_HEIGHT, ROW_HEIGHT = 26, 36


@dataclass(frozen=True)
class Box:
    """One SELECT: its name, what its rows are, its place in pixels, whether its rows stay."""

    name: str
    title: str
    stays: bool
    x: float
    y: float
    width: float
    height: float = BOX_HEIGHT


@dataclass(frozen=True)
class Picture:
    """Boxes and arrows, as an SVG of this size shows them.

    Attributes:
        boxes: one for each SELECT.
        arrows: paths, in the language of SVG, from what is read to what reads it.
        width: in pixels.
        height: in pixels.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    width: float
    height: float


def picture_of(models: Iterable[StepModel]) -> Picture:
    """The picture of the SELECTs of a step, given each after those that it reads."""
    columns = _columns(list(models))
    widths = [max(len(m.model.name) for m in column) * LETTER + 2 * MARGIN for column in columns]
    lefts = [MARGIN, *accumulate(w + GAP for w in widths)]
    boxes = {
        m.model.name: Box(
            m.model.name, m.model.title, m.stays, lefts[n], MARGIN + row * ROW_HEIGHT, widths[n]
        )
        for n, column in enumerate(columns)
        for row, m in enumerate(column)
    }
    arrows = tuple(
        _arrow(boxes[read], boxes[m.model.name])
        for column in columns
        for m in column
        for read in m.follows
        if boxes[read].x < boxes[m.model.name].x
    )
    height = max((len(column) for column in columns), default=0) * ROW_HEIGHT + 2 * MARGIN
    return Picture(tuple(boxes.values()), arrows, lefts[-1] - GAP + 2 * MARGIN, height)


def _columns(models: list[StepModel]) -> list[list[StepModel]]:
    """Each as far right as the longest way to it, and about as high as what it reads."""
    column_of: dict[str, int] = {}
    for m in models:
        column_of[m.model.name] = 1 + max((column_of.get(r, -1) for r in m.follows), default=-1)
    columns: list[list[StepModel]] = [[] for _ in range(max(column_of.values(), default=-1) + 1)]
    for m in models:
        columns[column_of[m.model.name]].append(m)
    row_of: dict[str, float] = {}
    for column in columns:
        column.sort(key=lambda m: mean([row_of[r] for r in m.follows if r in row_of] or [0.0]))
        row_of |= {m.model.name: float(row) for row, m in enumerate(column)}
    return columns


def _arrow(start: Box, end: Box) -> str:
    x, y = start.x + start.width, start.y + start.height / 2
    to_x, to_y = end.x, end.y + end.height / 2
    half = (x + to_x) / 2
    return f"M{x:.0f},{y:.0f} C{half:.0f},{y:.0f} {half:.0f},{to_y:.0f} {to_x:.0f},{to_y:.0f}"
